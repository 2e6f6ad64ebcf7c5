#include "forecasting/core/script_writer.h"

#include <utility>

#include "base/invariant.h"
#include "forecasting/core/draws.h"

namespace wissel::forecasting {

ScriptWriter::ScriptWriter(const Engine& engine, Recording& recording)
    : engine_(engine), recording_(recording) {
  engine.ForEachLivingItem(ItemId(), [&](const Item& item) {
    Begin(item, recording.from);
    return true;
  });
}

void ScriptWriter::Begin(const Item& item, Instant from) {
  Living& living = living_[item.id];
  living.script = static_cast<uint32_t>(recording_.items.size());
  living.queue = item.queue;
  living.wait_began = WaitBegan(item);
  ItemScript script{item.id, std::nullopt, {Stay()}};
  Stay& stay = script.stays.back();
  if (item.state == ItemState::kOffered) {
    living.offer_open = true;
    living.offered = item.decision->at;
    stay.answers.push_back({Answer::Kind::kNone, item.agent(), {}, {}, {}});
  }
  if (IsWithAgent(item.state)) {
    stay.answered = true;
    living.assigned = true;
    living.parked = item.state == ItemState::kParked || item.state == ItemState::kAwaitingCustomer;
    living.times_parked = living.parked;
    living.worked = WorkedOn(item, from);
    living.working_since = living.parked ? item.state_since : from;
    if (item.state == ItemState::kWrapping) {
      living.wrap_began = living.worked - (from - item.state_since);
    }
  }
  recording_.items.push_back(std::move(script));
}

void ScriptWriter::Write(const CommandBody& command, Instant at, Place place) {
  at_ = at;
  place_ = place;
  std::visit([this](const auto& c) { On(c); }, command);
}

void ScriptWriter::Write(const Event& event) {
  at_ = event.at;
  std::visit([this](const auto& e) { After(e); }, event.body);
}

void ScriptWriter::Finish(Instant until) {
  at_ = until;
  for (const ItemScript& script : recording_.items) {
    auto it = living_.find(script.id);
    if (it == living_.end()) continue;
    Living& living = it->second;
    if (living.offer_open) CloseUnanswered(living);
    if (living.assigned) {
      EndHandling(living);
    } else {
      EndWait(living);
    }
  }
}

// --- What was asked

void ScriptWriter::On(const CreateItem& c) {
  recording_.items.push_back({ItemId(), Arrival{at_, place_, c}, {Stay()}});
}

void ScriptWriter::On(const TransferAssignment& c) {
  Act& act = Do(c.item, Act::Kind::kTransfer);
  act.to_queue = c.to_queue;
  act.to_agent = c.to_agent;
  act.to_partner = c.to_partner;
}

void ScriptWriter::On(const StartConsult& c) {
  Act& act = Do(c.item, Act::Kind::kConsult);
  act.to_queue = c.to_queue;
  act.to_agent = c.to_agent;
  act.consult = static_cast<uint32_t>(recording_.items.size());
  recording_.items.push_back({ItemId(), std::nullopt, {Stay()}, /*is_consult=*/true});
}

// Back at the desk after an offer was missed: that goes with the offer.
void ScriptWriter::On(const SetPresence& c) {
  auto missed = missed_.find(c.agent);
  const AgentState* agent = engine_.FindAgent(c.agent);
  const bool back = missed != missed_.end() && c.presence == Presence::kAvailable &&
                    agent->presence == Presence::kAvailable && agent->not_responding &&
                    !agent->queued;
  if (!back) return Attend(c.agent, c);
  const Missed& m = missed->second;
  const Duration after = at_ - m.at;
  recording_.items[m.script].stays[m.stay].answers[m.answer].back = {after, place_};
  recording_.back_after.push_back(after);
  missed_.erase(missed);
}

void ScriptWriter::Attend(AgentId agent, const CommandBody& command) {
  missed_.erase(agent);
  recording_.agents.push_back({at_, place_, agent, command});
}

void ScriptWriter::Configure(CommandBody command) {
  CenterAct& act = recording_.center.emplace_back();
  act.at = at_;
  act.place = place_;
  act.command = std::move(command);
}

void ScriptWriter::Intervene(ItemId id, const CommandBody& command) {
  Living& living = living_.at(id);
  StayOf(living).interventions.push_back({at_ - living.wait_began, place_, command});
}

void ScriptWriter::On(const PullBack& c) {
  if (!living_.at(c.item).assigned) return Intervene(c.item, c);
  Do(c.item, Act::Kind::kPullBack);
}

void ScriptWriter::Depart(ItemId id, bool withdrawn) {
  Living& living = living_.at(id);
  StayOf(living).departure = Departure{withdrawn, at_ - living.wait_began, place_};
}

void ScriptWriter::Reply(AgentId agent, OfferId offer, Answer::Kind kind) {
  const Item* item = engine_.FindOffered(agent, offer);
  INVARIANT(item != nullptr);
  Living& living = living_.at(item->id);
  Answer& answer = StayOf(living).answers.back();
  answer.kind = kind;
  answer.after = at_ - living.offered;
  answer.place = place_;
  if (kind == Answer::Kind::kAccepted) {
    recording_.observed[living.queue].accept_after.push_back(answer.after);
  }
}

Act& ScriptWriter::Do(ItemId id, Act::Kind kind) {
  Living& living = living_.at(id);
  Act act;
  act.kind = kind;
  act.worked = Worked(living);
  if (living.parked) act.while_parked = {living.times_parked, at_ - living.working_since};
  act.place = place_;
  std::vector<Act>& acts = StayOf(living).handling.acts;
  acts.push_back(act);
  return acts.back();
}

// --- What came of it

void ScriptWriter::After(const ItemEntered& e) {
  ItemScript& script = recording_.items.back();
  script.id = e.item;
  Living& living = living_[e.item];
  living.script = static_cast<uint32_t>(recording_.items.size() - 1);
  living.queue = e.queue;
  living.wait_began = at_;
}

void ScriptWriter::After(const OfferMade& e) {
  Living& living = living_.at(e.item);
  if (const Item* item = engine_.FindItem(e.item)) living.queue = item->queue;
  living.offered = at_;
  living.offer_open = true;
  StayOf(living).answers.push_back({Answer::Kind::kNone, e.agent, {}, {}, {}});
}

void ScriptWriter::CloseUnanswered(Living& living) {
  StayOf(living).answers.back().after = at_ - living.offered;
  living.offer_open = false;
}

void ScriptWriter::After(const OfferMissed& e) {
  Living& living = living_.at(e.item);
  Stay& stay = StayOf(living);
  CloseUnanswered(living);
  stay.answers.back().kind = Answer::Kind::kMissed;
  missed_[e.agent] = {living.script,
                      static_cast<uint32_t>(recording_.items[living.script].stays.size() - 1),
                      static_cast<uint32_t>(stay.answers.size() - 1), at_};
}

void ScriptWriter::After(const OfferAccepted& e) {
  Living& living = living_.at(e.item);
  Stay& stay = StayOf(living);
  Answer& answer = stay.answers.back();
  if (answer.kind == Answer::Kind::kNone) answer.kind = Answer::Kind::kAutomatic;
  BeginHandling(living);
}

void ScriptWriter::BeginHandling(Living& living) {
  EndWait(living);
  StayOf(living).answered = true;
  living.offer_open = false;
  living.assigned = true;
  living.parked = false;
  living.times_parked = 0;
  living.worked = Duration();
  living.working_since = at_;
  living.wrap_began.reset();
}

void ScriptWriter::EndWait(Living& living) {
  Stay& stay = StayOf(living);
  stay.waited = at_ - living.wait_began;
  recording_.observed[living.queue].waited_s += stay.waited.seconds();
}

void ScriptWriter::After(const ItemAbandoned& e) {
  Living& living = living_.at(e.item);
  EndWait(living);
  ++recording_.observed[living.queue].abandoned;
  living_.erase(e.item);
}

void ScriptWriter::EndUnanswered(ItemId id) {
  EndWait(living_.at(id));
  living_.erase(id);
}

void ScriptWriter::StandStill(Living& living) {
  living.worked = Worked(living);
  living.parked = true;
  ++living.times_parked;
  living.working_since = at_;
}

void ScriptWriter::GoOn(Living& living) {
  living.parked = false;
  living.working_since = at_;
}

void ScriptWriter::After(const WrapUpStarted& e) {
  Living& living = living_.at(e.item);
  living.wrap_began = Worked(living);
}

void ScriptWriter::EndHandling(Living& living) {
  Handling& handling = StayOf(living).handling;
  handling.worked = Worked(living);
  if (living.wrap_began) handling.wrapped = handling.worked - *living.wrap_began;
  living.assigned = false;
}

void ScriptWriter::After(const ItemCompleted& e) {
  Living& living = living_.at(e.item);
  EndHandling(living);
  Handling& handling = StayOf(living).handling;
  handling.timed_out = e.cause == CompletionCause::kWrapUpTimePassed;
  handling.ended_by_others =
      e.cause == CompletionCause::kConsultOver || e.cause == CompletionCause::kCustomerSilent;
  Observed& observed = recording_.observed[living.queue];
  const Duration wrapped = handling.wrapped.value_or(Duration());
  // What was cut off says less than the whole.
  if (e.cause != CompletionCause::kConnectionLost && !handling.ended_by_others) {
    AddTo(observed.talk, handling.worked - wrapped);
    if (handling.wrapped) AddTo(observed.wrap_up, wrapped);
    ++observed.completed;
  }
  living_.erase(e.item);
}

void ScriptWriter::WaitAgain(Living& living) {
  EndHandling(living);
  living.wait_began = at_;
  recording_.items[living.script].stays.emplace_back();
}

void ScriptWriter::After(const ItemReturned& e) { WaitAgain(living_.at(e.item)); }

// What was only offered waited all the while.
void ScriptWriter::After(const ItemPulledBack& e) {
  Living& living = living_.at(e.item);
  if (living.assigned) WaitAgain(living);
}

void ScriptWriter::After(const ItemTransferred& e) {
  Living& living = living_.at(e.item);
  living.queue = e.to_queue;
  if (living.assigned) WaitAgain(living);
}

}  // namespace wissel::forecasting
