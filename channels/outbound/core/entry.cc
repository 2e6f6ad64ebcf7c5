#include "channels/outbound/core/entry.h"

#include <algorithm>

#include "base/invariant.h"

namespace wissel::outbound {
namespace {

// Between two requests for an item that the engine does not take: its queue is closed, say.
constexpr Duration kAskAgain = Duration::Minutes(1);

EntryState OutcomeOf(AttemptEnd end) {
  switch (end) {
    case AttemptEnd::kReached:
      return EntryState::kReached;
    case AttemptEnd::kRefused:
      return EntryState::kRefused;
    case AttemptEnd::kDoNotContact:
      return EntryState::kDoNotContact;
    case AttemptEnd::kExpired:
      return EntryState::kExpired;
    case AttemptEnd::kCameFirst:
      return EntryState::kCameFirst;
    case AttemptEnd::kWithdrawn:
      return EntryState::kWithdrawn;
    case AttemptEnd::kMissed:
    case AttemptEnd::kLost:
    case AttemptEnd::kNotMade:
      return EntryState::kPending;
  }
  return EntryState::kPending;
}

}  // namespace

Entry Opened(const Entry& entry) {
  INVARIANT(entry.state == EntryState::kPending);
  Entry open = entry;
  open.state = EntryState::kOpen;
  open.item.reset();
  ++open.items;
  return open;
}

Entry Ended(const Entry& entry, EntryState outcome, Instant now) {
  INVARIANT(!IsOutcome(entry.state) && IsOutcome(outcome));
  Entry ended = entry;
  ended.state = outcome;
  ended.ended = now;
  if (ended.item) ended.last_item = ended.item->value();
  ended.item.reset();
  return ended;
}

Entry After(const Entry& entry, AttemptEnd end, int tries, const ListRules& rules, Phase phase,
            Instant now) {
  INVARIANT(entry.state == EntryState::kOpen);
  if (const EntryState outcome = OutcomeOf(end); IsOutcome(outcome)) {
    return Ended(entry, outcome, now);
  }
  Entry after = entry;
  if (end == AttemptEnd::kNotMade) {
    after.next = now + kAskAgain;
  } else {
    after.attempts += std::max(tries, 1);
    after.next = now + rules.pause;
    if (after.attempts >= rules.attempts) return Ended(after, EntryState::kNoAnswer, now);
  }
  if (phase == Phase::kStopped) return Ended(after, EntryState::kWithdrawn, now);
  if (after.deadline && *after.deadline <= now) return Ended(after, EntryState::kExpired, now);
  after.state = EntryState::kPending;
  if (after.item) after.last_item = after.item->value();
  after.item.reset();
  return after;
}

}  // namespace wissel::outbound
