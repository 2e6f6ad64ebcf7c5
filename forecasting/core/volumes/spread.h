// How far counts fall from their forecast, by lead, measured on the history itself: what would have
// been said h days ahead of recent days, held against what came.
//
// Pure, safe from any thread.
#pragma once

#include <vector>

#include "Eigen/Core"
#include "forecasting/core/volumes/series.h"

namespace wissel::volumes {

// Forecasts of past days, made `lead` days of the grid before each, and what came of them: rows are
// days, columns intervals, known ones marked.
struct Backcast {
  Matrix mean;
  Matrix actual;
  Mask known;
};

// The spread a (variance m + a m^2) with which the central 80 % interval holds 80 % of what came.
// Nothing to learn from: `otherwise`, which also counts as so many days.
double CalibratedSpread(const Backcast& past, double otherwise, double otherwise_days);

// By interval, relative to the day's: 1 where all vary alike. Smoothed towards 1 where few counts
// say anything, and between neighbours.
Eigen::RowVectorXd RelativeSpread(const Backcast& past, double spread);

}  // namespace wissel::volumes
