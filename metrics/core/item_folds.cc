// What each event of an item's life does to the board.
#include <algorithm>
#include <utility>

#include "base/invariant.h"
#include "metrics/core/board.h"

namespace wissel::metrics {

// --- Waiting

void Board::On(const ItemEntered& e, Instant at) {
  LiveItem& item = items_[e.item];
  item.topic = e.topic;
  item.requirement = e.requirement;
  item.channel = e.channel;
  item.band = e.band;
  item.due = e.due;
  item.entered = at;
  item.wait_from = at;
  item.state_since = at;
  if (e.waits_for_hours) item.state = ItemState::kWaitingForHours;
  if (e.not_before && *e.not_before > at) {
    item.queue = e.queue;
    Schedule(item, at);
  } else {
    BeginStay(e.item, item, e.queue);
  }
}

void Board::On(const ItemReleased& e, Instant at) {
  LiveItem& item = Get(e.item);
  if (item.scheduled()) {
    --Get(item.queue).row.scheduled;
    // The promise stood still.
    if (std::exchange(item.paused, false)) item.due = item.due + (at - item.state_since);
    item.wait_from = at;
    item.state = ItemState::kWaiting;
    BeginStay(e.item, item, item.queue);
  }
  SetState(item, e.waits_for_hours ? ItemState::kWaitingForHours : ItemState::kWaiting, at);
}

void Board::On(const ItemUpdated& e, Instant) {
  LiveItem& item = Get(e.item);
  const bool waits = item.waits();
  if (waits) RemoveWaiting(e.item, item);
  item.band = e.band;
  item.due = e.due;
  if (item.requirement != e.requirement) item.step = 0;
  item.requirement = e.requirement;
  if (waits) AddWaiting(e.item, item);
}

void Board::On(const StepReached& e, Instant) {
  LiveItem& item = Get(e.item);
  item.step = e.step;
  if (item.waits()) Get(item.queue).waiting_version = version_;
}

void Board::On(const ItemKept& e, Instant) {
  LiveItem& item = Get(e.item);
  item.kept_for = e.agent;
  Get(item.queue).waiting_version = version_;
}

void Board::On(const KeepEnded& e, Instant) {
  LiveItem& item = Get(e.item);
  item.kept_for.reset();
  Get(item.queue).waiting_version = version_;
}

void Board::On(const ItemAbandoned& e, Instant at) {
  LiveItem& item = Get(e.item);
  if (item.scheduled()) return EndOtherwise(e.item);
  RemoveWaiting(e.item, item);
  DayCounters& today = Books(item);
  ++today.abandoned;
  JudgePromise(item, at, false);
  if (at - item.wait_from < directory_.queues.Get(item.queue).short_abandon) {
    ++today.short_abandoned;
  }
  Drop(e.item);
}

void Board::On(const ItemCancelled& e, Instant at) {
  LiveItem& item = Get(e.item);
  if (item.waits() || item.scheduled()) return EndOtherwise(e.item);
  EndAssignment(e.item, item, at);
  Drop(e.item);
}

void Board::On(const CallbackPromised& e, Instant at) {
  LiveItem& item = Get(e.item);
  Get(item.queue).waiting_version = version_;
  if (!e.not_before || *e.not_before <= at) {
    item.channel = Channel::kCallback;
    return;
  }
  PutOff(e.item, item, at);
  item.channel = Channel::kCallback;
}

void Board::On(const ItemPaused& e, Instant at) {
  LiveItem& item = Get(e.item);
  Get(item.queue).waiting_version = version_;
  PutOff(e.item, item, at);
  item.paused = true;
}

// It waits no more, for a time: its customer will come, or is called, later.
void Board::PutOff(ItemId id, LiveItem& item, Instant at) {
  RemoveWaiting(id, item);
  ++Books(item).ended_otherwise;
  item.kept_for.reset();
  // They have been told another time instead.
  item.promise.reset();
  Schedule(item, at);
}

void Board::On(const ItemPostponed& e, Instant at) {
  LiveItem& item = Get(e.item);
  EndAssignment(e.item, item, at);
  Schedule(item, at);
}

void Board::On(const SurgeBegun& e, Instant) {
  Get(e.queue).row.surge = true;
  TouchQueue(e.queue);
}

void Board::On(const SurgeEnded& e, Instant) {
  Get(e.queue).row.surge = false;
  TouchQueue(e.queue);
}

void Board::On(const StepOpened& e, Instant) {
  Get(e.queue).row.opened_step = e.step;
  TouchQueue(e.queue);
}

void Board::On(const StepClosed& e, Instant) {
  Get(e.queue).row.opened_step = 0;
  TouchQueue(e.queue);
}

void Board::On(const ItemTransferred& e, Instant at) {
  LiveItem& item = Get(e.item);
  const ItemState state = e.waits_for_hours ? ItemState::kWaitingForHours : ItemState::kWaiting;
  const bool waited = item.waits();
  if (waited) {
    RemoveWaiting(e.item, item);
    if (item.queue != e.to_queue) ++Books(item).ended_otherwise;
  } else {
    EndAssignment(e.item, item, at);
    item.wait_from = at;
  }
  const bool same_stay = waited && item.queue == e.to_queue;
  item.requirement = e.requirement;
  item.step = 0;
  item.due = e.due;
  item.state = state;
  item.state_since = at;
  item.kept_for = e.to_agent;
  if (same_stay) {
    AddWaiting(e.item, item);
  } else {
    BeginStay(e.item, item, e.to_queue);
  }
}

void Board::On(const ItemOverflowed& e, Instant) {
  LiveItem& item = Get(e.item);
  RemoveWaiting(e.item, item);
  ++Books(item).ended_otherwise;
  item.requirement = e.requirement;
  item.step = 0;
  item.due = e.due;
  BeginStay(e.item, item, e.to_queue);
}

void Board::On(const ItemReturned& e, Instant at) {
  LiveItem& item = Get(e.item);
  if (e.cause == ReturnCause::kNoAnswer) Get(e.agent).not_responding = true;
  EndAssignment(e.item, item, at);
  item.state = ItemState::kWaiting;
  item.state_since = at;
  item.wait_from = at;
  BeginStay(e.item, item, item.queue);
}

void Board::On(const WaitPromised& e, Instant at) { Get(e.item).promise = Promise{at, e.wait}; }

// --- Offers

void Board::On(const OfferMade& e, Instant at) {
  LiveItem& item = Get(e.item);
  const RoutingProfile& profile = directory_.profiles.Get(directory_.agents.Get(e.agent).profile);
  item.units = CostOf(profile, item.channel);
  item.agent = e.agent;
  Get(e.agent).work.push_back(e.item);
  ++Get(item.queue).row.offered_now;
  SetState(item, ItemState::kOffered, at);
  CountUnits(item, true);
}

void Board::On(const OfferAccepted& e, Instant at) {
  LiveItem& item = Get(e.item);
  --Get(item.queue).row.offered_now;
  BeginAssignment(e.item, item, at);
}

void Board::On(const OfferDeclined& e, Instant at) {
  ++Get(e.item).refusals;
  EndOffer(e.item, e.agent, at);
}

void Board::On(const OfferMissed& e, Instant at) {
  ++Get(e.item).refusals;
  Get(e.agent).not_responding = true;
  EndOffer(e.item, e.agent, at);
}

void Board::On(const OfferRevoked& e, Instant at) { EndOffer(e.item, e.agent, at); }
void Board::On(const OfferCancelled& e, Instant at) { EndOffer(e.item, e.agent, at); }

// --- Assignments

void Board::On(const ItemHeld& e, Instant at) { SetState(Get(e.item), ItemState::kHeld, at); }
void Board::On(const ItemRetrieved& e, Instant at) {
  SetState(Get(e.item), ItemState::kActive, at);
}

void Board::On(const ItemParked& e, Instant at) {
  LiveItem& item = Get(e.item);
  StopHandling(item, at);
  CountUnits(item, false);
  SetState(item, ItemState::kParked, at);
}

void Board::On(const ItemResumed& e, Instant at) {
  LiveItem& item = Get(e.item);
  item.handling_since = at;
  CountUnits(item, true);
  SetState(item, ItemState::kActive, at);
}

void Board::On(const WrapUpStarted& e, Instant at) {
  LiveItem& item = Get(e.item);
  if (item.state == ItemState::kParked) item.handling_since = at;
  QueueRow& row = Get(item.queue).row;
  --row.active;
  ++row.wrapping;
  CountUnits(item, directory_.queues.Get(item.queue).wrap_up.blocks_capacity);
  SetState(item, ItemState::kWrapping, at);
}

void Board::On(const ItemCompleted& e, Instant at) {
  LiveItem& item = Get(e.item);
  EndAssignment(e.item, item, at);
  DayCounters& today = Books(item);
  ++today.completed;
  today.handle_sum += item.handled;
  today.hold_sum += item.held;
  today.wrap_sum += item.wrapped;
  ++Get(e.agent).completed;
  Drop(e.item);
}

// --- By a manager

void Board::On(const ItemAssigned& e, Instant at) {
  LiveItem& item = Get(e.item);
  const RoutingProfile& profile = directory_.profiles.Get(directory_.agents.Get(e.agent).profile);
  item.units = CostOf(profile, item.channel);
  item.agent = e.agent;
  Get(e.agent).work.push_back(e.item);
  BeginAssignment(e.item, item, at);
  CountUnits(item, true);
}

// What was only offered waits already.
void Board::On(const ItemPulledBack& e, Instant at) {
  LiveItem& item = Get(e.item);
  if (item.waits()) return;
  EndAssignment(e.item, item, at);
  item.state = ItemState::kWaiting;
  item.state_since = at;
  item.wait_from = at;
  BeginStay(e.item, item, item.queue);
}

// --- Parts

void Board::AddWaiting(ItemId id, LiveItem& item) {
  Queue& queue = Get(item.queue);
  queue.waiting.Add({item.band, item.due, id}, item.entered);
  queue.waiting_version = version_;
  ++queue.row.waiting;
  ++waiting_total_;
  if (!item.topic.empty()) ++queue.topics[item.topic];
  item.overdue = item.due < advanced_to_;
  if (item.overdue) ++queue.row.overdue;
  if (!item.overdue) promised_.insert({item.due, id});
  TouchQueue(item.queue);
}

void Board::RemoveWaiting(ItemId id, LiveItem& item) {
  Queue& queue = Get(item.queue);
  queue.waiting.Remove({item.band, item.due, id}, item.entered);
  queue.waiting_version = version_;
  --queue.row.waiting;
  --waiting_total_;
  if (!item.topic.empty() && --queue.topics.find(item.topic)->second == 0) {
    queue.topics.erase(queue.topics.find(item.topic));
  }
  if (item.overdue) --queue.row.overdue;
  if (!item.overdue) promised_.erase({item.due, id});
  TouchQueue(item.queue);
}

void Board::Schedule(LiveItem& item, Instant at) {
  ++Get(item.queue).row.scheduled;
  item.state = ItemState::kScheduled;
  item.state_since = at;
  TouchQueue(item.queue);
}

// Of what nobody handles.
void Board::EndOtherwise(ItemId id) {
  LiveItem& item = Get(id);
  if (item.scheduled()) {
    --Get(item.queue).row.scheduled;
    TouchQueue(item.queue);
  } else {
    RemoveWaiting(id, item);
    ++Books(item).ended_otherwise;
  }
  Drop(id);
}

DayCounters& Board::Books(const LiveItem& item) {
  counted_channel_ = item.channel;
  return Get(item.queue).row.today;
}

void Board::JudgePromise(LiveItem& item, Instant at, bool answered) {
  if (!item.promise) return;
  DayCounters& today = Books(item);
  switch (OutcomeOf(item.promise->wait.p80, at - item.promise->at, answered)) {
    case PromiseOutcome::kKept:
      ++today.promises_kept;
      break;
    case PromiseOutcome::kBroken:
      ++today.promises_broken;
      break;
    case PromiseOutcome::kLeft:
      break;
  }
  item.promise.reset();
}

void Board::BeginStay(ItemId id, LiveItem& item, QueueId queue) {
  item.queue = queue;
  ++Books(item).offered;
  AddWaiting(id, item);
}

void Board::SetState(LiveItem& item, ItemState state, Instant at) {
  CountState(item, at);
  item.state = state;
  item.state_since = at;
  Get(item.queue).waiting_version = version_;
  TouchQueue(item.queue);
  if (item.agent != AgentId()) TouchAgent(item.agent);
}

void Board::EndOffer(ItemId id, AgentId agent, Instant at) {
  LiveItem& item = Get(id);
  --Get(item.queue).row.offered_now;
  CountUnits(item, false);
  std::erase(Get(agent).work, id);
  SetState(item, ItemState::kWaiting, at);
  item.agent = AgentId();
}

void Board::BeginAssignment(ItemId id, LiveItem& item, Instant at) {
  RemoveWaiting(id, item);
  const Duration wait = at - item.wait_from;
  QueueRow& row = Get(item.queue).row;
  DayCounters& today = Books(item);
  ++today.answered;
  if (wait <= directory_.queues.Get(item.queue).answer_within) ++today.answered_in_time;
  today.answered_wait_sum += wait;
  JudgePromise(item, at, true);
  ++row.active;
  item.kept_for.reset();
  item.handled = item.held = item.wrapped = Duration();
  item.handling_since = at;
  item.accepted = at;
  SetState(item, ItemState::kActive, at);
}

void Board::EndAssignment(ItemId id, LiveItem& item, Instant at) {
  if (item.state != ItemState::kParked && !item.set_aside()) StopHandling(item, at);
  CountState(item, at);
  CountUnits(item, false);
  QueueRow& row = Get(item.queue).row;
  --(item.set_aside()                     ? row.awaiting_customer
     : item.state == ItemState::kWrapping ? row.wrapping
                                          : row.active);
  TouchQueue(item.queue);
  AgentRow& agent = Get(item.agent);
  std::erase(agent.work, id);
  if (!item.set_aside()) agent.idle_since = at;
  TouchAgent(item.agent);
  item.agent = AgentId();
}

void Board::StopHandling(LiveItem& item, Instant at) { item.handled += at - item.handling_since; }

void Board::CountState(LiveItem& item, Instant at) {
  if (item.state == ItemState::kHeld) item.held += at - item.state_since;
  if (item.state == ItemState::kWrapping) item.wrapped += at - item.state_since;
  item.state_since = at;
}

void Board::CountUnits(LiveItem& item, bool count) {
  if (item.counts_units == count) return;
  item.counts_units = count;
  Get(item.agent).units_in_use += count ? item.units : -item.units;
}

void Board::Drop(ItemId id) { items_.erase(id); }

}  // namespace wissel::metrics
