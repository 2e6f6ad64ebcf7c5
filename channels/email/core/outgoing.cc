#include "channels/email/core/outgoing.h"

#include <algorithm>

#include "base/invariant.h"
#include "base/status.h"

namespace wissel::email {

Duration PauseAfter(int attempts) {
  const int doublings = std::clamp(attempts - 1, 0, 6);
  return std::min(Duration::Minutes(1LL << doublings), Duration::Hours(1));
}

absl::Status MayCancel(const OutMail& mail) {
  if (mail.state == OutState::kQueued && mail.attempts == 0) return absl::OkStatus();
  return Refuse(
      absl::StatusCode::kFailedPrecondition, "mail",
      mail.state == OutState::kCancelled ? "it was cancelled already" : "it has left already");
}

void BeginAttempt(OutMail& mail) {
  INVARIANT(mail.state == OutState::kQueued);
  mail.state = OutState::kSending;
  ++mail.attempts;
}

void Release(OutMail& mail, Instant now) {
  INVARIANT(mail.state == OutState::kHeld);
  mail.state = OutState::kQueued;
  mail.due = now;
}

void ConcludeAttempt(OutMail& mail, const SendResult& result, Instant now) {
  INVARIANT(mail.state == OutState::kSending);
  mail.code = result.code;
  mail.due = now;
  if (result.kind == SendResult::Kind::kSent) {
    mail.state = OutState::kSent;
  } else if (result.kind == SendResult::Kind::kRefused) {
    mail.state = OutState::kFailed;
  } else if (mail.kind == OutKind::kNotice) {
    mail.state = OutState::kHeld;
  } else if (now - mail.made >= kGiveUpAfter) {
    mail.state = OutState::kFailed;
  } else {
    mail.state = OutState::kQueued;
    mail.due = now + PauseAfter(mail.attempts);
  }
}

void Recover(OutMail& mail) {
  if (mail.state == OutState::kSending) mail.state = OutState::kQueued;
}

}  // namespace wissel::email
