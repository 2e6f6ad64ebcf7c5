// A model of a center as a YAML file (model_file.proto, docs/SIMULATION.md), read and checked.
//
// Free functions without state.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "forecasting/core/simulation/model.h"

namespace wissel::simulate {

struct LoadedModel {
  simulation::Model model;
  int replications = 1;
  uint64_t seed = 1;
};

// NOT_FOUND when it cannot be read; INVALID_ARGUMENT with one line for each problem, "FILE:12:
// ...".
absl::StatusOr<LoadedModel> LoadModel(const std::string& path);
// The same from a text at hand; `path` is what its lines are named after.
absl::StatusOr<LoadedModel> ParseModel(const std::string& path, const std::string& text);

}  // namespace wissel::simulate
