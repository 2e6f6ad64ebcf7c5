// Replications of a model on several threads, until they are as many, or as precise, as asked for.
//
// Makes threads, which end before it answers. The result depends on the model, the seed and the
// number of replications alone, not on threads.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/simulation/model.h"
#include "forecasting/core/simulation/simulation.h"

namespace wissel::simulation {

struct RunPlan {
  uint64_t seed = 1;
  int replications = 1;  // at least
  // Half width of every queue's service level, at 95 %; replications are added until it is reached,
  // or there are `most`.
  std::optional<double> precision;
  int most = 1000;
  int threads = 1;
  // Told now and then how many are done; on the calling thread.
  std::function<void(int)> progress = [](int) {};
  // Asked now and then, on the calling thread: false ends the run with CANCELLED.
  std::function<bool()> wanted = [] { return true; };
  // What is kept of a replication, where not all of its intervals are needed apart. On any thread.
  std::function<std::vector<Tally>(const std::vector<Tally>&)> kept = nullptr;
};

struct RunResult {
  std::vector<std::vector<Tally>> replications;  // each by interval or batch
  RunSize size;
  double seconds = 0;  // of all threads together

  // What confidence comes from: each replication, or each batch.
  std::vector<Tally> Observations(const Model& model) const;
};

absl::StatusOr<RunResult> RunReplications(const Model& model, const RunPlan& plan);

// Replications [from, to) of a model that starts, each by interval or batch.
std::vector<std::vector<Tally>> RunRange(const Model& model, const RunPlan& plan, int from, int to);

}  // namespace wissel::simulation
