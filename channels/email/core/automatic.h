// RFC 3834 in both directions: which mails a machine wrote, which may be answered by a machine of
// ours, and how often. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "channels/email/core/mail.h"

namespace wissel::email {

// Why a mail gets no automatic answer.
enum class NoAnswer : uint8_t {
  kEmptyReturnPath = 1,  // RFC 3834, section 2: there is nobody to answer
  kAutoSubmitted,        // RFC 3834, section 2: Auto-Submitted, other than "no"
  kList,                 // RFC 3834, section 2: mailing lists
  kPrecedence,           // bulk, junk or list
  kSuppressed,           // X-Auto-Response-Suppress
  kReport,               // RFC 3464
  kRoleAddress,          // mailer-daemon, postmaster, noreply, owner-..., ...-request
  kOwnAddress,           // one of ours wrote it
  kTooManyHops,          // it has passed too many servers
  kNoSender,             // no address to answer to
  kOften,                // this address has had its answers of the day
  kThreadOften,          // this thread has had its answers of the day
};
// "it was sent by a machine (Auto-Submitted)", for the thread's record.
const char* NameOf(NoAnswer reason);

// Received headers from which on a mail counts as going round (RFC 5321, section 6.3).
inline constexpr int kMostHops = 50;

// `return_path` is the envelope's sender, empty for "<>". None: a person may have written it.
std::optional<NoAnswer> SentByMachine(const Mail& mail, std::string_view return_path);

// A mail that reports about a mail of ours: a delivery status notification, or what mailer daemons
// wrote before there were any. It belongs to that mail's thread and is nobody's question.
bool IsBounce(const Mail& mail, std::string_view return_path);

// How many automatic answers an address and a thread have had of late. In memory: after a restart
// it begins anew, and a loop is cut after as many again.
class AnswerLimiter {
 public:
  struct Limits {
    int per_address = 4;
    int per_thread = 2;
    Duration within = Duration::Hours(24);
  };
  explicit AnswerLimiter(Limits limits) : limits_(limits) {}

  // None: the answer may go, and counts.
  std::optional<NoAnswer> Count(std::string_view address, std::string_view thread, Instant now);

 private:
  struct Window {
    Instant since;
    int count = 0;
  };
  bool Full(Window& window, int most, Instant now) const;
  void Forget(Instant now);

  Limits limits_;
  std::map<std::string, Window, std::less<>> addresses_;
  std::map<std::string, Window, std::less<>> threads_;
};

}  // namespace wissel::email
