// Models that several tests simulate.
#pragma once

#include <cstdint>
#include <vector>

#include "forecasting/core/simulation/model.h"
#include "forecasting/core/simulation/tally.h"

namespace wissel::simulation {

Distribution Exponential(double mean_s);

// One queue, one group, one long interval: M/M/n, or +M with a patience.
struct StationOptions {
  double load = 10;
  int agents = 12;
  double aht_s = 180;
  std::optional<double> patience_s;
  double threshold_s = 20;
  double contacts = 200'000;  // about so many after the warm-up
  int batches = 20;
};
Model StationModel(const StationOptions& options);

// Wallace & Whitt's center (2005): as many calls of each of six types; every agent has a type of
// their own and `skills` - 1 others in an order of their own, spread evenly, and takes the longest
// waiting of the first of them that has somebody waiting. Who calls gets an agent whose own type it
// is, if one is idle, otherwise one for whom it stands as far ahead as possible.
struct SkillsOptions {
  int types = 6;
  int agents = 90;
  int extra_lines = 30;
  int skills = 2;
  double load = 84;
  double service_s = 600;
  std::optional<double> patience_s;
  double threshold_s = 30;
  double contacts = 500'000;
  int batches = 20;
};
Model SkillsModel(const SkillsOptions& options);

// The observations of one long run.
std::vector<Tally> Observe(const Model& model, uint64_t seed);

}  // namespace wissel::simulation
