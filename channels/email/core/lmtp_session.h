// One LMTP session (RFC 2033, on the framing of RFC 5321) as a pure state machine over bytes: what
// comes in goes to Feed, what is to be sent is taken, a mail is taken and answered. No clock, no
// socket: who owns it cuts what is slow or silent. However the bytes are split, the session does
// the same.
//
// Extensions: PIPELINING (RFC 2920), ENHANCEDSTATUSCODES (RFC 2034, codes of RFC 3463), 8BITMIME
// (RFC 6152), SIZE (RFC 1870).
//
// Lines end with CR LF and with nothing else, and a mail ends with CR LF . CR LF: a lone CR or LF
// ends neither, so that two servers cannot disagree on where a mail ends. A mail is answered for
// each recipient (RFC 2033, section 4.2); until it is, nothing behind it is read.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace wissel::email {

struct LmtpReply {
  int code = 250;
  std::string status;  // "2.0.0"
  std::string text;    // one line

  bool operator==(const LmtpReply&) const = default;
};

// A mail as it was handed over.
struct LmtpMail {
  std::string return_path;              // empty: "<>"
  std::vector<std::string> recipients;  // those that were accepted, in order
  std::string bytes;                    // dots unstuffed, lines as they came

  bool operator==(const LmtpMail&) const = default;
};

struct LmtpLimits {
  size_t line = 1'000;  // octets of a command line, its end included
  size_t recipients = 100;
  size_t mail = 25 << 20;   // octets
  int errors = 20;          // refused commands, after which the session ends
  size_t held = 256 << 10;  // octets that may wait behind a mail that is not answered
};

class LmtpSession {
 public:
  // `knows` says whether an address is one of the center's; called in Feed.
  using Knows = std::function<bool(std::string_view address)>;
  // `undecided` says of one that is not whether it may turn out to be: 451.
  LmtpSession(std::string host, LmtpLimits limits, Knows knows, Knows undecided = nullptr);

  void Feed(std::string_view bytes);

  // What is to be sent now; empty: nothing.
  std::string TakeOutput() { return std::exchange(output_, ""); }
  // A mail that is to be answered.
  std::optional<LmtpMail> TakeMail() { return std::exchange(mail_taken_, std::nullopt); }
  // One reply for each recipient of the mail that was taken, in order. Goes on with what was held.
  void Answer(const std::vector<LmtpReply>& replies);
  // 421: the session ends; for who cuts it.
  void End(const LmtpReply& reply);

  bool ended() const { return state_ == State::kEnded; }
  bool awaits_answer() const { return state_ == State::kAnswering; }
  // Too much has come behind a mail that is not answered: read no more for now.
  bool full() const { return awaits_answer() && held_.size() >= limits_.held; }
  // In the middle of a mail's transaction.
  bool in_transaction() const { return return_path_.has_value(); }

 private:
  enum class State : uint8_t { kCommands, kOverlong, kData, kAnswering, kEnded };

  void Work();
  // Each takes what it can from `held_`; false: it needs more.
  bool TakeCommand();
  bool SkipOverlong();
  bool TakeData();
  void FinishData();

  void OnCommand(std::string_view line);
  void OnLhlo(std::string_view rest);
  void OnMail(std::string_view rest);
  void OnRcpt(std::string_view rest);
  void OnData(std::string_view rest);
  bool TakeParameters(std::string_view text);

  void Reply(int code, std::string_view status, std::string_view text);
  void Fault(int code, std::string_view status, std::string_view text);
  void Reset();

  const std::string host_;
  const LmtpLimits limits_;
  const Knows knows_;
  const Knows undecided_;

  State state_ = State::kCommands;
  bool greeted_ = false;
  int errors_ = 0;
  std::optional<std::string> return_path_;
  std::vector<std::string> recipients_;
  std::string data_;
  bool at_line_start_ = true;
  bool too_big_ = false;
  std::string held_;
  size_t read_ = 0;  // of `held_`
  std::string output_;
  std::optional<LmtpMail> mail_taken_;
  size_t answers_due_ = 0;
};

}  // namespace wissel::email
