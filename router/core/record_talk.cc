#include "router/core/record_talk.h"

namespace wissel {

void TalkRecorder::operator()(const ConsultStarted& e) {
  s_.items.Get(e.item).item.consult = Consult{e.consult, false};
  ItemTable::Row& row = s_.items.Get(e.consult);
  // It is no second place of the customer in line.
  s_.ForgetCustomer(row.item);
  row.item.question = Question{e.item, e.agent};
  if (e.to_agent) row.item.keep = Keep{*e.to_agent, std::nullopt, kKeptByTransfer};
  Settle(row);
}

void TalkRecorder::operator()(const ConsultEnded& e) { s_.items.Get(e.item).item.consult.reset(); }

void TalkRecorder::operator()(const ConferenceMarked& e) {
  s_.items.Get(e.item).item.consult->conference = e.on;
}

void TalkRecorder::operator()(const ItemHandedOver& e) {
  ItemTable::Row& row = s_.items.Get(e.item);
  Item& item = row.item;
  LeaveAgent(e.from, item);
  if (e.queue != item.queue || e.requirement != item.requirement) item.partner.reset();
  EnterQueue(item, e.queue, e.requirement, e.due);
  ForgetPreferred(item);
  item.own_requirement = e.own_requirement;
  AddRefusal(item, e.from);
  FileDecision(item);
  const State::AgentRow& agent = s_.agents[e.to.value()];
  OfferReason reason;
  reason.load_permille = LoadPermille(s_.ProfileOf(e.to), agent.state.load);
  reason.idle_since = agent.state.idle_since;
  reason.config_revision = s_.directory.revision;
  reason.band = item.band;
  reason.due = item.due;
  item.decision = Decision{e.offer,
                           e.to,
                           at_,
                           at_,
                           reason,
                           OfferOutcome::kAccepted,
                           /*forced=*/false,
                           /*handed_over=*/true};
  item.units = e.units;
  item.accepted = at_;
  s_.next_offer = std::max(s_.next_offer, e.offer.value() + 1);
  s_.agents[e.to.value()].state.work.push_back(e.item);
  Become(row, ItemState::kActive);
  s_.Reindex(e.to);
}

void TalkRecorder::operator()(const ItemSetAside& e) {
  s_.items.Get(e.item).item.awaited_until = e.until;
  s_.agents[e.agent.value()].state.idle_since = at_;
  Turn(e.item, ItemState::kAwaitingCustomer);
}

void TalkRecorder::operator()(const ItemWoken& e) {
  Item& item = s_.items.Get(e.item).item;
  item.awaited_until.reset();
  item.accepted = at_;
  item.units = CostOf(s_.ProfileOf(e.agent), item.channel);
  Turn(e.item, ItemState::kActive);
}

void TalkRecorder::operator()(const ItemRequeued& e) {
  ItemTable::Row& row = s_.items.Get(e.item);
  Item& item = row.item;
  LeaveAgent(e.agent, item);
  item.due = e.due;
  item.promise_from = at_;
  item.not_after.reset();
  // Who refused it in an earlier stay did not refuse what the customer wrote now.
  item.refusals.clear();
  ForgetPreferred(item);
  if (e.kept_until) item.keep = Keep{e.agent, e.kept_until, kKeptByWake};
  BeginStay(item);
  PutBack(row, e.waits_for_hours ? ItemState::kWaitingForHours : ItemState::kWaiting);
}

}  // namespace wissel
