// What each event changes. Nothing here decides or refuses: an event that cannot be is our own bug.
#include <algorithm>
#include <utility>

#include "router/core/record_talk.h"
#include "router/core/state.h"

namespace wissel {
namespace {

// A pull-back would be pointless if the item could go back to its agent at once.
constexpr Duration kLeastGapAfterPullBack = Duration::Seconds(5);

}  // namespace

class Recorder : private TalkRecorder {
 public:
  using TalkRecorder::TalkRecorder;
  using TalkRecorder::operator();

  // --- Work items ---
  void operator()(const ItemEntered& e) {
    ItemTable::Row& row = s_.items.Insert(e.item);
    Item& item = row.item;
    item.id = e.item;
    item.queue = e.queue;
    item.requirement = e.requirement;
    item.channel = e.channel;
    item.state = e.waits_for_hours ? ItemState::kWaitingForHours : ItemState::kWaiting;
    item.promise_from = at_;
    if (e.not_before && *e.not_before > at_) {
      item.state = ItemState::kScheduled;
      item.promise_from = *e.not_before;
    }
    item.topic = e.topic;
    item.not_before = e.not_before;
    item.not_after = e.not_after;
    item.band = e.band;
    item.own_requirement = e.own_requirement;
    item.entered = item.step_since = item.state_since = item.queued_since = at_;
    item.due = e.due;
    item.head_start = e.head_start;
    item.contact = e.contact;
    item.customer = e.customer;
    item.preferred = e.preferred;
    item.hops = e.hops;
    item.fallback = e.fallback;
    s_.next_item = std::max(s_.next_item, e.item.value() + 1);
    s_.Use(item.requirement, 1);
    ++s_.queues[item.queue.value()].living;
    s_.RememberCustomer(item);
    Settle(row);
  }
  void operator()(const ItemReleased& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    if (std::exchange(row.item.paused, false)) {
      const Duration paused = at_ - row.item.state_since;
      row.item.due = row.item.due + paused;
      row.item.promise_from = row.item.promise_from + paused;
    }
    BeginStay(row.item);
    Become(row, e.waits_for_hours ? ItemState::kWaitingForHours : ItemState::kWaiting);
  }
  void operator()(const ItemUpdated& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    row.item.band = e.band;
    row.item.head_start = e.head_start;
    row.item.due = e.due;
    row.item.own_requirement = e.own_requirement;
    if (row.item.requirement != e.requirement) row.item.partner.reset();
    Require(row.item, e.requirement);
    Settle(row);
  }
  void operator()(const StepReached& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    row.item.step = e.step;
    row.item.step_since = at_;
    Settle(row);
  }
  void operator()(const ItemKept& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    row.item.keep = Keep{e.agent, e.until, e.preference};
    if (!IsKeptByHand(e.preference)) row.item.next_preference = e.preference + 1;
    Settle(row);
  }
  void operator()(const KeepEnded& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    row.item.keep.reset();
    Settle(row);
  }
  void operator()(const StayBegun& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    row.item.stay = Stay{e.until};
    PassTurns(row.item);
    Settle(row);
  }
  void operator()(const StayEnded& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    row.item.stay.reset();
    row.item.fallback = Fallback();
    Settle(row);
  }
  void operator()(const ItemAbandoned& e) { End(s_.items.Get(e.item), ItemState::kAbandoned); }
  void operator()(const ItemCancelled& e) { End(s_.items.Get(e.item), ItemState::kCancelled); }
  void operator()(const ItemTransferred& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    Item& item = row.item;
    if (e.from) LeaveAgent(*e.from, item);
    if (!e.to_agent) item.partner = e.to_partner;
    item.own_requirement = e.own_requirement;
    EnterQueue(item, e.to_queue, e.requirement, e.due);
    ForgetPreferred(item);
    if (e.to_agent) item.keep = Keep{*e.to_agent, std::nullopt, kKeptByTransfer};
    if (e.from) {
      AddRefusal(item, *e.from);
      item.not_after.reset();  // it has been answered
    }
    PutBack(row, e.waits_for_hours ? ItemState::kWaitingForHours : ItemState::kWaiting);
  }
  void operator()(const CallbackPromised& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    row.item.channel = Channel::kCallback;
    row.item.not_before = e.not_before;
    row.item.not_after = e.not_after;
    if (e.not_before && *e.not_before > at_) {
      row.item.keep.reset();
      row.item.stay.reset();
      Become(row, ItemState::kScheduled);
    } else {
      Settle(row);
    }
  }
  void operator()(const ItemPostponed& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    LeaveAgent(e.agent, row.item);
    row.item.attempts = e.attempts;
    row.item.not_before = e.until;
    PutBack(row, ItemState::kScheduled);
  }
  void operator()(const ItemPaused& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    row.item.keep.reset();
    row.item.stay.reset();
    row.item.paused = true;
    row.item.not_before = e.until;
    Become(row, ItemState::kScheduled);
  }
  void operator()(const ItemExpired& e) { End(s_.items.Get(e.item), ItemState::kExpired); }
  void operator()(const ItemMerged& e) { End(s_.items.Get(e.item), ItemState::kMerged); }
  void operator()(const ItemInformed& e) { End(s_.items.Get(e.item), ItemState::kInformed); }
  void operator()(const SurgeBegun& e) { s_.queues[e.queue.value()].surge = true; }
  void operator()(const SurgeEnded& e) { s_.queues[e.queue.value()].surge = false; }
  void operator()(const StepOpened& e) { s_.queues[e.queue.value()].opened_step = e.step; }
  void operator()(const StepClosed& e) { s_.queues[e.queue.value()].opened_step.reset(); }
  void operator()(const PartnersSettled& e) {
    s_.settlements.Remember(at_, e);
    s_.queues[e.queue.value()].partners.Settle();
  }
  void operator()(const NoticeGiven& e) {
    s_.next_notice = std::max(s_.next_notice, e.notice.value() + 1);
    s_.Put(e.notice, e.content);
  }
  void operator()(const NoticeWithdrawn& e) { s_.notices.erase(e.notice); }
  void operator()(const ItemOverflowed& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    EnterQueue(row.item, e.to_queue, e.requirement, e.due);
    row.item.hops = e.hops;
    if (e.cause == OverflowCause::kPreferredPassed) ForgetPreferred(row.item);
    Settle(row);
  }
  void operator()(const ItemShown& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    row.item.shown = e.delay;
    Settle(row);
  }
  void operator()(const ItemReturned& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    LeaveAgent(e.agent, row.item);
    if (e.cause != ReturnCause::kConnectionLost) AddRefusal(row.item, e.agent);
    if (e.cause == ReturnCause::kNoAnswer) {
      s_.agents[e.agent.value()].state.not_responding = true;
      s_.Reindex(e.agent);
    }
    row.item.not_after.reset();
    PutBack(row, ItemState::kWaiting);
  }

  void operator()(const WaitPromised& e) {
    s_.items.Get(e.item).item.promise = Promise{at_, e.wait};
  }

  // --- Offers and assignments ---
  void operator()(const OfferMade& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    row.item.decision = Decision{e.offer, e.agent, at_, e.deadline, e.reason, OfferOutcome::kOpen};
    row.item.units = s_.ProfileOf(e.agent).Find(row.item.channel)->cost;
    // An offer to one of the preferred agents ends the turn of those before, any other that of all:
    // an item does not wait for them a second time.
    const std::optional<uint8_t> preference = e.reason.preference;
    if (preference && !IsKeptByHand(*preference)) {
      row.item.next_preference =
          std::max(row.item.next_preference, static_cast<uint8_t>(*preference + 1));
    } else {
      PassTurns(row.item);
    }
    s_.next_offer = std::max(s_.next_offer, e.offer.value() + 1);
    s_.CountShares(row.item.queue, e.stood_by);
    s_.agents[e.agent.value()].state.work.push_back(e.item);
    Become(row, ItemState::kOffered);
    s_.Reindex(e.agent);
  }
  void operator()(const OfferAccepted& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    row.item.decision->outcome = OfferOutcome::kAccepted;
    row.item.keep.reset();
    row.item.stay.reset();
    row.item.accepted = at_;
    s_.CountPartners(row.item, e.agent, row.item.decision->reason.partner_due);
    if (!row.item.answered) row.item.answered = at_;
    if (s_.queues[row.item.queue.value()].by_weight) Give(e.agent);
    Become(row, ItemState::kActive);
    s_.Reindex(e.agent);
  }
  void operator()(const OfferDeclined& e) {
    AddRefusal(s_.items.Get(e.item).item, e.agent);
    CloseOffer(e.item, OfferOutcome::kDeclined);
  }
  void operator()(const OfferMissed& e) {
    s_.agents[e.agent.value()].state.not_responding = true;
    AddRefusal(s_.items.Get(e.item).item, e.agent);
    CloseOffer(e.item, OfferOutcome::kMissed);
  }
  void operator()(const OfferRevoked& e) { CloseOffer(e.item, OfferOutcome::kRevoked); }
  void operator()(const OfferCancelled& e) { CloseOffer(e.item, OfferOutcome::kCancelled); }
  void operator()(const ItemHeld& e) { Turn(e.item, ItemState::kHeld); }
  void operator()(const ItemRetrieved& e) { Turn(e.item, ItemState::kActive); }
  void operator()(const ItemParked& e) { Turn(e.item, ItemState::kParked); }
  void operator()(const ItemResumed& e) { Turn(e.item, ItemState::kActive); }
  void operator()(const WrapUpStarted& e) {
    s_.items.Get(e.item).item.wrap_until = e.until;
    Turn(e.item, ItemState::kWrapping);
  }
  void operator()(const ItemCompleted& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    row.item.reason_codes = e.reason_codes;
    row.item.wrap_until.reset();
    row.item.awaited_until.reset();
    GiveUp(e.agent, row.item);
    End(row, ItemState::kCompleted);
    s_.Reindex(e.agent);
    s_.ForgetOldestEnded();
  }

  // --- By a manager ---
  void operator()(const ItemAssigned& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    Item& item = row.item;
    const State::AgentRow& agent = s_.agents[e.agent.value()];
    OfferReason reason;
    reason.load_permille = LoadPermille(s_.ProfileOf(e.agent), agent.state.load);
    reason.idle_since = agent.state.idle_since;
    reason.config_revision = s_.directory.revision;
    reason.band = item.band;
    reason.due = item.due;
    reason.partner_due = e.partner_due;
    item.decision =
        Decision{e.offer, e.agent, at_, at_, reason, OfferOutcome::kAccepted, /*forced=*/true};
    item.units = CostOf(s_.ProfileOf(e.agent), item.channel);
    ForgetPreferred(item);
    item.accepted = at_;
    s_.CountPartners(item, e.agent, e.partner_due);
    if (!item.answered) item.answered = at_;
    s_.next_offer = std::max(s_.next_offer, e.offer.value() + 1);
    s_.agents[e.agent.value()].state.work.push_back(e.item);
    Become(row, ItemState::kActive);
    s_.Reindex(e.agent);
  }
  void operator()(const ItemPulledBack& e) {
    ItemTable::Row& row = s_.items.Get(e.item);
    const Duration gap = s_.directory.queues.Get(row.item.queue).decline_gap;
    RefusalOf(row.item, e.agent).retry_at = at_ + std::max(gap, kLeastGapAfterPullBack);
    if (IsAssigned(row.item.state)) {
      LeaveAgent(e.agent, row.item);
      row.item.not_after.reset();  // it has been answered
    }
    PutBack(row, ItemState::kWaiting);
  }
  void operator()(const ActionTaken& e) { s_.actions.Remember(at_, e); }

  // --- Presence ---
  void operator()(const AgentSignedIn& e) {
    AgentState& agent = s_.agents[e.agent.value()].state;
    agent.presence = Presence::kAway;
    agent.away_reason.clear();
    agent.presence_since = agent.idle_since = at_;
    agent.not_responding = false;
    agent.session = e.session;
    s_.next_session = std::max(s_.next_session, e.session + 1);
    s_.Reindex(e.agent);
  }
  void operator()(const SessionTakenOver& e) {
    s_.agents[e.agent.value()].state.session = e.session;
    s_.next_session = std::max(s_.next_session, e.session + 1);
  }
  void operator()(const PresenceChanged& e) {
    AgentState& agent = s_.agents[e.agent.value()].state;
    const bool comes = e.presence == Presence::kAvailable && agent.presence != Presence::kAvailable;
    if (comes) agent.given = std::max(agent.given, s_.given_last);
    agent.presence = e.presence;
    agent.away_reason = e.away_reason;
    agent.presence_since = at_;
    agent.queued.reset();
    agent.not_responding = false;
    if (e.presence == Presence::kOffline) agent.work_kept_until.reset();
    s_.Reindex(e.agent);
  }
  void operator()(const PresenceQueued& e) {
    s_.agents[e.agent.value()].state.queued = e.queued;
    s_.Reindex(e.agent);
  }
  void operator()(const LeaseLost& e) {
    s_.agents[e.agent.value()].state.work_kept_until = e.work_kept_until;
    s_.timers.Add(TimerKind::kReconnect, e.work_kept_until, e.agent.value());
    s_.Reindex(e.agent);
  }
  void operator()(const LeaseRestored& e) {
    s_.agents[e.agent.value()].state.work_kept_until.reset();
    s_.Reindex(e.agent);
  }

  void operator()(const RequestCarriedOut& e) { s_.requests.Remember(at_, e); }
};

void State::Record(const Event& event) {
  INVARIANT(event.at >= now);
  now = event.at;
  clock = std::max(clock, now);
  std::visit(Recorder(*this, event.at), event.body);
}

}  // namespace wissel
