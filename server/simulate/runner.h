// Replications of a model on several threads, until they are as many, or as precise, as asked for.
//
// The result depends on the model, the seed and the number of replications alone, not on threads.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/simulation/model.h"
#include "forecasting/core/simulation/simulation.h"

namespace wissel::simulate {

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
};

struct RunResult {
  std::vector<std::vector<simulation::Tally>> replications;  // each by interval or batch
  simulation::RunSize size;
  double seconds = 0;  // of all threads together

  // What confidence comes from: each replication, or each batch.
  std::vector<simulation::Tally> Observations(const simulation::Model& model) const;
};

absl::StatusOr<RunResult> RunReplications(const simulation::Model& model, const RunPlan& plan);

// Replications [from, to) of a model that starts, each by interval or batch.
std::vector<std::vector<simulation::Tally>> RunRange(const simulation::Model& model,
                                                     const RunPlan& plan, int from, int to);

}  // namespace wissel::simulate
