// Forecasts by the day, and held against what came.
//
// Pure, but for JudgeForecasts, which runs on the study's thread.
#pragma once

#include "absl/status/statusor.h"
#include "forecasting/service/office.h"
#include "metrics/history/history_tables.h"
#include "wissel/v1/forecast.pb.h"

namespace wissel::forecasting {

// Sums of the days; a day's quantiles take what its intervals have in common for common, and what
// they have not for independent. `actual` where every interval of it that was expected is known.
v1::ForecastSeries ByDay(const v1::ForecastSeries& series, absl::TimeZone zone);

// Every kept forecast against what came on its days, by queue and lead.
absl::StatusOr<v1::ForecastAccuracy> JudgeForecasts(Office& office, metrics::HistoryTables& history,
                                                    const v1::GetForecastAccuracyRequest& request);

}  // namespace wissel::forecasting
