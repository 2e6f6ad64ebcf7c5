#include "forecasting/core/rerun.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>
#include <type_traits>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "router/core/wait_estimate.h"

namespace wissel::forecasting {
namespace {

constexpr Instant kNever = Instant::FromMillis(std::numeric_limits<int64_t>::max());
// A contact that --volume adds comes somewhere in the same quarter of an hour as its model.
constexpr Duration kSpread = Duration::Minutes(15);
// Streams of draws; those of items are numbered in rerun_items.cc, from 0.
constexpr uint64_t kAgentStream = uint64_t{1} << 40;
constexpr uint64_t kVolumeStream = uint64_t{2} << 40;

}  // namespace

bool Rerun::Plan::operator>(const Plan& other) const {
  const auto key = [](const Plan& p) {
    return std::tuple(p.at, p.place.batch == 0, p.place.order, p.sequence);
  };
  return key(*this) > key(other);
}

Rerun::Rerun(const Recording& recording, WhatIf what_if, Engine engine)
    : recording_(&recording),
      what_if_(std::move(what_if)),
      habits_(recording),
      engine_(std::move(engine)),
      pace_(engine_),
      now_(recording.from),
      first_waits_(recording.items.size()) {}

absl::StatusOr<Rerun> Rerun::Make(const Recording& recording, WhatIf what_if) {
  if (what_if.ChangesNothing(recording)) {
    Rerun rerun(recording, std::move(what_if), Engine::Restore(recording.start, recording.options));
    rerun.changes_nothing_ = true;
    return rerun;
  }
  WISSEL_ASSIGN_OR_RETURN(Engine engine, StartWithAll(recording));
  return Rerun(recording, std::move(what_if), std::move(engine));
}

absl::Status Rerun::Begin(Sink sink) {
  sink_ = std::move(sink);
  TakeUpLiving();
  for (const CommandBody& command : what_if_.rules) {
    const auto outcome = engine_.Decide({command, {}}, now_, events_);
    Publish();
    WISSEL_RETURN_IF_ERROR(outcome.status());
  }
  WISSEL_RETURN_IF_ERROR(ChooseAgents());
  PlanTimeline();
  return absl::OkStatus();
}

// --- What stands at its own instant

void Rerun::PlanTimeline() {
  for (uint32_t i = 0; i < recording_->items.size(); ++i) PlanArrival(i);
  for (uint32_t i = 0; i < recording_->agents.size(); ++i) {
    const AgentAct& act = recording_->agents[i];
    if (left_out_.contains(act.agent)) continue;
    Plan plan{act.at, act.place, 0, Plan::Kind::kAttend, i, act.agent.value(), 0};
    timeline_.push_back(plan);
    auto copies = copies_of_.find(act.agent);
    if (copies == copies_of_.end()) continue;
    plan.place.batch = 0;
    for (AgentId copy : copies->second) {
      plan.detail = copy.value();
      timeline_.push_back(plan);
    }
  }
  for (uint32_t i = 0; i < recording_->center.size(); ++i) {
    const CenterAct& act = recording_->center[i];
    timeline_.push_back({act.at, act.place, 0, Plan::Kind::kCenter, i, 0, 0});
  }
  for (Plan& plan : timeline_) plan.sequence = ++sequence_;
  std::sort(timeline_.begin(), timeline_.end(), [](const Plan& a, const Plan& b) { return b > a; });
}

void Rerun::PlanArrival(uint32_t script) {
  const std::optional<Arrival>& arrival = recording_->items[script].arrival;
  if (!arrival) return;
  uint32_t times = 1;
  Random random{what_if_.seed, kVolumeStream, script};
  if (what_if_.volume != 1) {
    const auto whole = static_cast<uint32_t>(what_if_.volume);
    times = whole + (random.Uniform() < what_if_.volume - whole ? 1 : 0);
  }
  if (times == 0) {
    ++counts_.left_out;
    return;
  }
  timeline_.push_back({arrival->at, arrival->place, 0, Plan::Kind::kArrive, script, 0, 0});
  const int64_t quarter = (arrival->at - recording_->from).millis() / kSpread.millis();
  for (uint32_t copy = 1; copy < times; ++copy) {
    const auto within = static_cast<int64_t>(random.Below(static_cast<uint64_t>(kSpread.millis())));
    const Instant at = recording_->from + kSpread * quarter + Duration::Millis(within);
    timeline_.push_back(
        {std::min(at, recording_->until), {}, 0, Plan::Kind::kArrive, script, copy, 0});
  }
}

absl::Status Rerun::ChooseAgents() {
  if (what_if_.more_agents == 0) return absl::OkStatus();
  std::vector<AgentId> there = AgentsOf(*recording_);
  const auto wanted = static_cast<size_t>(std::abs(what_if_.more_agents));
  if (there.empty() || (what_if_.more_agents < 0 && wanted > there.size())) {
    return RefuseField("agents", fmt::format("{} agents were there in this period", there.size()),
                       "no more fewer than that");
  }
  Random random{what_if_.seed, kAgentStream};
  for (size_t i = there.size(); i > 1; --i) std::swap(there[i - 1], there[random.Below(i)]);
  for (size_t i = 0; i < wanted; ++i) {
    const AgentId agent = there[i % there.size()];
    if (what_if_.more_agents > 0) {
      AddAgentLike(agent, static_cast<int>(i / there.size()) + 1);
      ++counts_.agents_added;
    } else {
      left_out_.insert(agent);
      ++counts_.agents_left_out;
      if (engine_.FindAgent(agent)->signed_in()) Ask(SignOut{agent});
    }
  }
  return absl::OkStatus();
}

// Somebody who can do what `source` can, and is there when they are.
void Rerun::AddAgentLike(AgentId source, int number) {
  AgentConfig config = engine_.directory().agents.Get(source);
  const AgentState before = *engine_.FindAgent(source);
  config.name = fmt::format("{}-more-{}", config.name, number);
  const auto added = Ask(ConfigureAgent{{}, config, {}});
  if (!added) return;
  const AgentId agent(static_cast<uint32_t>(*added));
  copies_of_[source].push_back(agent);
  if (!before.signed_in()) return;
  Ask(SignIn{agent, false});
  const bool away = before.presence == Presence::kAway;
  if (!away || !before.away_reason.empty()) {
    Ask(SetPresence{agent, before.presence, before.away_reason});
  }
}

void Rerun::TakeUpLiving() {
  for (uint32_t script = 0; script < recording_->items.size(); ++script) {
    if (recording_->items[script].arrival || recording_->items[script].is_consult) continue;
    const Item& item = *engine_.FindItem(recording_->items[script].id);
    number_of_[item.id] = static_cast<uint32_t>(running_.size());
    Running& running = running_.emplace_back();
    running.id = item.id;
    running.script = script;
    running.wait_began = WaitBegan(item);
    if (!IsWithAgent(item.state)) BeginWait(running);
    if (item.state == ItemState::kOffered) {
      running.phase = Running::Phase::kOffered;
      running.answer = 1;
      running.offer = item.decision->offer;
      running.agent = item.agent();
      PlanAnswer(running, item.decision->at);
    }
    if (!IsWithAgent(item.state)) continue;
    running.phase = Running::Phase::kAssigned;
    running.agent = item.agent();
    running.parked = item.state == ItemState::kParked || item.state == ItemState::kAwaitingCustomer;
    running.times_parked = running.parked;
    running.worked = WorkedOn(item, now_);
    running.working_since = running.parked ? item.state_since : now_;
    if (item.state == ItemState::kWrapping) {
      running.wrap_began = running.worked - (now_ - item.state_since);
    }
    PlanNextAct(running);
  }
}

// --- The clock

void Rerun::RunUntil(Instant until) {
  until = std::min(until, recording_->until);
  for (;;) {
    const std::optional<Instant> timer = engine_.NextTimer();
    const Instant due = timer ? std::max(*timer, now_) : kNever;
    const Plan* plan = NextPlan();
    // What is recorded of the same millisecond says itself when the engine is woken.
    const Instant woken = plan != nullptr && plan->at <= due ? due : PastPauses(due);
    if (plan != nullptr && plan->at <= until && plan->at <= woken) {
      Carry(TakePlan());
    } else if (timer && woken <= until && woken < recording_->until) {
      Wake(woken, 0);
    } else {
      return;
    }
  }
}

const Rerun::Plan* Rerun::NextPlan() const {
  const Plan* next = next_ < timeline_.size() ? &timeline_[next_] : nullptr;
  if (!plans_.empty() && (next == nullptr || *next > plans_.top())) next = &plans_.top();
  return next;
}

Rerun::Plan Rerun::TakePlan() {
  const Plan plan = *NextPlan();
  if (next_ < timeline_.size() && timeline_[next_].sequence == plan.sequence) {
    ++next_;
  } else {
    plans_.pop();
  }
  return plan;
}

Instant Rerun::PastPauses(Instant at) const {
  const std::vector<Pause>& pauses = recording_->pauses;
  auto after = std::upper_bound(pauses.begin(), pauses.end(), at,
                                [](Instant t, const Pause& pause) { return t < pause.from; });
  if (after == pauses.begin()) return at;
  const Pause& pause = *std::prev(after);
  return at < pause.until ? pause.until : at;
}

void Rerun::Wake(Instant at, uint32_t batch) {
  now_ = std::max(now_, at);
  batch_ = batch;
  engine_.Wake(now_, events_);
  Publish();
}

void Rerun::Put(Plan plan) {
  plan.at = std::max(plan.at, now_);
  plan.sequence = ++sequence_;
  plans_.push(plan);
}

std::optional<uint64_t> Rerun::Ask(const CommandBody& command) {
  const auto outcome = engine_.Decide({command, {}}, now_, events_);
  Publish();
  if (!outcome.ok()) return std::nullopt;
  return outcome->subject;
}

void Rerun::Publish() {
  for (const Event& event : events_) {
    std::visit([this](const auto& e) { On(e); }, event.body);
    pace_.Fold(event);
    if (sink_) sink_(event);
  }
  events_.clear();
}

// --- What is due

bool Rerun::Holds(const Plan& plan) const {
  using Phase = Running::Phase;
  switch (plan.kind) {
    case Plan::Kind::kArrive:
    case Plan::Kind::kAttend:
    case Plan::Kind::kCenter:
      return true;
    case Plan::Kind::kComeBack: {
      const AgentState* agent = engine_.FindAgent(AgentId(plan.subject));
      return agent != nullptr && agent->not_responding && agent->signed_in();
    }
    case Plan::Kind::kAnswer:
      return running_[plan.subject].phase == Phase::kOffered &&
             running_[plan.subject].stamp == plan.detail;
    case Plan::Kind::kAct:
      return running_[plan.subject].phase == Phase::kAssigned &&
             running_[plan.subject].stamp == plan.detail;
    case Plan::Kind::kDepart:
    case Plan::Kind::kIntervene: {
      const Running& running = running_[plan.subject];
      const bool waits = running.phase == Phase::kWaiting || running.phase == Phase::kOffered;
      return waits && running.stay == plan.detail;
    }
  }
  return false;
}

void Rerun::Carry(const Plan& plan) {
  if (!Holds(plan)) return;
  const bool same_batch = plan.place.batch != 0 && plan.place.batch == batch_;
  if (!same_batch || plan.at > now_) {
    Wake(plan.at, plan.place.batch);
    if (!Holds(plan)) return;
  }
  switch (plan.kind) {
    case Plan::Kind::kArrive:
      return Arrive(plan);
    case Plan::Kind::kAttend:
      return Attend(recording_->agents[plan.subject].command, AgentId(plan.detail));
    case Plan::Kind::kCenter:
      return DoAsCenter(recording_->center[plan.subject]);
    case Plan::Kind::kComeBack:
      return ComeBack(AgentId(plan.subject));
    case Plan::Kind::kAnswer:
      return Answer(running_[plan.subject]);
    case Plan::Kind::kAct:
      return Do(running_[plan.subject]);
    case Plan::Kind::kDepart:
      return Depart(running_[plan.subject]);
    case Plan::Kind::kIntervene:
      return Intervene(running_[plan.subject], plan.index);
  }
}

void Rerun::Arrive(const Plan& plan) {
  CreateItem item = recording_->items[plan.subject].arrival->item;
  if (plan.detail > 0) {
    ++counts_.copies;
    if (!item.contact.empty()) item.contact += fmt::format("-{}", plan.detail);
    if (!item.customer.empty()) item.customer += fmt::format("-{}", plan.detail);
  } else {
    ++counts_.arrivals;
  }
  if (item.continues) item.continues = StillWaiting(*item.continues, plan.detail);
  // Under the same rules the recorded estimates decide.
  if (!changes_nothing_) AddWaits(engine_, pace_, now_, item);
  arriving_ = {plan.subject, plan.detail};
  if (!Ask(item)) ++counts_.turned_away;
  arriving_.reset();
}

// Answered meanwhile, there is nothing to go on with.
std::optional<ItemId> Rerun::StillWaiting(ItemId recorded, uint32_t copy) const {
  for (const Running& running : running_) {
    const bool waits =
        running.phase == Running::Phase::kWaiting || running.phase == Running::Phase::kOffered;
    if (waits && running.copy == copy && ScriptOf(running).id == recorded) return running.id;
  }
  return std::nullopt;
}

void Rerun::Attend(const CommandBody& command, AgentId agent) {
  CommandBody body = command;
  std::visit(
      [agent](auto& c) {
        using C = std::remove_reference_t<decltype(c)>;
        if constexpr (std::is_same_v<C, SignIn> || std::is_same_v<C, SignOut> ||
                      std::is_same_v<C, SetPresence> || std::is_same_v<C, LoseLease> ||
                      std::is_same_v<C, RestoreLease>) {
          c.agent = agent;
        }
      },
      body);
  if (Ask(body)) return;
  // Still signed in: other rules may keep an agent for longer whose connection is lost.
  if (std::holds_alternative<SignIn>(body) && Ask(SignIn{agent, true})) return;
  // A reason that other rules do not know.
  const std::vector<std::string>& reasons = engine_.directory().center.away_reasons;
  const auto* presence = std::get_if<SetPresence>(&body);
  const bool away = presence != nullptr && presence->presence == Presence::kAway;
  if (away && !reasons.empty() && Ask(SetPresence{agent, Presence::kAway, reasons.front()})) return;
  ++counts_.impossible;
}

void Rerun::DoAsCenter(const CenterAct& act) {
  if (act.note) {
    if (!changes_nothing_) return;
    events_.push_back({now_, *act.note});
    engine_.Record(events_.back());
    return Publish();
  }
  if (!act.command) return;
  if (changes_nothing_) {
    if (!Ask(*act.command)) ++counts_.impossible;
    return;
  }
  // Of what was changed together, the rest stands by itself.
  for (const CommandBody& change : ChangesOf(*act.command)) {
    if (CreationIn(change)) continue;  // there from the beginning
    const std::optional<Subject> subject = SubjectOf(change);
    if (subject && what_if_.settled.contains(*subject)) continue;
    if (!Ask(change)) ++counts_.impossible;
  }
}

void Rerun::ComeBack(AgentId agent) {
  if (!Ask(SetPresence{agent, Presence::kAvailable, ""})) ++counts_.impossible;
}

}  // namespace wissel::forecasting
