// Callbacks and other calls to customers: promised, tried, tried again.
#include "fmt/format.h"
#include "router/core/decider.h"

namespace wissel {

Decider::Subject Decider::On(const PromiseCallback& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindLiving(c.item));
  if (item->state != ItemState::kWaiting && item->state != ItemState::kWaitingForHours) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is {}; only who waits is called back", NameOf(c.item),
                              wissel::NameOf(item->state)));
  }
  const std::optional<RetryRule>& rule = QueueOf(*item).retry;
  if (!rule) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} promises no callbacks", NameOf(item->queue)));
  }
  if (item->contact.empty()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} does not say whom to call", NameOf(c.item)));
  }
  const Instant begins = std::max(now_, c.not_before.value_or(now_));
  const Instant not_after = c.not_after.value_or(begins + rule->expires_after);
  if (not_after <= begins) {
    return RefuseField("notAfterTime", "leaves no time for the call",
                       "later than now and than notBeforeTime");
  }
  Emit(CallbackPromised{c.item, c.not_before, not_after});
  if (ItemAt(c.item).state == ItemState::kWaiting) PlaceAgain(c.item);
  return c.item.value();
}

Decider::Subject Decider::On(const MissCustomer& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindAssigned(c.agent, c.item));
  const bool is_call = item->channel == Channel::kCallback || item->channel == Channel::kOutbound;
  if (!is_call || item->state != ItemState::kActive) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is no active call to a customer", NameOf(c.item)));
  }
  const RetryRule rule = QueueOf(*item).retry.value_or(RetryRule{1, Duration(), Duration()});
  const Instant again = now_ + rule.gap;
  const bool last = item->attempts + 1 >= rule.attempts;
  if (last || (item->not_after && *item->not_after <= again)) {
    Emit(ItemCompleted{c.item, c.agent, CompletionCause::kNotReached, {}});
  } else {
    Emit(ItemPostponed{c.item, c.agent, again, static_cast<uint8_t>(item->attempts + 1)});
  }
  Serve(c.agent);
  return c.item.value();
}

}  // namespace wissel
