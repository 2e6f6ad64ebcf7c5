// One mail on its way out, as a state machine: queued, being sent, sent, cancelled, failed, held.
// Pure; who drives it writes each state down before it acts on it (outbox.h).
//
// A mail is handed to the server once, as far as SMTP allows. "Sending" is on the disk before the
// first byte leaves. Where the process or the connection ends between the mail's last byte and the
// server's 250, nobody on this side knows whether the server has it (RFC 1047): it is sent again,
// under the same Message-ID, for a mail twice is better than none.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "base/time.h"

namespace wissel::email {

struct SendResult {
  enum class Kind : uint8_t {
    kSent = 1,     // the server has it
    kLater = 2,    // it did not take it now: try again
    kRefused = 3,  // it will never take it (5yz)
  };
  Kind kind = Kind::kLater;
  int code = 0;      // of the server's last reply; 0: there was none
  std::string text;  // of that reply, or why there was none: may name addresses
};

// The same numbers as wissel.v1.MailEntry.State, where they are shown.
enum class OutState : uint8_t {
  kPreparing = 1,  // its text is being stored: it may not be there
  kQueued = 2,
  kSending = 3,
  kSent = 4,
  kCancelled = 5,
  kFailed = 6,
  kHeld = 7,  // a notice that was not taken: whoever sends it says when it goes again
};

// The numbers stand in the outbox's file.
enum class OutKind : uint8_t {
  kWritten = 0,          // by an agent
  kAcknowledgement = 1,  // its envelope has no sender
  kNotice = 2,           // of a mailing, which keeps its own pace: it is tried once each time
  kGenerated = 3,        // by the center, and answers no mail; its envelope has no sender
};
// What cannot be delivered comes back to nobody (RFC 3834, section 3.3).
constexpr bool HasNoSender(OutKind kind) {
  return kind == OutKind::kAcknowledgement || kind == OutKind::kGenerated;
}

struct OutMail {
  uint64_t id = 0;
  std::string contact;     // "mails/{id}"
  int64_t number = 0;      // of its entry; 0 while preparing
  std::string message_id;  // without brackets
  OutKind kind = OutKind::kWritten;
  OutState state = OutState::kPreparing;
  Instant made;
  Instant due;  // of a queued one: not before; of a settled one: when it was
  int attempts = 0;
  int code = 0;  // of the server's last reply

  bool operator==(const OutMail&) const = default;
};

constexpr bool IsSettled(OutState state) { return state >= OutState::kSent; }

// How long a mail that is not taken is tried for, from when it was written (RFC 5321, section
// 4.5.4.1, says 4-5 days to servers; behind us stands one that does that).
inline constexpr Duration kGiveUpAfter = Duration::Hours(48);
// Between two attempts: a minute, then twice as long each time, up to an hour.
Duration PauseAfter(int attempts);

// FAILED_PRECONDITION: it has left already, or has been cancelled.
absl::Status MayCancel(const OutMail& mail);

void BeginAttempt(OutMail& mail);
// A notice that was held goes now.
void Release(OutMail& mail, Instant now);
void ConcludeAttempt(OutMail& mail, const SendResult& result, Instant now);
// After a restart, what was being sent is sent again.
void Recover(OutMail& mail);

}  // namespace wissel::email
