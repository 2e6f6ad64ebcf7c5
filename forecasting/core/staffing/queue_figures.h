// A queue behind servers that are all busy, whatever happens while they are not: the part of Erlang
// A that other stations share. Of the rooms beside it; pure.
#pragma once

#include "forecasting/core/staffing/erlang.h"

namespace wissel::staffing {

struct BusyStation {
  // Logarithm of how likely some server is free, over how likely all are busy and nobody waits.
  double log_below = 0;
  double arrivals_per_s = 0;     // > 0
  double completions_per_s = 0;  // by all servers, > 0
  double patience_s = 0;         // mean, exponential; > 0 and finite
  double threshold_s = 0;
};
// All but the occupancy.
WaitFigures QueueFigures(const BusyStation& station);

}  // namespace wissel::staffing
