// A recorded day of 500 agents run again under other rules: reading it, and the re-run alone.
#include <time.h>

#include <utility>

#include "base/invariant.h"
#include "forecasting/core/rerun.h"
#include "forecasting/core/tally.h"
#include "tests/benchmark/suites.h"
#include "tests/simulation/recorded_day.h"

namespace wissel::benchmark {
namespace {

using forecasting::Recording;
using forecasting::Rerun;
using forecasting::Tally;
using forecasting::WhatIf;

constexpr int kRounds = 7;

// Of this thread's own time on a core: what others do on the machine is not the re-run's.
double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Every queue promises an answer in half the time, so that everything is decided and judged anew.
WhatIf StricterPromises(const Recording& recording) {
  WhatIf what_if;
  const Engine start = Engine::Restore(recording.start);
  start.directory().queues.ForEach([&](QueueId id, const QueueConfig& config) {
    ConfigureQueue queue{id, config, *start.FindRequirement(config.requirement), {}};
    queue.config.answer_within = Duration::Seconds(10);
    what_if.rules.push_back(std::move(queue));
  });
  return what_if;
}

// With its figures, which are what it is run for.
double RunAgain(const Recording& recording, const WhatIf& what_if) {
  const double start = CpuSeconds();
  auto rerun = Rerun::Make(recording, what_if);
  INVARIANT(rerun.ok());
  Tally figures(rerun->engine(), recording.from, Duration::Minutes(15));
  const absl::Status begun = rerun->Begin([&](const Event& event) { figures.Fold(event); });
  INVARIANT(begun.ok());
  rerun->RunUntil(recording.until);
  figures.Finish(recording.until);
  INVARIANT(figures.events() > 0);
  return CpuSeconds() - start;
}

}  // namespace

absl::StatusOr<std::vector<Figure>> BenchmarkWhatIf() {
  const simulation::RecordedDay day = simulation::RecordDay({.agents = 500, .hours = 10});
  std::vector<double> reading;
  std::vector<double> speedup;
  std::vector<double> events_per_s;
  for (int round = 0; round <= kRounds; ++round) {
    const double start = CpuSeconds();
    const auto recording = simulation::Read(day);
    if (!recording.ok()) return recording.status();
    const double read_s = CpuSeconds() - start;
    const double run_s = RunAgain(*recording, StricterPromises(*recording));
    if (round == 0) continue;  // warm
    const double day_s = (recording->until - recording->from).seconds();
    reading.push_back(read_s);
    speedup.push_back(day_s / run_s);
    events_per_s.push_back(static_cast<double>(recording->events) / run_s);
  }
  return std::vector<Figure>{
      {"whatif.speedup", Median(speedup), "times", 100'000, "what is asked for"},
      {"whatif.events_per_s", Median(events_per_s), "events/s", {}, ""},
      {"whatif.reading", Median(reading), "s", {}, ""},
  };
}

}  // namespace wissel::benchmark
