#include "channels/email/core/automatic.h"

#include <algorithm>
#include <array>

namespace wissel::email {
namespace {

constexpr std::array<std::string_view, 9> kMachines = {
    "mailer-daemon", "postmaster", "noreply",   "no-reply", "donotreply",
    "do-not-reply",  "listserv",   "majordomo", "bounces"};
// Addresses that are kept count of; beyond, those whose window is over are forgotten first.
constexpr size_t kMostKept = 100'000;

std::string LocalPart(std::string_view address) {
  return Normalized(address.substr(0, address.rfind('@')));
}

bool IsRoleAddress(std::string_view address) {
  const std::string local = LocalPart(address);
  return std::find(kMachines.begin(), kMachines.end(), local) != kMachines.end() ||
         local.starts_with("owner-") || local.ends_with("-owner") || local.ends_with("-request") ||
         local.starts_with("bounce-") || local.starts_with("bounces+");
}

bool IsBulk(std::string_view precedence) {
  return precedence == "bulk" || precedence == "junk" || precedence == "list";
}

}  // namespace

const char* NameOf(NoAnswer reason) {
  switch (reason) {
    case NoAnswer::kEmptyReturnPath:
      return "it has no return path";
    case NoAnswer::kAutoSubmitted:
      return "a machine sent it";
    case NoAnswer::kList:
      return "it came through a mailing list";
    case NoAnswer::kPrecedence:
      return "it is a mass mailing";
    case NoAnswer::kSuppressed:
      return "it asks for no automatic answer";
    case NoAnswer::kReport:
      return "it reports about a mail";
    case NoAnswer::kRoleAddress:
      return "its sender is a machine";
    case NoAnswer::kOwnAddress:
      return "its sender is an address of the center";
    case NoAnswer::kTooManyHops:
      return "it has passed too many servers";
    case NoAnswer::kNoSender:
      return "it has no sender";
    case NoAnswer::kOften:
      return "its sender has had enough automatic answers";
    case NoAnswer::kThreadOften:
      return "its thread has had enough automatic answers";
  }
  return "";
}

std::optional<NoAnswer> SentByMachine(const Mail& mail, std::string_view return_path) {
  const MachineMarks& marks = mail.marks;
  if (return_path.empty()) return NoAnswer::kEmptyReturnPath;
  if (!marks.auto_submitted.empty() && marks.auto_submitted != "no") {
    return NoAnswer::kAutoSubmitted;
  }
  if (mail.report) return NoAnswer::kReport;
  if (marks.list) return NoAnswer::kList;
  if (IsBulk(marks.precedence)) return NoAnswer::kPrecedence;
  if (marks.suppress_replies) return NoAnswer::kSuppressed;
  if (IsRoleAddress(return_path)) return NoAnswer::kRoleAddress;
  if (!mail.from) return NoAnswer::kNoSender;
  if (IsRoleAddress(mail.from->address)) return NoAnswer::kRoleAddress;
  if (marks.received >= kMostHops) return NoAnswer::kTooManyHops;
  return std::nullopt;
}

bool IsBounce(const Mail& mail, std::string_view return_path) {
  if (mail.report) return true;
  if (!return_path.empty() || !mail.from) return false;
  const std::string local = LocalPart(mail.from->address);
  return local == "mailer-daemon" || local == "postmaster";
}

std::optional<NoAnswer> AnswerLimiter::Count(std::string_view address, std::string_view thread,
                                             Instant now) {
  Forget(now);
  Window& of_address = addresses_[Normalized(address)];
  Window& of_thread = threads_[std::string(thread)];
  if (Full(of_address, limits_.per_address, now)) return NoAnswer::kOften;
  if (Full(of_thread, limits_.per_thread, now)) return NoAnswer::kThreadOften;
  ++of_address.count;
  ++of_thread.count;
  return std::nullopt;
}

bool AnswerLimiter::Full(Window& window, int most, Instant now) const {
  if (window.count == 0 || window.since + limits_.within <= now) window = {now, 0};
  return window.count >= most;
}

void AnswerLimiter::Forget(Instant now) {
  for (auto* windows : {&addresses_, &threads_}) {
    if (windows->size() < kMostKept) continue;
    std::erase_if(*windows,
                  [&](const auto& entry) { return entry.second.since + limits_.within <= now; });
    // A flood of invented senders within one window: all begin anew, which memory is worth.
    if (windows->size() >= kMostKept) windows->clear();
  }
}

}  // namespace wissel::email
