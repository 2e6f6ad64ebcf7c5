// A seeded world for the whole engine: customers, agents and managers for simulated hours, with
// crashes that lose what was not yet synced, late wakes and restarts from a saved state.
//
// The same seed gives the same run on every machine. Everything is judged by the inspector
// (tests/reference/inspector.h) at every step.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "router/core/command.h"
#include "tests/reference/random_center.h"
#include "tests/reference/random_people.h"
#include "tests/reference/subject.h"
#include "tests/simulation/performance.h"

namespace wissel::simulation {

struct SimulationOptions {
  uint64_t seed = 1;
  double hours = 20;
  reference::CenterSize size;
  reference::Habits habits;
  bool crashes = true;
  int64_t pace = 1;  // time between happenings, times this: 30 is a quiet night
  // The subject to inspect; none: the production engine.
  std::shared_ptr<reference::Subject> subject;
  // How to run it again; empty: by its seed.
  std::string again;
};

struct SimulationResult {
  std::vector<std::string> faults;
  std::vector<std::string> recent;  // the last events before the fault
  std::vector<Act> script;          // all that was done, for shrinking
  double hours = 0;
  uint64_t commands = 0;
  uint64_t events = 0;
  uint64_t items = 0;
  uint64_t crashes = 0;
  uint64_t restarts = 0;
  uint64_t digest = 0;

  bool ok() const { return faults.empty(); }
};

// Small memories, so that forgetting is exercised too.
EngineOptions SmallOptions();

// 2026-11-21T08:00:00Z
inline constexpr Instant kMorning = Instant::FromMillis(1'795'248'000'000);

SimulationResult Simulate(const SimulationOptions& options);

// A world drawn from the seed: its size, habits and pace vary with it. `hours` are of a busy one; a
// quiet one goes on for up to thirty times as long.
SimulationOptions WorldOfSeed(uint64_t seed, double hours);

// One paragraph: the seed, the faults, the last events, and how to run it again.
std::string Report(const SimulationOptions& options, const SimulationResult& result);

}  // namespace wissel::simulation
