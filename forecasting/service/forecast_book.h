// Forecasts in the store of plans: a head, and the series of each queue beside it, as they were
// made; and the same with what planners know beforehand and better, under a scenario.
//
// On the store's thread.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecasting/service/resources.h"
#include "forecasting/store/plan_store.h"
#include "wissel/v1/forecast.pb.h"

namespace wissel::forecasting {

// Of ForecastPoint.quantiles.
inline constexpr double kQuantileLevels[] = {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95};
inline constexpr int kQuantiles = 7;

using StoredForecast = Stored<v1::Forecast>;

// "forecasts/newest" too. NOT_FOUND on `field`.
absl::StatusOr<StoredForecast> FindForecast(PlanStore& store, const std::string& name,
                                            std::string_view field);
Days DaysOf(const v1::Forecast& forecast);

// As it was made. NOT_FOUND on `queue`.
absl::StatusOr<v1::ForecastSeries> SeriesOf(PlanStore& store, const StoredForecast& forecast,
                                            const std::string& queue);
// With events and overrides as they stand now. `scenario` empty: scenarios/expected. NOT_FOUND on
// `scenario`.
absl::StatusOr<v1::ForecastSeries> PlannedSeries(PlanStore& store, const StoredForecast& forecast,
                                                 const std::string& queue,
                                                 const std::string& scenario, absl::TimeZone zone);

}  // namespace wissel::forecasting
