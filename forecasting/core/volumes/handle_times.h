// How long the next contacts will take: the mean handle time of each coming interval.
//
//   mean_di = overall x weekday x interval
//
// each a ratio of weighted sums, recent days counting more, and shrunk towards the level above it:
// a ratio that rests on n contacts has the variance c^2 / n of a mean of n handle times (c: their
// coefficient of variation), and is believed by t^2 / (t^2 + c^2 / n), where t^2 is how much the
// ratios differ beyond that (empirical Bayes; Efron & Morris 1975). Few contacts in an interval
// therefore say little about it.
//
// Pure, safe from any thread.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/volumes/series.h"

namespace wissel::volumes {

struct HandleTimes {
  std::vector<Date> days;
  Matrix mean_s;       // days x intervals
  Matrix deviation_s;  // of the rate itself: how well the mean is known, without the contacts' own
};

// `handled.counts` are contacts handled; `seconds`, of the same shape, their handle times in sum.
// Only known intervals with contacts count. `variation` is the coefficient of variation of single
// handle times. INVALID_ARGUMENT with the field "seconds": another shape, a negative or no sum, and
// "series": no contacts.
absl::StatusOr<HandleTimes> ForecastHandleTimes(const Series& handled, const Matrix& seconds,
                                                const std::vector<Date>& days,
                                                double variation = 1);

}  // namespace wissel::volumes
