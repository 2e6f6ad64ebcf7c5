// The cheapest staff for skills: agents in each group and interval so that every queue keeps its
// target over the whole time, judged by simulation of the real routing.
//
// In the spirit of Cezik & L'Ecuyer 2008: the service of a queue rises with the staff that can help
// it, so a queue that misses its target is mended only by more of those people, and who could not
// be spared once cannot be spared when there are fewer. The search
//   1. starts from independent bounds: the load of each queue, which somebody must carry;
//   2. adds agents where contacts miss their target, by what they bring for their cost;
//   3. takes away, several at a time and dearest first, who is not needed;
//   4. exchanges a dearer agent for a cheaper one where that holds;
// always with the same customers (common random numbers), so that two staffings differ by nothing
// but their agents. What it finds is checked with customers that it has not seen; if a queue misses
// its target there, its goal is raised by what was missing, and the search goes on.
//
// Pure: simulations are asked for through `evaluate`, which may run them on threads.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/simulation/estimate.h"
#include "forecasting/core/simulation/model.h"

namespace wissel::simulation {

// Numbers by group, then by interval.
using Staff = std::vector<std::vector<int>>;

// Observations of the model with that staff: replications [from, to), each by interval.
using Evaluate =
    std::function<std::vector<std::vector<Tally>>(const Model& model, int from, int to)>;

struct SearchOptions {
  int replications = 8;         // for each look
  int check_replications = 30;  // with customers that the search has not seen
  // A target is kept in the check when the whole 95 % interval of the service level lies above it;
  // otherwise when its middle does.
  bool surely = false;
  int most_looks = 2000;
  std::function<void(int looks, double cost)> progress = [](int, double) {};
  // Asked before each look; false ends the search with CANCELLED.
  std::function<bool()> wanted = [] { return true; };
};

struct SearchResult {
  Staff staff;
  double cost = 0;   // of the whole time
  double bound = 0;  // nothing that keeps the targets costs less: the load that must be carried
  int looks = 0;
  bool kept = false;                      // in the check every queue reached its target
  std::vector<std::vector<Tally>> check;  // by replication, then interval
};

// The model's own numbers of agents are not looked at; of no group there are more than its `most`.
// FAILED_PRECONDITION when no group helps a queue, when more people do not help, or there are none;
// INVALID_ARGUMENT as CheckModel.
absl::StatusOr<SearchResult> FindStaff(Model model, const Evaluate& evaluate,
                                       const SearchOptions& options);

double CostOf(const Model& model, const Staff& staff);

// Each queue by itself, as plain Erlang C has it: agents in each interval, for its own calls alone.
// What it would need without skills; INVALID_ARGUMENT as fewest.h.
absl::StatusOr<std::vector<std::vector<int>>> ErlangCByQueue(const Model& model);

}  // namespace wissel::simulation
