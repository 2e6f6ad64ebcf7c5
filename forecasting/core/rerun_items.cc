// What becomes of items in a re-run: who answers, works, leaves, and when.
#include <type_traits>
#include <utility>

#include "forecasting/core/rerun.h"

namespace wissel::forecasting {
namespace {

// Streams of draws for an item, one for each purpose.
enum Purpose : uint32_t { kPatience, kAccepting, kTalking, kWrappingUp, kComingBack };

bool Ends(const Act& act) {
  return act.kind == Act::Kind::kComplete || act.kind == Act::Kind::kTransfer ||
         act.kind == Act::Kind::kReturn || act.kind == Act::Kind::kMissCustomer ||
         act.kind == Act::Kind::kMissAgent || act.kind == Act::Kind::kPullBack;
}

}  // namespace

Rerun::Running* Rerun::Find(ItemId id) {
  auto it = number_of_.find(id);
  return it == number_of_.end() ? nullptr : &running_[it->second];
}

QueueId Rerun::QueueOf(const Running& running) const {
  const Item* item = engine_.FindItem(running.id);
  return item == nullptr ? QueueId() : item->queue;
}

const Stay* Rerun::StayOf(const Running& running) const {
  const std::vector<Stay>& stays = ScriptOf(running).stays;
  return running.stay < stays.size() ? &stays[running.stay] : nullptr;
}

const Answer* Rerun::AnswerOf(const Running& running) const {
  const Stay* stay = StayOf(running);
  if (stay == nullptr || running.answer > stay->answers.size()) return nullptr;
  return &stay->answers[running.answer - 1];
}

Random Rerun::RandomFor(const Running& running, uint32_t purpose) const {
  return Random{what_if_.seed, running.script, running.copy,
                uint64_t{running.stay} << 32 | uint64_t{running.answer} << 8 | purpose};
}

// --- Waiting

void Rerun::On(const ItemEntered& e) {
  if (!arriving_) return;
  number_of_[e.item] = static_cast<uint32_t>(running_.size());
  Running& running = running_.emplace_back();
  running.id = e.item;
  running.script = arriving_->first;
  running.copy = arriving_->second;
  running.wait_began = now_;
  BeginWait(running);
}

void Rerun::BeginWait(Running& running) {
  const Stay* stay = StayOf(running);
  const uint32_t number = NumberOf(running);
  Plan plan{now_, {}, 0, Plan::Kind::kDepart, number, running.stay, 0};
  if (stay != nullptr && stay->departure) {
    plan.at = running.wait_began + stay->departure->after;
    plan.place = stay->departure->place;
    Put(plan);
  } else if (!ScriptOf(running).is_consult) {
    Random random = RandomFor(running, kPatience);
    const Duration waited = stay == nullptr ? Duration() : stay->waited;
    if (const auto patience = habits_.Patience(QueueOf(running), waited, random)) {
      plan.at = running.wait_began + *patience;
      if (plan.at <= recording_->until) Put(plan);
    }
  }
  if (stay == nullptr) return;
  plan.kind = Plan::Kind::kIntervene;
  for (uint32_t i = 0; i < stay->interventions.size(); ++i) {
    plan.at = running.wait_began + stay->interventions[i].after;
    plan.place = stay->interventions[i].place;
    plan.index = i;
    Put(plan);
  }
}

void Rerun::Depart(Running& running) {
  const Stay* stay = StayOf(running);
  const bool recorded = stay != nullptr && stay->departure;
  ++(recorded ? counts_.sources.patience.recorded : counts_.sources.patience.drawn);
  const bool withdrawn = recorded && stay->departure->withdrawn;
  const bool granted = withdrawn ? Ask(CancelItem{running.id}).has_value()
                                 : Ask(AbandonItem{running.id}).has_value();
  if (!granted) ++counts_.impossible;
}

void Rerun::Intervene(Running& running, uint32_t index) {
  CommandBody command = StayOf(running)->interventions[index].command;
  std::visit(
      [&](auto& c) {
        if constexpr (requires { c.item = running.id; }) c.item = running.id;
      },
      command);
  if (!Ask(command)) ++counts_.impossible;
}

void Rerun::End(ItemId id, FirstWait::End how) {
  Running* running = Find(id);
  if (running == nullptr) return;
  if (how != FirstWait::End::kNotKnown) NoteFirstWait(*running, how);
  running->phase = Running::Phase::kEnded;
  running->next.reset();
  number_of_.erase(id);
}

void Rerun::NoteFirstWait(const Running& running, FirstWait::End how) {
  if (running.copy > 0 || running.stay > 0 || ScriptOf(running).is_consult) return;
  first_waits_[running.script] = {how, now_ - running.wait_began};
}

// Moved by a manager, or handed on by who had it.
void Rerun::On(const ItemTransferred& e) {
  Running* running = Find(e.item);
  if (running == nullptr) return;
  if (running->phase == Running::Phase::kAssigned) return WaitAgain(e.item);
  running->phase = Running::Phase::kWaiting;
}

// In the record, when the agent was back stands among what agents did; a copy's is drawn.
void Rerun::On(const ItemReturned& e) {
  const Running* running = Find(e.item);
  if (e.cause == ReturnCause::kNoAnswer && running != nullptr && running->copy != 0) {
    Random random = RandomFor(*running, kComingBack);
    Plan plan{now_, {}, 0, Plan::Kind::kComeBack, e.agent.value(), 0, 0};
    plan.at = now_ + habits_.BackAfter(random);
    ++counts_.sources.come_back.drawn;
    Put(plan);
  }
  WaitAgain(e.item);
}

void Rerun::WaitAgain(ItemId id) {
  Running* running = Find(id);
  if (running == nullptr) return;
  running->phase = Running::Phase::kWaiting;
  ++running->stay;
  running->answer = 0;
  ++running->stamp;
  running->next.reset();
  running->wait_began = now_;
  BeginWait(*running);
}

// --- Offers

void Rerun::On(const OfferMade& e) {
  Running* running = Find(e.item);
  if (running == nullptr) return;
  running->phase = Running::Phase::kOffered;
  running->offer = e.offer;
  running->agent = e.agent;
  ++running->answer;
  PlanAnswer(*running, now_);
}

void Rerun::PlanAnswer(Running& running, Instant offered) {
  const forecasting::Answer* known = AnswerOf(running);
  Plan plan{offered, {}, 0, Plan::Kind::kAnswer, NumberOf(running), ++running.stamp, 0};
  if (known != nullptr && known->kind == Answer::Kind::kMissed) return;
  const bool recorded = known != nullptr && (known->kind == Answer::Kind::kAccepted ||
                                             known->kind == Answer::Kind::kDeclined);
  if (recorded) {
    plan.at = offered + known->after;
    plan.place = known->place;
    return Put(plan);
  }
  std::optional<Duration> open;
  if (known != nullptr && known->kind == Answer::Kind::kNone) open = known->after;
  Random random = RandomFor(running, kAccepting);
  plan.at = offered + habits_.AcceptAfter(QueueOf(running), open, random);
  Put(plan);
}

void Rerun::Answer(Running& running) {
  const forecasting::Answer* known = AnswerOf(running);
  const bool declined = known != nullptr && known->kind == Answer::Kind::kDeclined;
  const bool recorded = declined || (known != nullptr && known->kind == Answer::Kind::kAccepted);
  ++(recorded ? counts_.sources.answers.recorded : counts_.sources.answers.drawn);
  const bool granted = declined ? Ask(DeclineOffer{running.agent, running.offer}).has_value()
                                : Ask(AcceptOffer{running.agent, running.offer}).has_value();
  if (!granted) ++counts_.impossible;
}

void Rerun::CloseOffer(ItemId id) {
  Running* running = Find(id);
  if (running == nullptr) return;
  running->phase = Running::Phase::kWaiting;
  ++running->stamp;
}

// Nobody stays away for ever because of an offer that in the record was somebody else's.
void Rerun::On(const OfferMissed& e) {
  CloseOffer(e.item);
  Running* running = Find(e.item);
  if (running == nullptr) return;
  Plan plan{now_, {}, 0, Plan::Kind::kComeBack, e.agent.value(), 0, 0};
  const forecasting::Answer* known = AnswerOf(*running);
  const bool recorded = running->copy == 0 && known != nullptr &&
                        known->kind == Answer::Kind::kMissed && known->agent == e.agent;
  if (!recorded) {
    Random random = RandomFor(*running, kComingBack);
    plan.at = now_ + habits_.BackAfter(random);
    ++counts_.sources.come_back.drawn;
    return Put(plan);
  }
  if (!known->back) return;  // what they did next stands among what agents did
  plan.at = now_ + known->back->after;
  plan.place = known->back->place;
  ++counts_.sources.come_back.recorded;
  Put(plan);
}

// --- Handling

void Rerun::On(const OfferAccepted& e) {
  Running* running = Find(e.item);
  if (running == nullptr) return;
  NoteFirstWait(*running, FirstWait::End::kAnswered);
  BeginHandling(*running);
}

// By a manager, to an agent of choice: no offer stood before.
void Rerun::On(const ItemAssigned& e) {
  Running* running = Find(e.item);
  if (running == nullptr) return;
  running->agent = e.agent;
  NoteFirstWait(*running, FirstWait::End::kAnswered);
  BeginHandling(*running);
}

void Rerun::On(const ItemPulledBack& e) {
  const Running* running = Find(e.item);
  if (running != nullptr && running->phase == Running::Phase::kAssigned) WaitAgain(e.item);
}

void Rerun::BeginHandling(Running& running) {
  running.phase = Running::Phase::kAssigned;
  running.act = 0;
  running.parked = false;
  running.times_parked = 0;
  running.worked = Duration();
  running.working_since = now_;
  running.wrap_began.reset();
  const Stay* stay = StayOf(running);
  const bool recorded = stay != nullptr && stay->answered &&
                        (stay->handling.timed_out ||
                         (!stay->handling.acts.empty() && Ends(stay->handling.acts.back())));
  if (recorded) ++counts_.sources.handling.recorded;
  PlanNextAct(running);
}

Duration Rerun::Worked(const Running& running) const {
  return running.parked ? running.worked : running.worked + (now_ - running.working_since);
}

std::optional<Act> Rerun::NextAct(const Running& running) {
  const Stay* stay = StayOf(running);
  const Handling* known = stay != nullptr && stay->answered ? &stay->handling : nullptr;
  if (known != nullptr && running.act < known->acts.size()) return known->acts[running.act];
  if (known != nullptr && known->ended_by_others) return std::nullopt;
  if (known == nullptr || !known->timed_out) return DrawAct(running, known);
  // Its time ran out; where rules give it none, it takes as long as it took.
  if (engine_.FindItem(running.id)->wrap_until) return std::nullopt;
  Act complete;
  complete.worked = known->worked;
  return complete;
}

// What the record does not say, beyond what it says. Nothing: it goes on to the end of the period.
std::optional<Act> Rerun::DrawAct(const Running& running, const Handling* known) {
  Act act;
  const QueueId queue = QueueOf(running);
  if (running.wrap_began) {
    const bool begun = known != nullptr && known->wrapped;
    Random random = RandomFor(running, kWrappingUp);
    const auto length = habits_.WrapUp(queue, begun ? *known->wrapped : Duration(), random);
    if (!length) return std::nullopt;
    ++counts_.sources.wrap_up.drawn;
    act.worked = *running.wrap_began + *length;
    return act;
  }
  Random random = RandomFor(running, kTalking);
  const auto length = habits_.Talk(queue, known == nullptr ? Duration() : known->worked, random);
  if (!length) return std::nullopt;
  ++counts_.sources.handling.drawn;
  act.worked = *length;
  const QueueConfig* rules = engine_.directory().queues.Find(queue);
  const bool may_wrap_up = rules != nullptr && rules->wrap_up.mode != WrapUpMode::kNone;
  if (may_wrap_up && !running.moved_up && habits_.HasWrapUp(queue, random)) {
    act.kind = Act::Kind::kWrapUp;
  }
  return act;
}

void Rerun::PlanNextAct(Running& running) {
  running.next = NextAct(running);
  if (running.next && running.moved_up) {
    running.next->worked = Worked(running);
    running.next->place = {};
  }
  PlanAct(running);
}

// By the clock that counts only work; parked, by the one that says when it was done while parked.
void Rerun::PlanAct(Running& running) {
  ++running.stamp;
  if (!running.next) return;
  const Act& act = *running.next;
  Plan plan{now_, act.place, 0, Plan::Kind::kAct, NumberOf(running), running.stamp, 0};
  if (!running.parked) {
    plan.at = running.working_since + (act.worked - running.worked);
  } else if (act.while_parked && act.while_parked->times <= running.times_parked &&
             act.worked <= running.worked) {
    plan.at = running.working_since + act.while_parked->after;
  } else {
    return;
  }
  if (plan.at <= recording_->until) Put(plan);
}

void Rerun::StandStill(ItemId id) {
  Running* running = Find(id);
  if (running == nullptr) return;
  running->worked = Worked(*running);
  running->parked = true;
  ++running->times_parked;
  running->working_since = now_;
  if (running->next) PlanAct(*running);
}

// The acts that follow are those of who has it now.
void Rerun::On(const ItemHandedOver& e) {
  if (Running* running = Find(e.item)) running->agent = e.to;
}

void Rerun::GoOn(ItemId id) {
  Running* running = Find(id);
  if (running == nullptr) return;
  running->parked = false;
  running->working_since = now_;
  if (running->next) PlanAct(*running);
}

void Rerun::On(const WrapUpStarted& e) {
  Running* running = Find(e.item);
  if (running == nullptr) return;
  running->wrap_began = Worked(*running);
}

void Rerun::Do(Running& running) {
  const Act act = *std::exchange(running.next, std::nullopt);
  const uint32_t stamp = running.stamp;
  const uint32_t number = NumberOf(running);
  ++running.act;
  running.moved_up = false;
  if (!DoAct(running, act)) ++counts_.impossible;
  // A consult is one more in the run.
  Running& still = running_[number];
  // It goes on: with an agent, and nothing else was planned meanwhile.
  if (still.phase == Running::Phase::kAssigned && still.stamp == stamp) PlanNextAct(still);
}

bool Rerun::DoAct(Running& running, const Act& act) {
  const AgentId agent = running.agent;
  switch (act.kind) {
    case Act::Kind::kHold:
      return Ask(HoldItem{agent, running.id}).has_value();
    case Act::Kind::kRetrieve:
      return Ask(RetrieveItem{agent, running.id}).has_value();
    case Act::Kind::kWrapUp:
      if (Ask(WrapUpItem{agent, running.id})) return true;
      // Rules without a wrap-up: the contact ends where it would have begun.
      running.moved_up = true;
      return true;
    case Act::Kind::kComplete:
      return Complete(running, act);
    case Act::Kind::kTransfer:
      if (Ask(TransferAssignment{agent, running.id, act.to_queue, act.to_agent, act.to_partner})) {
        return true;
      }
      // Whom it was meant for is not there: back into its queue.
      Ask(ReturnItem{agent, running.id});
      return false;
    case Act::Kind::kMissCustomer:
      return Ask(MissCustomer{agent, running.id}).has_value();
    case Act::Kind::kMissAgent:
      return Ask(MissAgent{agent, running.id}).has_value();
    case Act::Kind::kPullBack:
      return Ask(PullBack{running.id}).has_value();
    case Act::Kind::kConsult:
      return BeginConsult(running, act);
    case Act::Kind::kHandOver:
      return Ask(TransferConsult{agent, running.id}).has_value();
    case Act::Kind::kEndConsult:
      return Ask(EndConsult{agent, running.id}).has_value();
    case Act::Kind::kConference:
      return Ask(MarkConference{agent, running.id, act.conference}).has_value();
    case Act::Kind::kSetAside:
      return Ask(SetAside{agent, running.id}).has_value();
    case Act::Kind::kWake:
      return Ask(WakeItem{running.id}).has_value();
    case Act::Kind::kReturn:
      return Ask(ReturnItem{agent, running.id}).has_value();
  }
  return false;
}

bool Rerun::BeginConsult(const Running& running, const Act& act) {
  const StartConsult command{running.agent, running.id, act.to_queue, act.to_agent};
  arriving_ = {act.consult, running.copy};
  const bool granted = Ask(command).has_value();
  arriving_.reset();
  return granted;
}

// With the reason codes of the record, or those that the rules ask for.
bool Rerun::Complete(Running& running, const Act& act) {
  if (Ask(CompleteItem{running.agent, running.id, act.reason_codes})) return true;
  const QueueConfig* queue = engine_.directory().queues.Find(QueueOf(running));
  std::vector<std::string> codes;
  if (queue != nullptr && queue->wrap_up.mode == WrapUpMode::kMandatory) {
    codes.push_back(queue->reason_codes.front());
  }
  return Ask(CompleteItem{running.agent, running.id, codes}).has_value();
}

}  // namespace wissel::forecasting
