// Rosters of named people: a proven bound and a first roster by column generation and diving, then
// large neighbourhoods: the schedules of some people are thrown away and made anew together,
// exactly or nearly so, with everybody else's standing (Shaw, Using constraint programming and
// local search methods to solve vehicle routing problems, CP 1998). docs/SCHEDULING.md has figures.
//
// Blocking; one at a time in a process (mip.h).
#pragma once

#include "forecasting/core/scheduling/team.h"
#include "forecasting/scheduling/search.h"

namespace wissel::scheduling {

// `problem` has passed CheckProblem. Rosters that keep every person's rules, costed by the price of
// cover as Team has it, and the bound go to the watch. kInfeasible: somebody has no schedule.
SearchEnd SolveRoster(const RosterProblem& problem, const SearchLimits& limits,
                      const SearchWatch<Roster>& watch);

}  // namespace wissel::scheduling
