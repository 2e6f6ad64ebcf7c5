// How far counts fall from their forecast, by lead, measured on the history itself: what would have
// been said h days ahead of recent days, held against what came.
//
// Pure, safe from any thread.
#pragma once

#include <vector>

#include "Eigen/Core"
#include "forecasting/core/volumes/series.h"

namespace wissel::volumes {

// Forecasts of past days, all made equally long before them, and what came: rows are days, columns
// intervals.
struct Backcast {
  std::vector<int> days;  // rows of the history
  Matrix mean;
  Matrix spread;  // as assumed: variance m + spread m^2
  Matrix actual;
  Mask known;
};

// By how much the assumed spreads must be multiplied so that the central 80 % interval holds 80 %
// of what came. `otherwise` counts as so many days, and stands alone where nothing was measured.
double CalibratedFactor(const Backcast& past, double otherwise, double otherwise_days);

// How much intervals of a day vary around the day's shape, its total given, beyond counting: the
// relative variance of each interval. `otherwise` counts as twenty days; neighbours are averaged.
Eigen::RowVectorXd ShapeSpread(const Backcast& past, double otherwise);

}  // namespace wissel::volumes
