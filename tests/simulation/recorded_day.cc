#include "tests/simulation/recorded_day.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>
#include <utility>

#include "base/invariant.h"
#include "fmt/format.h"
#include "tests/reference/dice.h"
#include "tests/simulation/simulation.h"

namespace wissel::simulation {
namespace {

constexpr double kTalkSeconds = 240;
constexpr double kTalkLogSd = 0.6;
constexpr double kWrapSeconds = 30;
constexpr double kPatienceSeconds = 180;

class Day {
 public:
  explicit Day(const DaySize& size) : size_(size), dice_(size.seed) {}

  RecordedDay Run() {
    Configure();
    batches_.clear();
    RecordedDay day{engine_.Save(), now_, {}};
    end_ = now_ + Duration::Millis(static_cast<int64_t>(size_.hours * 3.6e6));
    for (AgentId agent : agents_) PlanPresence(agent);
    PlanArrival();
    while (!tasks_.empty() && tasks_.top().at <= end_) {
      if (WokenBefore(tasks_.top().at)) continue;
      const Task task = tasks_.top();
      tasks_.pop();
      now_ = task.at;
      Ask(task.command);
    }
    day.journal = std::move(batches_);
    return day;
  }

 private:
  struct Task {
    Instant at;
    uint64_t number = 0;
    CommandBody command;
    bool operator>(const Task& other) const {
      return std::pair(at, number) > std::pair(other.at, other.number);
    }
  };

  double Uniform() { return static_cast<double>(dice_.Next() >> 11) * 0x1.0p-53; }
  double Exponential(double mean) { return -mean * std::log1p(-Uniform()); }
  double LogNormal(double mean, double log_sd) {
    const double radius = std::sqrt(-2 * std::log1p(-Uniform()));  // Box and Muller 1958
    const double normal = radius * std::cos(2 * M_PI * Uniform());
    return mean * std::exp(log_sd * normal - log_sd * log_sd / 2);
  }

  void After(double seconds, CommandBody command) {
    const auto ms = std::max<int64_t>(1, std::llround(seconds * 1000));
    tasks_.push({now_ + Duration::Millis(ms), ++tasks_made_, std::move(command)});
  }

  // What is refused by then (answered already, ended already) is no matter.
  uint64_t Ask(const CommandBody& command) {
    std::vector<Event> events;
    const auto outcome = engine_.Decide({command, {}}, now_, events);
    if (std::holds_alternative<CreateItem>(command)) PlanArrival();
    Keep(std::move(events));
    return outcome.ok() ? outcome->subject : 0;
  }

  // What time does may lead people to do something before `at`.
  bool WokenBefore(Instant at) {
    const std::optional<Instant> timer = engine_.NextTimer();
    if (!timer || *timer > at) return false;
    now_ = std::max(now_, *timer);
    std::vector<Event> events;
    engine_.Wake(now_, events);
    Keep(std::move(events));
    return true;
  }

  void Keep(std::vector<Event> events) {
    for (const Event& event : events) Follow(event);
    if (!events.empty()) batches_.push_back({1, std::move(events)});
  }

  void Follow(const Event& event) {
    if (const auto* e = std::get_if<ItemEntered>(&event.body)) {
      After(Exponential(kPatienceSeconds), AbandonItem{e->item});
    } else if (const auto* e = std::get_if<OfferMade>(&event.body)) {
      // A few do not hear it ring.
      if (dice_.Below(200) != 0) After(1 + 4 * Uniform(), AcceptOffer{e->agent, e->offer});
    } else if (const auto* e = std::get_if<OfferAccepted>(&event.body)) {
      After(LogNormal(kTalkSeconds, kTalkLogSd), WrapUpItem{e->agent, e->item});
    } else if (const auto* e = std::get_if<WrapUpStarted>(&event.body)) {
      const AgentId agent = engine_.FindItem(e->item)->agent();
      After(LogNormal(kWrapSeconds, 0.5), CompleteItem{agent, e->item, {}});
    } else if (const auto* e = std::get_if<OfferMissed>(&event.body)) {
      After(20 + 60 * Uniform(), SetPresence{e->agent, Presence::kAvailable, ""});
    }
  }

  void PlanArrival() {
    const double capacity = size_.agents / (kTalkSeconds + kWrapSeconds + 3);
    CreateItem item;
    item.queue = queues_[dice_.Below(static_cast<uint32_t>(queues_.size()))];
    item.contact = "c";
    After(Exponential(1 / (size_.load * capacity)), item);
  }

  void PlanPresence(AgentId agent) {
    After(60 * Uniform(), SignIn{agent, false});
    After(60 + 60 * Uniform(), SetPresence{agent, Presence::kAvailable, ""});
    const double pause = (0.2 + 0.6 * Uniform()) * size_.hours * 3600;
    After(pause, SetPresence{agent, Presence::kAway, "break"});
    After(pause + 900, SetPresence{agent, Presence::kAvailable, ""});
    After(size_.hours * 3600 - 120 * Uniform(), SignOut{agent});
  }

  void Configure() {
    CenterConfig center;
    center.away_reasons = {"break"};
    Ask(ConfigureCenter{center});
    RoutingProfile profile;
    profile.name = "voice";
    profile.channels = {ChannelCapacity{}};
    const ProfileId voice(static_cast<uint32_t>(Ask(ConfigureProfile{{}, profile, {}})));
    std::vector<SkillId> skills;
    for (int i = 0; i < size_.queues; ++i) {
      const NamedConfig skill{fmt::format("skill-{}", i), ""};
      skills.emplace_back(static_cast<uint32_t>(Ask(ConfigureSkill{{}, skill, {}})));
      ConfigureQueue queue;
      queue.config.name = fmt::format("queue-{}", i);
      queue.config.wrap_up = {WrapUpMode::kTimed, Duration::Seconds(60), true};
      queue.requirement.steps = {RequirementStep{{SkillNeed{skills.back(), 1, false, 1}}, {}, {}}};
      queues_.emplace_back(static_cast<uint32_t>(Ask(queue)));
    }
    for (int i = 0; i < size_.agents; ++i) {
      AgentConfig agent;
      agent.name = fmt::format("agent-{}", i);
      agent.profile = voice;
      for (int k = 0; k < std::min(3, size_.queues); ++k) {
        agent.skills.push_back(
            {skills[static_cast<size_t>((i + k * (1 + i % 2)) % size_.queues)], 5});
      }
      std::sort(agent.skills.begin(), agent.skills.end(),
                [](const SkillLevel& a, const SkillLevel& b) { return a.skill < b.skill; });
      agent.skills.erase(
          std::unique(agent.skills.begin(), agent.skills.end(),
                      [](const SkillLevel& a, const SkillLevel& b) { return a.skill == b.skill; }),
          agent.skills.end());
      agents_.emplace_back(static_cast<uint32_t>(Ask(ConfigureAgent{{}, agent, {}})));
    }
  }

  const DaySize size_;
  reference::SeededDice dice_;
  Engine engine_;
  Instant now_ = kMorning;
  Instant end_ = kMorning;
  std::vector<QueueId> queues_;
  std::vector<AgentId> agents_;
  std::priority_queue<Task, std::vector<Task>, std::greater<>> tasks_;
  uint64_t tasks_made_ = 0;
  std::vector<JournalingSubject::Batch> batches_;
};

}  // namespace

RecordedDay RecordDay(const DaySize& size) { return Day(size).Run(); }

absl::StatusOr<forecasting::Recording> Read(const RecordedDay& day) {
  forecasting::Recorder recorder(day.start, day.from, {});
  uint64_t sequence = 1;
  for (const JournalingSubject::Batch& batch : day.journal) {
    const absl::Status status = recorder.Add({sequence, batch.epoch, batch.events});
    if (!status.ok()) return status;
    sequence += batch.events.size();
  }
  return recorder.Finish();
}

}  // namespace wissel::simulation
