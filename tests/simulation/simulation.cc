#include "tests/simulation/simulation.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

namespace wissel::simulation {
namespace {

using reference::SeededDice;
using reference::Subject;

class Simulation {
 public:
  explicit Simulation(const SimulationOptions& options)
      : options_(options),
        dice_(options.seed),
        subject_(options.subject ? options.subject : std::make_shared<Subject>(SmallOptions())),
        performance_(*subject_),
        now_(kMorning) {}

  SimulationResult Run() {
    reference::SetUpCenter(performance_.inspector(), dice_, options_.size, now_);
    SetOpenings();
    Do({.kind = Act::Kind::kSave});
    const Instant end = kMorning + Duration::Millis(static_cast<int64_t>(options_.hours * 3.6e6));
    while (performance_.ok() && now_ < end) Step();
    Do({.kind = Act::Kind::kCompareReplay});
    return Result();
  }

 private:
  void Step() {
    now_ = now_ + Gap();
    // What people do depends on what time has done.
    performance_.inspector().AdvanceTo(now_);
    SetOpenings();
    Do({.command = NextCommand()});
    ++commands_;
    if (commands_ % 50 == 0) Do({.kind = Act::Kind::kCompareReplay});
    if (options_.crashes && dice_.Below(400) == 0) Crash();
    if (commands_ % 300 == 0) Save();
  }

  void Do(Act act) {
    if (!performance_.ok()) return;
    act.at = now_;
    script_.push_back(act);
    performance_.Do(act);
  }

  Duration Gap() {
    const uint32_t kind = dice_.Below(1000);
    if (kind < 200) return Duration();
    if (kind < 960) return Duration::Millis(options_.pace * dice_.Between(1, 25'000));
    if (kind < 997) return Duration::Seconds(dice_.Between(25, 400));
    return Duration::Minutes(dice_.Between(10, 120));
  }

  Command NextCommand() {
    Command command{reference::NextCommand(dice_, performance_.model(), options_.habits), {}};
    if (dice_.Chance(5)) {
      command.request = RequestIdentity{RequestKey{1, next_request_++}, dice_.Next()};
    }
    if (dice_.Chance(10)) command.by = "users/maya";
    return command;
  }

  // Whoever drives the engine keeps the openings worked out ahead.
  void SetOpenings() {
    std::vector<QueueId> run_out;
    for (const auto& [id, queue] : performance_.model().queues) {
      if (!queue.config.hours) continue;
      if (queue.openings.empty() || queue.openings.back().to <= now_) run_out.push_back(id);
    }
    for (QueueId id : run_out) {
      Do({.command = {wissel::SetOpenings{id, reference::RandomOpenings(dice_, now_)}, {}}});
    }
  }

  void Save() {
    const bool anew = dice_.Chance(50);
    Do({.kind = Act::Kind::kSave, .anew = anew});
    restarts_ += anew;
  }

  void Crash() {
    const uint32_t most = dice_.Chance(50) ? 4 : 40;
    const size_t lost = std::min<size_t>(performance_.unsaved(), dice_.Below(most));
    now_ = now_ + Duration::Millis(dice_.Between(0, 300'000));
    Do({.kind = Act::Kind::kCrash, .lost = lost});
    ++crashes_;
  }

  SimulationResult Result() {
    const reference::Inspector& inspector = performance_.inspector();
    SimulationResult result;
    result.faults = inspector.faults();
    if (!result.ok()) result.recent = inspector.Recent();
    // Time itself may have brought the fault out.
    script_.push_back({.kind = Act::Kind::kCompareReplay, .at = now_});
    result.script = std::move(script_);
    result.hours = static_cast<double>((now_ - kMorning).millis()) / 3.6e6;
    result.commands = commands_;
    result.events = inspector.events_seen();
    result.items = inspector.model().items_entered;
    result.crashes = crashes_;
    result.restarts = restarts_;
    result.digest = subject_->engine().Digest();
    return result;
  }

  SimulationOptions options_;
  SeededDice dice_;
  std::shared_ptr<Subject> subject_;
  Performance performance_;
  Instant now_;
  std::vector<Act> script_;
  uint64_t next_request_ = 1;
  uint64_t commands_ = 0;
  uint64_t crashes_ = 0;
  uint64_t restarts_ = 0;
};

}  // namespace

EngineOptions SmallOptions() {
  EngineOptions options;
  options.ended_items_kept = 40;
  options.requests_kept = 50;
  options.requests_kept_for = Duration::Minutes(30);
  options.actions_kept = 10;
  return options;
}

SimulationResult Simulate(const SimulationOptions& options) { return Simulation(options).Run(); }

SimulationOptions WorldOfSeed(uint64_t seed, double hours) {
  SeededDice dice(seed * 7919 + 1);
  SimulationOptions options;
  options.seed = seed;
  options.hours = hours;
  options.size.skills = static_cast<int>(dice.Between(1, 5));
  options.size.profiles = static_cast<int>(dice.Between(1, 4));
  options.size.queues = static_cast<int>(dice.Between(1, 6));
  options.size.agents = static_cast<int>(dice.Between(2, 10));
  options.size.hours = dice.Chance(60);
  options.size.wrap_up = dice.Chance(80);
  if (dice.Chance(30)) options.habits.arrive *= 2;  // a flood
  if (dice.Chance(30)) options.habits.work *= 2;    // calm
  if (dice.Chance(20)) options.habits.lease *= 4;   // a bad network
  if (dice.Chance(20)) options.habits.configure *= 6;
  if (dice.Chance(20)) options.habits.supervise *= 4;  // a manager who meddles
  options.habits.crowd = static_cast<uint32_t>(dice.Between(5, 45));
  // A quiet center is watched for longer, so that as much happens.
  options.pace = dice.Pick(std::vector<int64_t>{1, 4, 12, 30});
  options.hours = hours * static_cast<double>(options.pace);
  return options;
}

std::string Report(const SimulationOptions& options, const SimulationResult& result) {
  std::string text =
      fmt::format("seed {} fails after {:.2f} simulated hours\n", options.seed, result.hours);
  for (const std::string& sentence : result.recent) text += "  " + sentence + "\n";
  for (const std::string& fault : result.faults) text += "* " + fault + "\n";
  text += options.again.empty() ? fmt::format("again: ./dev sim {}\n", options.seed)
                                : fmt::format("again: {}\n", options.again);
  return text;
}

}  // namespace wissel::simulation
