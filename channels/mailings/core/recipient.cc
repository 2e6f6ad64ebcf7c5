#include "channels/mailings/core/recipient.h"

#include <algorithm>

#include "base/invariant.h"

namespace wissel::mailings {

Duration PauseAfter(int attempts) {
  const int doublings = std::clamp(attempts - 1, 0, 6);
  return std::min(Duration::Minutes(1LL << doublings), Duration::Hours(1));
}

Recipient Begun(const Recipient& recipient, Instant now) {
  INVARIANT(recipient.state == RecipientState::kPending);
  Recipient begun = recipient;
  begun.state = RecipientState::kSending;
  ++begun.attempts;
  if (!begun.first) begun.first = now;
  return begun;
}

Recipient Ended(const Recipient& recipient, RecipientState outcome, Instant now) {
  const bool bounces =
      recipient.state == RecipientState::kSent && outcome == RecipientState::kBounced;
  INVARIANT(!IsOutcome(recipient.state) || bounces);
  Recipient ended = recipient;
  ended.state = outcome;
  ended.ended = now;
  return ended;
}

Recipient After(const Recipient& recipient, SendEnd end, int code, bool stopped, Instant now) {
  INVARIANT(recipient.state == RecipientState::kSending);
  Recipient after = recipient;
  switch (end) {
    case SendEnd::kSent:
      after.code = code;
      return Ended(after, RecipientState::kSent, now);
    case SendEnd::kRefused:
      after.code = code;
      return Ended(after, RecipientState::kFailed, now);
    case SendEnd::kForbidden:
      return Ended(after, RecipientState::kDoNotContact, now);
    case SendEnd::kGone:
      return Ended(after, RecipientState::kWithdrawn, now);
    case SendEnd::kLater:
      after.code = code;
      break;
    case SendEnd::kNotBegun:
      if (--after.attempts == 0) after.first.reset();
      break;
  }
  if (stopped) return Ended(after, RecipientState::kWithdrawn, now);
  if (end == SendEnd::kLater && now - *after.first >= kGiveUpAfter) {
    return Ended(after, RecipientState::kFailed, now);
  }
  after.state = RecipientState::kPending;
  after.next = end == SendEnd::kLater ? now + PauseAfter(after.attempts) : now;
  return after;
}

}  // namespace wissel::mailings
