// What consults, handing over and setting aside do to the board.
#include <algorithm>

#include "metrics/core/board.h"

namespace wissel::metrics {

void Board::On(const ConsultStarted& e, Instant) {
  Get(e.item).consult = e.consult;
  LiveItem& consult = Get(e.consult);
  consult.asks_about = e.item;
  consult.kept_for = e.to_agent;
  Get(consult.queue).waiting_version = version_;
  TouchAgent(e.agent);
}

void Board::On(const ConsultEnded& e, Instant) {
  LiveItem& item = Get(e.item);
  item.consult.reset();
  item.conference = false;
  TouchAgent(item.agent);
}

void Board::On(const ConferenceMarked& e, Instant) {
  LiveItem& item = Get(e.item);
  item.conference = e.on;
  TouchAgent(item.agent);
  if (item.consult) TouchAgent(Get(*item.consult).agent);
}

void Board::On(const ItemHandedOver& e, Instant at) {
  LiveItem& item = Get(e.item);
  EndAssignment(e.item, item, at);
  item.queue = e.queue;
  item.requirement = e.requirement;
  item.step = 0;
  item.due = e.due;
  item.agent = e.to;
  item.units = e.units;
  item.handled = item.held = item.wrapped = Duration();
  item.handling_since = item.accepted = at;
  Get(e.to).work.push_back(e.item);
  ++Get(e.queue).row.active;
  CountUnits(item, true);
  SetState(item, ItemState::kActive, at);
}

void Board::On(const ItemSetAside& e, Instant at) {
  LiveItem& item = Get(e.item);
  StopHandling(item, at);
  CountUnits(item, false);
  QueueRow& row = Get(item.queue).row;
  --row.active;
  ++row.awaiting_customer;
  Get(e.agent).idle_since = at;
  SetState(item, ItemState::kAwaitingCustomer, at);
}

void Board::On(const ItemWoken& e, Instant at) {
  LiveItem& item = Get(e.item);
  const RoutingProfile& profile = directory_.profiles.Get(directory_.agents.Get(e.agent).profile);
  item.units = CostOf(profile, item.channel);
  item.handling_since = item.accepted = at;
  QueueRow& row = Get(item.queue).row;
  --row.awaiting_customer;
  ++row.active;
  CountUnits(item, true);
  SetState(item, ItemState::kActive, at);
}

void Board::On(const ItemRequeued& e, Instant at) {
  LiveItem& item = Get(e.item);
  EndAssignment(e.item, item, at);
  item.state = e.waits_for_hours ? ItemState::kWaitingForHours : ItemState::kWaiting;
  item.state_since = at;
  item.wait_from = at;
  item.due = e.due;
  item.step = 0;
  item.refusals = 0;
  if (e.kept_until) item.kept_for = e.agent;
  BeginStay(e.item, item, item.queue);
}

}  // namespace wissel::metrics
