// Means of the last same weekdays: the field's default, and the floor of common sense.
//
//   snaive       the same weekday of last week
//   avg4w, avg8w the mean of the last 4 or 8 same weekdays
//   robust       the last 8 same weekdays without special days, each interval without its highest
//                and lowest count
//
// A missing day is filled with the same weekday of the last week that has one. Quantiles: normal,
// with variance m + a m^2; `a` by the method of moments from what the method would have said about
// the last 7 days of the grid a week ahead.
#pragma once

#include <memory>

#include "forecasting/core/volumes/forecast.h"

namespace wissel::volumes {

std::unique_ptr<Method> MakeSeasonalNaive();
std::unique_ptr<Method> MakeWeeksMean(int weeks);  // 4 or 8: avg4w, avg8w
std::unique_ptr<Method> MakeRobustMean();

// The counts with every day that is not wholly known replaced by the same weekday of the last week
// that has one, or of the next where there is none before; the mean of all known counts where there
// is no such weekday.
Matrix Filled(const Series& series);

}  // namespace wissel::volumes
