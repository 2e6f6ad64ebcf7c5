// From a day's forecast to required staff, interval by interval: what `wissel staff` prints.
//
// Fractional until the end: the requirement of an interval is a real number, shrinkage and other
// work are added to it, and the sum is rounded up, once.
//
// Pure; thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/staffing/deferrable.h"
#include "forecasting/core/staffing/fewest.h"
#include "forecasting/core/staffing/offered_load.h"
#include "forecasting/core/staffing/staffed_day.h"

namespace wissel::staffing {

struct ForecastInterval {
  double calls = 0;  // mean
  double aht_s = 180;
  // Of the mean itself, beyond the noise of single calls: one of the two, or neither.
  double cv = 0;
  std::vector<Quantile> quantiles;  // of the calls
  double deferrable_s = 0;          // work that comes and may wait
};

struct PlanOptions {
  Model model = Model::kErlangA;
  LoadMethod method = LoadMethod::kMolMean;
  Before before = Before::kSame;
  double patience_s = 180;
  Targets targets;
  double shrinkage = 0;  // share of paid time that is not worked, within [0, 1)
  // Of work that may wait. People who are there for calls do it between these, as far as their
  // occupancy stays within `blend_occupancy`; none: they do not.
  double deadline_s = 86'400;
  double backlog_s = 0;
  std::optional<double> blend_occupancy;
};

struct PlannedInterval {
  double load = 0;           // erlangs that it is staffed for
  double calls_need = 0;     // agents for the calls, fractional
  double others_need = 0;    // people beside them for the work that may wait, fractional
  int agents = 0;            // both, rounded up, at work
  int scheduled = 0;         // with shrinkage, rounded up from what is fractional
  double service_level = 0;  // of the calls, in steady state, averaged over the rate
  DayOutlook really;         // at the mean rate, while rates and agents change: staffed_day.h
  double backlog_s = 0;      // of work that may wait, at the end
};

// INVALID_ARGUMENT, with the field ("intervals[3].calls"), for what is no such number.
absl::StatusOr<std::vector<PlannedInterval>> PlanStaff(const std::vector<ForecastInterval>& day,
                                                       double interval_s,
                                                       const PlanOptions& options);

}  // namespace wissel::staffing
