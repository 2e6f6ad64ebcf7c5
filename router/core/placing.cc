// What every decision ends in: a waiting item finds an agent, an agent with room finds items. After
// it, no eligible agent with room stands beside a waiting item.
#include <algorithm>
#include <utility>

#include "base/invariant.h"
#include "router/core/decider.h"

namespace wissel {

void Decider::Place(ItemId id) {
  const Item& item = ItemAt(id);
  if (item.state != ItemState::kWaiting || Expire(id)) return;
  if (item.is_reserved() && (PlaceKept(id) || PlaceStaying(id))) return;
  Advance(id);
  if (item.preferred.empty() || (!PlacePreferred(id) && !FallBack(id))) Seek(id);
}

// Of an item that waits already: preferred agents had their turn when it began to.
void Decider::Seek(ItemId id) {
  if (ItemAt(id).state != ItemState::kWaiting || ItemAt(id).is_reserved() || Expire(id)) return;
  Advance(id);
  if (auto choice = FindAgentFor(s_, ItemAt(id))) Offer(id, choice->agent, choice->reason);
}

// Of an item that waits already, after something about it has changed.
void Decider::PlaceAgain(ItemId id) {
  if (ItemAt(id).is_reserved()) {
    Place(id);
  } else {
    Seek(id);
  }
}

// True when the item is done with: offered to the agent it is kept for, or kept on.
bool Decider::PlaceKept(ItemId id) {
  const Item& item = ItemAt(id);
  if (!item.keep) return false;
  const AgentId agent = item.keep->agent;
  const State::AgentRow* row = s_.FindAgent(agent);
  const bool by_hand = IsKeptByHand(item.keep->preference);
  const bool there =
      row != nullptr && (by_hand ? row->state.signed_in() && !row->state.connection_lost()
                                 : row->state.open_for_work());
  if (!there || !MayTakeKept(s_, item, agent)) {
    Emit(KeepEnded{id, agent, there ? KeepEndCause::kUpdated : KeepEndCause::kAgentGone});
    return false;
  }
  if (item.keep->until && *item.keep->until <= now_) {
    Emit(KeepEnded{id, agent, KeepEndCause::kTimePassed});
    return false;
  }
  OfferIfFirst(id, agent);
  return true;
}

// What else the agent could take looks for itself, in its turn.
void Decider::OfferIfFirst(ItemId id, AgentId agent) {
  const auto choice = FindItemFor(s_, agent);
  if (choice && choice->item == id) Offer(id, agent, choice->reason);
}

bool Decider::PlacePreferred(ItemId id) {
  const Item& item = ItemAt(id);
  for (size_t i = item.next_preference; i < item.turns(); ++i) {
    const PreferredAgent preferred = item.TurnAt(i);
    const AgentId agent = preferred.agent;
    const State::AgentRow* row = s_.FindAgent(agent);
    if (row == nullptr || !row->state.open_for_work()) continue;
    const std::optional<PoolMatch> match = s_.MatchOf(item, preferred);
    if (!match || !s_.Sees(item, agent)) continue;
    if (ExclusionOf(s_, item, agent) != Exclusion::kNone) continue;
    const RoutingProfile& profile = s_.ProfileOf(agent);
    if (profile.Find(item.channel) == nullptr) continue;
    if (s_.free.RoomOf(agent).Has(item.channel)) {
      OfferReason reason = ReasonFor(s_, item, agent, *match, 1);
      reason.preference = static_cast<uint8_t>(i);
      Offer(id, agent, reason);
      return true;
    }
    if (preferred.hold_for > Duration()) {
      Emit(ItemKept{id, agent, now_ + preferred.hold_for, static_cast<uint8_t>(i)});
      return true;
    }
  }
  return false;
}

// The turns of its preferred agents have passed. True when it stays for them all the same.
bool Decider::FallBack(ItemId id) {
  const Item& item = ItemAt(id);
  const Fallback& fallback = item.fallback;
  if (fallback.kind == FallbackKind::kStay) {
    if (!IsAnyoneLeftFor(item, fallback.stay_for.has_value())) return false;
    std::optional<Instant> until;
    if (fallback.stay_for) until = now_ + *fallback.stay_for;
    Emit(StayBegun{id, until});
    return PlaceStaying(id);
  }
  if (fallback.kind == FallbackKind::kBackupQueue) {
    const QueueId queue = *fallback.queue;
    const bool there = s_.directory.queues.Find(queue) != nullptr && s_.IsOpen(queue);
    if (!there || queue == item.queue || item.hops >= s_.directory.center.most_hops) return false;
    SendOn(id, queue, OverflowCause::kPreferredPassed);
  }
  return false;
}

// Of its preferred agents one may have it some time; who is not signed in, only where there is a
// `limit` to how long it stays.
bool Decider::IsAnyoneLeftFor(const Item& item, bool limit) const {
  return std::any_of(
      item.preferred.begin(), item.preferred.end(), [&](const PreferredAgent& preferred) {
        const State::AgentRow* row = s_.FindAgent(preferred.agent);
        if (row == nullptr) return false;
        const bool signed_in = row->state.signed_in() && !row->state.connection_lost();
        return (signed_in || limit) && s_.MatchOf(item, preferred) &&
               s_.Sees(item, preferred.agent) &&
               s_.ProfileOf(preferred.agent).Find(item.channel) != nullptr &&
               ExclusionOf(s_, item, preferred.agent) != Exclusion::kTooOften;
      });
}

// True when the item is done with: offered to one of those that it stays for, or staying on.
bool Decider::PlaceStaying(ItemId id) {
  const Item& item = ItemAt(id);
  if (!item.stay) return false;
  const std::optional<Instant> until = item.stay->until;
  const bool passed = until && *until <= now_;
  if (passed || !IsAnyoneLeftFor(item, until.has_value())) {
    Emit(StayEnded{id, passed ? StayEndCause::kTimePassed : StayEndCause::kNobodyLeft});
    return false;
  }
  const std::vector<PreferredAgent> preferred = item.preferred;
  for (const PreferredAgent& one : preferred) {
    if (ItemAt(id).state == ItemState::kWaiting) OfferIfFirst(id, one.agent);
  }
  return true;
}

// True: its time is over, and so is the item.
bool Decider::Expire(ItemId id) {
  const Item& item = ItemAt(id);
  if (!item.not_after || *item.not_after > now_ || !IsUntouched(item.state)) return false;
  Emit(ItemExpired{id});
  return true;
}

// Its time has come: it begins to wait, with the others that look for an agent now.
void Decider::Release(ItemId id) {
  const Item& item = ItemAt(id);
  if (item.state != ItemState::kScheduled || *item.not_before > now_ || Expire(id)) return;
  const bool waits_for_hours = !s_.IsOpen(item.queue);
  Emit(ItemReleased{id, waits_for_hours});
  if (!waits_for_hours) looking_.push_back({OrderOf(ItemAt(id)), true});
}

void Decider::Advance(ItemId id) {
  Overflow(id);
  SkipSteps(id);
  Show(id);
}

// Into an open queue only, and so often as the center allows.
void Decider::Overflow(ItemId id) {
  for (;;) {
    const Item& item = ItemAt(id);
    const std::optional<wissel::Overflow>& rule = QueueOf(item).overflow;
    if (!rule || now_ < item.queued_since + rule->after) return;
    if (item.hops >= s_.directory.center.most_hops || !s_.IsOpen(rule->queue)) return;
    SendOn(id, rule->queue, OverflowCause::kWaitedTooLong);
  }
}

void Decider::SendOn(ItemId id, QueueId queue, OverflowCause cause) {
  const Item& item = ItemAt(id);
  const QueueConfig& to = s_.directory.queues.Get(queue);
  Emit(ItemOverflowed{id, queue, item.own_requirement ? item.requirement : to.requirement,
                      item.promise_from + to.answer_within - item.head_start, cause,
                      static_cast<uint8_t>(item.hops + 1)});
}

void Decider::Show(ItemId id) {
  const Item& item = ItemAt(id);
  const QueueClassId queue_class = s_.classes.Of(item.queue, item.channel);
  std::optional<Duration> passed;
  auto next = s_.classes.DelayAfter(queue_class, item.shown);
  while (next && item.queued_since + *next <= now_) {
    passed = next;
    next = s_.classes.DelayAfter(queue_class, *next);
  }
  if (passed) Emit(ItemShown{id, *passed});
}

void Decider::SkipSteps(ItemId id) {
  for (;;) {
    const Item& item = ItemAt(id);
    const std::vector<RequirementStep>& steps = s_.RequirementOf(item).steps;
    if (item.step + 1u >= steps.size()) return;
    const RequirementStep& step = steps[item.step];
    bool go_on = item.step_since + step.expires_after <= now_;
    if (const std::optional<uint8_t> opened = s_.OpenedStepFor(item)) go_on |= item.step < *opened;
    if (!go_on && step.skip_if_none) {
      const std::vector<PoolMatch>& matches = s_.pools.MatchesOf(item.requirement);
      go_on = std::none_of(matches.begin(), matches.end(), [&](const PoolMatch& match) {
        return match.ring <= item.step && s_.pools.Get(match.pool).signed_in > 0;
      });
    }
    if (!go_on) return;
    Emit(StepReached{id, static_cast<uint8_t>(item.step + 1)});
  }
}

void Decider::Offer(ItemId id, AgentId agent, const OfferReason& reason) {
  const ChannelCapacity& capacity = *s_.ProfileOf(agent).Find(ItemAt(id).channel);
  const bool auto_accept = capacity.auto_accept;
  OfferMade offer{OfferId(s_.next_offer),        id,     agent,
                  now_ + capacity.offer_timeout, reason, StandingBy(s_, ItemAt(id), agent)};
  offer.reason.partner_due = PartnerDueFor(s_, ItemAt(id), agent, reason);
  Emit(std::move(offer));
  if (auto_accept) Accept(id);
}

void Decider::Serve(AgentId agent, std::optional<ItemId> before) {
  if (s_.FindAgent(agent) == nullptr) return;
  if (changing_) return serving_.push_back(agent);
  ResumeParked(agent);
  ApplyQueuedPresence(agent);
  for (auto choice = FindItemFor(s_, agent); choice && choice->item != before;
       choice = FindItemFor(s_, agent)) {
    Offer(choice->item, agent, choice->reason);
  }
}

// Each takes what is first for them; of several who would take the same item, it chooses.
void Decider::ServeTogether(const std::vector<AgentId>& agents, std::optional<ItemId> before) {
  if (agents.empty()) return;
  if (agents.size() == 1) return Serve(agents.front(), before);
  for (AgentId agent : agents) {
    ResumeParked(agent);
    ApplyQueuedPresence(agent);
  }
  for (;;) {
    std::optional<ItemChoice> first;
    AgentId taker;
    for (AgentId agent : agents) {
      const auto choice = FindItemFor(s_, agent);
      if (!choice || choice->item == before) continue;
      if (first && !(OrderOf(ItemAt(choice->item)) < OrderOf(ItemAt(first->item)))) continue;
      first = choice;
      taker = agent;
    }
    if (!first) return;
    const Item& item = ItemAt(first->item);
    if (!item.is_reserved()) {
      const auto chosen = FindAgentFor(s_, item);
      INVARIANT(chosen.has_value());
      first->reason.eligible = chosen->reason.eligible;
      const auto theirs = FindItemFor(s_, chosen->agent);
      if (theirs && theirs->item == item.id) {
        taker = chosen->agent;
        first->reason = chosen->reason;
      }
    }
    Offer(item.id, taker, first->reason);
  }
}

void Decider::ResumeParked(AgentId agent) {
  std::vector<const Item*> parked;
  for (ItemId id : AgentAt(agent).work) {
    if (ItemAt(id).state == ItemState::kParked) parked.push_back(&ItemAt(id));
  }
  std::sort(parked.begin(), parked.end(), [](const Item* a, const Item* b) {
    return std::pair(*a->accepted, a->id) < std::pair(*b->accepted, b->id);
  });
  const int32_t units = s_.ProfileOf(agent).units;
  for (const Item* item : parked) {
    if (AgentAt(agent).load.units() + item->units <= units) Emit(ItemResumed{item->id});
  }
}

bool Decider::HasAssignedWork(AgentId agent) const {
  const std::vector<ItemId>& work = AgentAt(agent).work;
  return std::any_of(work.begin(), work.end(),
                     [this](ItemId id) { return IsAssigned(ItemAt(id).state); });
}

void Decider::ApplyQueuedPresence(AgentId agent) {
  const std::optional<QueuedPresence> queued = AgentAt(agent).queued;
  if (!queued || HasAssignedWork(agent)) return;
  Emit(PresenceChanged{agent, queued->presence, queued->away_reason});
  AfterLeaving(agent);
}

void Decider::AfterLeaving(AgentId agent, const std::vector<ItemId>& given_back) {
  std::vector<Looking> looking;
  GatherAfterLeaving(agent, given_back, looking);
  PlaceInOrder(std::move(looking));
}

void Decider::GatherAfterLeaving(AgentId agent, const std::vector<ItemId>& given_back,
                                 std::vector<Looking>& looking) const {
  for (ItemId id : given_back) looking.push_back({OrderOf(ItemAt(id)), true});
  for (const OrderKey& key : s_.lines.KeptFor(agent)) looking.push_back({key, false});
  const State::AgentRow* row = s_.FindAgent(agent);
  if (row != nullptr && row->pool) LookAgain(s_.lines.GroupsOf(*row->pool), looking);
}

// Lines that an agent has left: whoever refused an item may be the last who is left for it, and a
// step may have lost its last agent.
void Decider::LookAgain(const std::vector<WaitLines::GroupRef>& groups,
                        std::vector<Looking>& looking) const {
  for (const WaitLines::GroupRef& ref : groups) {
    if (s_.lines.IsEmpty(ref.group)) continue;
    const LineGroupKey& key = s_.lines.KeyOf(ref.group);
    const RequirementStep& step = s_.pools.RequirementOf(key.requirement).steps[key.step];
    if (step.skip_if_none) {
      for (const OrderKey& order : s_.ItemsOfGroup(ref.group)) looking.push_back({order, false});
    } else {
      for (const OrderKey& order : s_.lines.PickyOf(ref.group)) looking.push_back({order, false});
    }
  }
}

void Decider::PlaceInOrder(std::vector<Looking> items) {
  if (gathering_) {
    looking_.insert(looking_.end(), items.begin(), items.end());
    return;
  }
  std::stable_sort(items.begin(), items.end(),
                   [](const Looking& a, const Looking& b) { return a.order < b.order; });
  for (const Looking& item : items) {
    if (item.begins) {
      Place(item.order.id);
    } else {
      PlaceAgain(item.order.id);
    }
  }
}

void Decider::Settle() { PlaceInOrder(std::exchange(looking_, {})); }

void Decider::LookAgainEverywhere() {
  if (changing_) return;
  std::vector<Looking> looking;
  s_.items.ForEach(ItemId(), [&](const ItemTable::Row& row) {
    const Item& item = row.item;
    if (item.state != ItemState::kWaiting) return true;
    const bool may_skip = s_.RequirementOf(item).steps[item.step].skip_if_none;
    // Delays and overflow may have been set to what it has waited for already.
    const bool may_move = s_.NextDelay(item) || QueueOf(item).overflow;
    if (item.is_reserved() || item.is_picky() || may_skip || may_move) {
      looking.push_back({OrderOf(item), false});
    }
    return true;
  });
  PlaceInOrder(std::move(looking));
}

void Decider::ServeEveryone() {
  if (changing_) return;
  std::vector<AgentId> free;
  s_.free.ForEach([&](AgentId agent) { free.push_back(agent); });
  for (AgentId agent : free) Serve(agent);
}

}  // namespace wissel
