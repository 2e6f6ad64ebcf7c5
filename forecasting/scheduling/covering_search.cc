#include "forecasting/scheduling/covering_search.h"

#include <algorithm>

#include "forecasting/scheduling/mip.h"

namespace wissel::scheduling {

SearchEnd SolveCovering(const CoveringProblem& problem, std::optional<double> under_price,
                        const SearchLimits& limits, const SearchWatch<People>& watch) {
  const Clock clock;
  const People greedy = CoverGreedily(problem);
  if (greedy.empty() && !under_price) return SearchEnd::kInfeasible;
  const LinearProgram program = CoveringProgram(problem, under_price);
  MipLimits mip;
  if (!greedy.empty()) {
    watch.on_better(greedy, CostOf(problem, greedy).paid);
    // What is missing costs nothing here, since nothing is.
    mip.start.assign(greedy.begin(), greedy.end());
    mip.start.resize(program.columns());
  }
  mip.seconds = limits.seconds - clock.seconds();
  const MipAnswer answer = SolveMip(program, mip);
  if (answer.kind == MipAnswer::Kind::kInfeasible) return SearchEnd::kInfeasible;
  watch.on_bound(answer.bound);
  if (!answer.found()) return greedy.empty() ? SearchEnd::kNothing : SearchEnd::kStopped;
  People people;
  for (size_t p = 0; p < problem.patterns.size(); ++p) {
    people.push_back(static_cast<int>(answer.values[p]));
  }
  const CoveringCost cost = CostOf(problem, people);
  watch.on_better(people, cost.paid + under_price.value_or(0) * cost.missing);
  return answer.kind == MipAnswer::Kind::kOptimal ? SearchEnd::kProven : SearchEnd::kStopped;
}

}  // namespace wissel::scheduling
