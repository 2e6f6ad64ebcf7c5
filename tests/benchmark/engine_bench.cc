// The engine's closed loop: a contact enters, is offered, accepted, and the oldest one held is
// completed. Without a backlog half of the agents are idle; with one all are busy, and each
// completion takes the next out of the line.
#include <chrono>
#include <deque>
#include <memory>

#include "fmt/format.h"
#include "tests/benchmark/bare_index.h"
#include "tests/benchmark/center.h"
#include "tests/benchmark/closed_loop.h"
#include "tests/benchmark/suites.h"

namespace wissel::benchmark {
namespace {

constexpr int kRounds = 7;
constexpr int kLivesARound = 100'000;
constexpr int kEventsOfALife = 4;

double NanosecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
}

class BareLoop {
 public:
  BareLoop(int agents, int waiting) : index_(agents) {
    const int busy = waiting == 0 ? agents / 2 : agents + waiting;
    for (int i = 0; i < busy; ++i) Enter();
  }

  // Nanoseconds of what would be an event.
  double Round() {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kLivesARound; ++i) {
      Enter();
      const int agent = held_.front();
      held_.pop_front();
      if (index_.Free(agent) != 0) held_.push_back(agent);
    }
    return NanosecondsSince(start) / kLivesARound / kEventsOfALife;
  }

 private:
  void Enter() {
    if (const int agent = index_.Enter(arrivals_.NextQueue()); agent >= 0) held_.push_back(agent);
  }

  BareIndex index_;
  Arrivals arrivals_;
  std::deque<int> held_;
};

struct World {
  World(int agents, int waiting, std::string name)
      : name(std::move(name)), engine(agents, waiting), bare(agents, waiting) {}

  std::string name;
  PlainRules engine;
  BareLoop bare;
  std::vector<double> engine_ns;
  std::vector<double> bare_ns;
};

std::string NameOf(const char* agents, const char* waiting) {
  const std::string name = fmt::format("engine.plain.agents_{}", agents);
  return *waiting == '\0' ? name : fmt::format("{}_waiting_{}", name, waiting);
}

}  // namespace

absl::StatusOr<std::vector<Figure>> BenchmarkEngine() {
  std::vector<std::unique_ptr<World>> worlds;
  for (const auto& [agents, agents_name] :
       {std::pair{1'000, "1k"}, {10'000, "10k"}, {100'000, "100k"}}) {
    for (const auto& [waiting, name] : {std::pair{0, ""}, {10'000, "10k"}, {1'000'000, "1m"}}) {
      worlds.push_back(std::make_unique<World>(agents, waiting, NameOf(agents_name, name)));
    }
  }
  for (const auto& world : worlds) {  // warm
    world->engine.Round();
    world->bare.Round();
  }
  for (int round = 0; round < kRounds; ++round) {
    for (const auto& world : worlds) {
      world->engine_ns.push_back(world->engine.Round());
      world->bare_ns.push_back(world->bare.Round());
    }
  }
  std::vector<Figure> figures;
  for (const auto& world : worlds) {
    figures.push_back({world->name, Median(world->engine_ns), "ns/event", Median(world->bare_ns),
                       "an index that only matches"});
  }
  const double smallest = figures.front().value;
  const double largest = figures.back().value;
  figures.push_back({"engine.plain.events_per_s.agents_10k", 1e9 / figures[3].value, "events/s",
                     1e9 / *figures[3].base, "an index that only matches"});
  figures.push_back(
      {"engine.plain.growth", largest, "ns/event", smallest, "1,000 agents, none waiting"});
  return figures;
}

}  // namespace wissel::benchmark
