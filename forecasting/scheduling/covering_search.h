// People for each pattern of a covering problem, by CBC: exact when it ends in time.
//
// Blocking; see mip.h on how many at once.
#pragma once

#include <optional>
#include <vector>

#include "forecasting/core/scheduling/covering.h"
#include "forecasting/scheduling/search.h"

namespace wissel::scheduling {

using People = std::vector<int>;  // by pattern

// `under_price`: what an interval in which somebody is missing costs; none: nobody may be.
// Solutions and the bound go to the watch.
SearchEnd SolveCovering(const CoveringProblem& problem, std::optional<double> under_price,
                        const SearchLimits& limits, const SearchWatch<People>& watch);

}  // namespace wissel::scheduling
