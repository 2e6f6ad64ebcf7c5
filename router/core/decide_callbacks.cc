// Callbacks and other calls to customers: promised, tried, tried again.
#include <algorithm>

#include "fmt/format.h"
#include "router/core/decider.h"
#include "router/core/describe.h"

namespace wissel {

Decider::Subject Decider::On(const PromiseCallback& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindLiving(c.item));
  if (item->state != ItemState::kWaiting && item->state != ItemState::kWaitingForHours) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is {}; only who waits is called back", NameOf(c.item),
                              wissel::NameOf(item->state)));
  }
  WISSEL_RETURN_IF_ERROR(CheckNoConsult(*item, "call the customer of the item itself"));
  const std::optional<RetryRule>& rule = QueueOf(*item).retry;
  if (!rule) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} promises no callbacks", NameOf(item->queue)));
  }
  if (CustomerKey(*item).empty()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} does not say whom to call", NameOf(c.item)));
  }
  std::optional<Instant> not_before = c.not_before;
  if (c.spread_over) {
    const Instant from = std::max(now_, c.not_before.value_or(now_));
    WISSEL_ASSIGN_OR_RETURN(not_before, Spread(item->queue, *rule, from, *c.spread_over));
  }
  const Instant begins = std::max(now_, not_before.value_or(now_));
  const Instant not_after = c.not_after.value_or(begins + rule->expires_after);
  if (not_after <= begins) {
    return RefuseField("notAfterTime", "leaves no time for the call",
                       "later than now and than notBeforeTime");
  }
  Emit(CallbackPromised{c.item, not_before, not_after});
  if (ItemAt(c.item).state == ItemState::kWaiting) PlaceAgain(c.item);
  return c.item.value();
}

absl::StatusOr<Instant> Decider::Spread(QueueId queue, const RetryRule& rule, Instant from,
                                        Duration over) const {
  if (rule.per_slot == 0) {
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "spreadOver",
        fmt::format("{} does not say how many callbacks a slot has room for", NameOf(queue)),
        "notBeforeTime");
  }
  if (over < kCallbackSlot || over > kFurthestSlot) {
    return RefuseField("spreadOver", "is out of range", "between 15 min and 14 days");
  }
  if (const std::optional<Instant> slot = FindSlot(queue, from, from + over)) return *slot;
  const std::optional<Instant> next = FindSlot(queue, from + over, from + over + kFurthestSlot);
  std::vector<Alternative> instead;
  if (next) instead.push_back({Alternative::Kind::kCallback, NameOf(queue), next});
  return WithAlternatives(
      Refuse(absl::StatusCode::kFailedPrecondition, "spreadOver",
             fmt::format("{} has no room for a callback between {} and {}", NameOf(queue),
                         FormatInstant(from), FormatInstant(from + over)),
             next ? "the next room is at " + FormatInstant(*next) : ""),
      instead);
}

// Slots that have begun are left out: what was promised for them is no longer scheduled, and could
// not be counted.
std::optional<Instant> Decider::FindSlot(QueueId id, Instant from, Instant until) const {
  const State::QueueRow& row = s_.queues[id.value()];
  const QueueConfig& queue = s_.directory.queues.Get(id);
  const int32_t most = queue.retry->per_slot;
  Instant slot = SlotOf(from);
  if (slot < from || slot <= now_) slot = slot + kCallbackSlot;
  for (; slot < until; slot = slot + kCallbackSlot) {
    const auto promised = row.callbacks.find(slot);
    if (most > 0 && promised != row.callbacks.end() && promised->second >= most) continue;
    const bool open =
        !queue.hours ||
        std::any_of(row.openings.begin(), row.openings.end(), [&](const Opening& opening) {
          return opening.from <= slot && slot < opening.to;
        });
    if (open) return slot;
  }
  return std::nullopt;
}

std::optional<Instant> Decider::NextOpening(QueueId queue) const {
  for (const Opening& opening : s_.queues[queue.value()].openings) {
    if (opening.from > now_) return opening.from;
  }
  return std::nullopt;
}

// Of an item that has come to a closed queue which calls back at its next opening. Where that is
// not known, nobody to call is, or it ends before, it is held.
void Decider::PromiseForOpening(ItemId id) {
  const Item& item = ItemAt(id);
  if (item.state != ItemState::kWaitingForHours || CustomerKey(item).empty()) return;
  const QueueConfig& queue = QueueOf(item);
  if (!queue.retry || queue.closed_action != ClosedActionKind::kCallback) return;
  const std::optional<Instant> opens = NextOpening(item.queue);
  if (!opens || (item.not_after && *item.not_after <= *opens)) return;
  Emit(CallbackPromised{id, opens, item.not_after.value_or(*opens + queue.retry->expires_after)});
}

Decider::Subject Decider::On(const PauseItem& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindLiving(c.item));
  if (item->state != ItemState::kWaiting && item->state != ItemState::kWaitingForHours) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is {}; only what waits can be paused", NameOf(c.item),
                              wissel::NameOf(item->state)));
  }
  WISSEL_RETURN_IF_ERROR(CheckNoConsult(*item, "pause the item itself"));
  const Duration longest = QueueOf(*item).longest_pause;
  if (longest == Duration()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} lets nobody pause", NameOf(item->queue)));
  }
  const Instant until = c.until.value_or(now_ + longest);
  if (until <= now_ || until > now_ + longest) {
    return RefuseField("untilTime", "is out of range",
                       fmt::format("later than now, and within {}", FormatDuration(longest)));
  }
  if (item->not_after && *item->not_after <= until) {
    return RefuseField("untilTime", "leaves no time to answer it",
                       "earlier than " + FormatInstant(*item->not_after));
  }
  Emit(ItemPaused{c.item, until});
  return c.item.value();
}

Decider::Subject Decider::On(const ResumeItem& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindLiving(c.item));
  if (!item->paused) {
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "name",
        fmt::format("{} is {}; it is not paused", NameOf(c.item), wissel::NameOf(item->state)));
  }
  const bool waits_for_hours = !s_.IsOpen(item->queue);
  Emit(ItemReleased{c.item, waits_for_hours});
  if (!waits_for_hours) Place(c.item);
  return c.item.value();
}

Decider::Subject Decider::On(const MissCustomer& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindAssigned(c.agent, c.item));
  const bool is_call = item->channel == Channel::kCallback || item->channel == Channel::kOutbound;
  if (!is_call || item->state != ItemState::kActive) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is no active call to a customer", NameOf(c.item)));
  }
  WISSEL_RETURN_IF_ERROR(CheckNoConsult(*item, "complete it"));
  EndConsultAbout(c.item);
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
