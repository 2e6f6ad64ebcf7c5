// One step of improvement: the schedules of some people made anew together.
#pragma once

#include <optional>
#include <vector>

#include "forecasting/scheduling/roster_master.h"

namespace wissel::scheduling {

struct NeighbourhoodLimits {
  int rounds = 30;  // of column generation
  int nodes = 500;  // of the choice
  double seconds = 20;
  std::function<bool()> stop = [] { return false; };
};

struct NeighbourhoodAnswer {
  std::optional<Roster> better;
  bool exhausted = true;  // what there was to choose from has been searched to its end
};

// `promising`: schedules of the people to begin from besides those of the roster. `cost` is that of
// the roster; less is sought.
NeighbourhoodAnswer RemakeTogether(Team& team, const Roster& roster, double cost,
                                   const std::vector<int>& people,
                                   const std::vector<const PersonalSchedule*>& promising,
                                   const NeighbourhoodLimits& limits);

}  // namespace wissel::scheduling
