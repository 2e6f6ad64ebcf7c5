#include "channels/email/core/lmtp_session.h"

#include <algorithm>
#include <charconv>

#include "base/invariant.h"
#include "channels/email/core/mail.h"
#include "fmt/format.h"

namespace wissel::email {
namespace {

constexpr std::string_view kEnd = "\r\n";
// RFC 5321, section 4.5.3.1.3, with its brackets.
constexpr size_t kLongestPath = 256;

char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool IsWord(std::string_view text, std::string_view upper) {
  return text.size() == upper.size() && std::equal(text.begin(), text.end(), upper.begin(),
                                                   [](char a, char b) { return Upper(a) == b; });
}

// Takes `upper` off the front, in any case.
bool Take(std::string_view& text, std::string_view upper) {
  if (!IsWord(text.substr(0, upper.size()), upper)) return false;
  text.remove_prefix(upper.size());
  return true;
}

bool HasControl(std::string_view line) {
  return std::any_of(line.begin(), line.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// "<path>", and what follows it. A source route is dropped (RFC 5321, section 4.1.2).
std::optional<std::string_view> TakePath(std::string_view& text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  const size_t end = text.find('>');
  if (!text.starts_with('<') || end == std::string_view::npos || end > kLongestPath) {
    return std::nullopt;
  }
  std::string_view path = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  if (path.starts_with('@')) {
    const size_t colon = path.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    path.remove_prefix(colon + 1);
  }
  return path;
}

}  // namespace

LmtpSession::LmtpSession(std::string host, LmtpLimits limits, Knows knows, Knows undecided)
    : host_(std::move(host)),
      limits_(limits),
      knows_(std::move(knows)),
      undecided_(std::move(undecided)) {
  output_ = fmt::format("220 {} LMTP Wissel\r\n", host_);
}

void LmtpSession::Feed(std::string_view bytes) {
  if (ended()) return;
  held_ += bytes;
  Work();
}

void LmtpSession::Work() {
  bool more = true;
  while (more) {
    switch (state_) {
      case State::kCommands:
        more = TakeCommand();
        break;
      case State::kOverlong:
        more = SkipOverlong();
        break;
      case State::kData:
        more = TakeData();
        break;
      case State::kAnswering:
      case State::kEnded:
        more = false;
        break;
    }
  }
  held_.erase(0, std::exchange(read_, 0));
  if (ended()) held_.clear();
}

bool LmtpSession::TakeCommand() {
  const std::string_view rest = std::string_view(held_).substr(read_);
  const size_t end = rest.find(kEnd);
  const size_t length = end == std::string_view::npos ? rest.size() : end + kEnd.size();
  if (length > limits_.line) {
    state_ = State::kOverlong;
    return true;
  }
  if (end == std::string_view::npos) return false;
  const std::string line(rest.substr(0, end));
  read_ += length;
  OnCommand(line);
  return true;
}

bool LmtpSession::SkipOverlong() {
  const std::string_view rest = std::string_view(held_).substr(read_);
  const size_t end = rest.find(kEnd);
  if (end == std::string_view::npos) {
    // A CR may be the first half of the line's end.
    read_ += rest.size() - (rest.ends_with('\r') ? 1 : 0);
    return false;
  }
  read_ += end + kEnd.size();
  state_ = State::kCommands;
  Fault(500, "5.5.2", "the line is too long");
  return true;
}

// RFC 5321, section 4.5.2: a line that begins with a dot has one more; a dot alone ends the mail.
bool LmtpSession::TakeData() {
  std::string_view rest = std::string_view(held_).substr(read_);
  if (at_line_start_ && rest.starts_with('.')) {
    if (rest.size() < 3) {
      const bool ends_perhaps = rest == "." || rest == ".\r";
      if (ends_perhaps) return false;
    }
    read_ += 1;
    rest.remove_prefix(1);
    if (rest.starts_with(kEnd)) {
      read_ += kEnd.size();
      FinishData();
      return true;
    }
  }
  if (rest.empty()) return false;
  const size_t end = rest.find(kEnd);
  size_t length = end == std::string_view::npos ? rest.size() : end + kEnd.size();
  if (end == std::string_view::npos && rest.ends_with('\r')) --length;
  at_line_start_ = end != std::string_view::npos;
  if (data_.size() + length > limits_.mail) {
    too_big_ = true;
    data_.clear();
  }
  if (!too_big_) data_ += rest.substr(0, length);
  read_ += length;
  return length > 0;
}

void LmtpSession::FinishData() {
  answers_due_ = recipients_.size();
  if (too_big_) {
    state_ = State::kAnswering;
    return Answer(std::vector<LmtpReply>(
        answers_due_,
        {552, "5.3.4", fmt::format("the mail is larger than {} bytes", limits_.mail)}));
  }
  mail_taken_ = LmtpMail{*return_path_, recipients_, std::move(data_)};
  state_ = State::kAnswering;
}

void LmtpSession::Answer(const std::vector<LmtpReply>& replies) {
  if (state_ != State::kAnswering) return;
  INVARIANT(replies.size() == answers_due_);
  for (const LmtpReply& reply : replies) Reply(reply.code, reply.status, reply.text);
  Reset();
  state_ = State::kCommands;
  // Called from within Work, it goes on there.
  if (read_ == 0) Work();
}

void LmtpSession::End(const LmtpReply& reply) {
  if (ended()) return;
  Reply(reply.code, reply.status, reply.text);
  state_ = State::kEnded;
  held_.clear();
}

// --- Commands

void LmtpSession::OnCommand(std::string_view line) {
  if (HasControl(line)) return Fault(500, "5.5.2", "a command is one line of text");
  const size_t space = std::min(line.find(' '), line.size());
  const std::string_view verb = line.substr(0, space);
  const std::string_view rest = line.substr(std::min(space + 1, line.size()));
  if (IsWord(verb, "LHLO")) return OnLhlo(rest);
  if (IsWord(verb, "QUIT")) return End({221, "2.0.0", "bye"});
  if (IsWord(verb, "NOOP")) return Reply(250, "2.0.0", "ok");
  if (IsWord(verb, "RSET")) {
    Reset();
    return Reply(250, "2.0.0", "ok");
  }
  if (IsWord(verb, "VRFY")) return Reply(252, "2.5.0", "try to deliver");
  // RFC 2033, section 4.1: an LMTP server refuses them.
  if (IsWord(verb, "HELO") || IsWord(verb, "EHLO")) {
    return Fault(500, "5.5.1", "this is LMTP; say LHLO");
  }
  if (!IsWord(verb, "MAIL") && !IsWord(verb, "RCPT") && !IsWord(verb, "DATA")) {
    return Fault(500, "5.5.1", "this command is not known");
  }
  if (!greeted_) return Fault(503, "5.5.1", "say LHLO first");
  if (IsWord(verb, "MAIL")) return OnMail(rest);
  if (IsWord(verb, "RCPT")) return OnRcpt(rest);
  OnData(rest);
}

void LmtpSession::OnLhlo(std::string_view rest) {
  if (rest.empty()) return Fault(501, "5.5.4", "LHLO takes the name of the client");
  greeted_ = true;
  Reset();
  output_ += fmt::format(
      "250-{}\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 SIZE {}\r\n",
      host_, limits_.mail);
}

void LmtpSession::OnMail(std::string_view rest) {
  if (return_path_) return Fault(503, "5.5.1", "a mail is under way");
  if (!Take(rest, "FROM:")) return Fault(501, "5.5.4", "MAIL FROM:<address> is meant");
  const std::optional<std::string_view> path = TakePath(rest);
  if (!path || (!path->empty() && path->find('@') == std::string_view::npos)) {
    return Fault(501, "5.1.7", "this is no sender's address");
  }
  const std::string sender(*path);
  if (!TakeParameters(rest)) return;
  return_path_ = sender;
  Reply(250, "2.1.0", "ok");
}

// RFC 1870, section 4 and RFC 6152, section 2. False: refused.
bool LmtpSession::TakeParameters(std::string_view text) {
  while (!text.empty()) {
    if (!text.starts_with(' ')) {
      Fault(501, "5.5.4", "a space stands before a parameter");
      return false;
    }
    text.remove_prefix(1);
    std::string_view parameter = text.substr(0, std::min(text.find(' '), text.size()));
    text.remove_prefix(parameter.size());
    if (parameter.empty()) continue;
    if (Take(parameter, "SIZE=")) {
      uint64_t size = 0;
      const auto [end, error] =
          std::from_chars(parameter.data(), parameter.data() + parameter.size(), size);
      if (error != std::errc() || end != parameter.data() + parameter.size()) {
        Fault(501, "5.5.4", "SIZE takes a number of bytes");
        return false;
      }
      if (size > limits_.mail) {
        Fault(552, "5.3.4", fmt::format("a mail has at most {} bytes", limits_.mail));
        return false;
      }
    } else if (!IsWord(parameter, "BODY=7BIT") && !IsWord(parameter, "BODY=8BITMIME")) {
      Fault(555, "5.5.4", "this parameter is not known");
      return false;
    }
  }
  return true;
}

void LmtpSession::OnRcpt(std::string_view rest) {
  if (!return_path_) return Fault(503, "5.5.1", "say MAIL first");
  if (!Take(rest, "TO:")) return Fault(501, "5.5.4", "RCPT TO:<address> is meant");
  const std::optional<std::string_view> path = TakePath(rest);
  if (!path) return Fault(501, "5.1.3", "this is no recipient's address");
  if (!rest.empty()) return Fault(555, "5.5.4", "RCPT takes no parameters");
  if (recipients_.size() >= limits_.recipients) {
    return Reply(452, "4.5.3", "too many recipients; deliver to the others in a mail of its own");
  }
  const bool known = IsAddress(*path) && knows_(*path);
  if (!known && IsAddress(*path) && undecided_ && undecided_(*path)) {
    return Reply(451, "4.3.0", "this address is not known yet; try again");
  }
  if (!known) {
    return Reply(550, "5.1.1", "there is no such address here");
  }
  recipients_.emplace_back(*path);
  Reply(250, "2.1.5", "ok");
}

void LmtpSession::OnData(std::string_view rest) {
  if (!rest.empty()) return Fault(501, "5.5.4", "DATA stands alone");
  // RFC 2033, section 4.2: not 354 when no recipient was accepted.
  if (recipients_.empty()) return Fault(503, "5.5.1", "there is no recipient");
  state_ = State::kData;
  at_line_start_ = true;
  too_big_ = false;
  data_.clear();
  output_ += "354 end with <CR><LF>.<CR><LF>\r\n";
}

// --- Replies

void LmtpSession::Reply(int code, std::string_view status, std::string_view text) {
  std::string line;
  for (char c : text) line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  output_ += fmt::format("{} {} {}\r\n", code, status, line);
}

void LmtpSession::Fault(int code, std::string_view status, std::string_view text) {
  Reply(code, status, text);
  if (++errors_ >= limits_.errors) End({421, "4.7.0", "too many errors"});
}

void LmtpSession::Reset() {
  return_path_.reset();
  recipients_.clear();
  data_.clear();
  too_big_ = false;
}

}  // namespace wissel::email
