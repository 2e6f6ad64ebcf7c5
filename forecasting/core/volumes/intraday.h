// The rest of a day once its first intervals are known: a Poisson-gamma update.
//
// The day's common factor G is gamma distributed with mean 1; what came up to now, X of M expected,
// moves it to (1/v + X/M/f) / (1/v + 1/f) (Gelman et al., Bayesian Data Analysis, 2.6). v is the
// part of the error that the known and the coming intervals have in common, f what the known ones
// have beyond it, both measured on recent days after the same number of intervals. So little is
// believed early in the day, when the first hours say little about the rest: that is the damping.
//
// Pure, safe from any thread.
#pragma once

#include <optional>
#include <vector>

#include "forecasting/core/volumes/forecast.h"

namespace wissel::volumes {

struct IntradayUpdate {
  double factor = 1;           // of every interval that is to come
  double common_variance = 0;  // v
  double own_variance = 1;     // of X / M, beyond the common one
};

// `forecast` was made from `history` for its row `row`; `so_far` are the day's first counts.
IntradayUpdate UpdateOf(const Series& history, const Forecast& forecast, int row,
                        const std::vector<double>& so_far);

// The forecast with the rest of day `row` updated: means times the factor, spreads less what is
// known now. Known intervals are left as they were.
Forecast Updated(const Series& history, const Forecast& forecast, int row,
                 const std::vector<double>& so_far);

}  // namespace wissel::volumes
