// A day of a plain center, as its journal would tell it: calls come in, ring, are answered, handled
// and wrapped up, or the caller hangs up; agents come, have a break and go. Drawn from a seed. For
// tests and benchmarks of what reads and re-runs records.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/recording.h"
#include "tests/simulation/journaling_subject.h"

namespace wissel::simulation {

struct DaySize {
  int agents = 500;
  int queues = 8;  // each asks for a skill; an agent has up to three of them
  double hours = 10;
  // Work that comes in, as a share of what all agents could do.
  double load = 0.9;
  uint64_t seed = 1;
};

// From when everything is configured; `journal` gets the day's batches, `start` the state before.
struct RecordedDay {
  SavedState start;
  Instant from;
  std::vector<JournalingSubject::Batch> journal;
};
RecordedDay RecordDay(const DaySize& size);

// Read as `wissel whatif` reads it.
absl::StatusOr<forecasting::Recording> Read(const RecordedDay& day);

}  // namespace wissel::simulation
