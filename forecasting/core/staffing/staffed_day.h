// What a day gives with the agents that are planned for it, while rates and agents change: the
// Kolmogorov forward equations of M(t)/M/s(t)+M, exactly.
//
// By uniformisation (Jensen 1953; Grassmann 1977): every term is positive, and the time spent in
// each state of an interval comes with it, so shares are integrals rather than samples. States that
// hold less than 1e-13 are left out, on both sides.
//
// When agents leave, the calls of those beyond go back to the front and are taken by others;
// whether somebody is answered within the threshold is told as if the agents of the interval in
// which they call stayed. Without patience everybody waits.
//
// Pure; thread-safe.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/staffing/offered_load.h"

namespace wissel::staffing {

struct StaffedDay {
  ArrivalCurve arrivals;
  double interval_s = 1800;
  std::vector<int> agents;  // of each interval
  double aht_s = 180;
  double patience_s = 180;  // mean; infinite: nobody hangs up
  double threshold_s = 20;
  Before before = Before::kNothing;
};

// Of an interval. Shares are of its calls; 0 calls: by time.
struct DayOutlook {
  double calls = 0;
  double waits = 0;
  double served_within = 0;
  double abandoned = 0;  // during the interval, over its calls
  double mean_queue = 0;
  double busy = 0;  // mean number of agents who talk
};
// INVALID_ARGUMENT, with the field, unless intervals divide the curve and there are agents for
// each.
absl::StatusOr<std::vector<DayOutlook>> OutlookOf(const StaffedDay& day);

}  // namespace wissel::staffing
