// One queue's forecast: by the method that has been right lately, with how right it was, as the
// contract has it.
//
// Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecasting/core/volumes/forecast.h"
#include "forecasting/service/past.h"
#include "forecasting/service/resources.h"
#include "wissel/v1/forecast.pb.h"

namespace wissel::forecasting {

struct MadeForecast {
  v1::ForecastQueue summary;
  v1::ForecastSeries series;  // by interval, `model` not set
};

// `queue`: "queues/tax". Days on which the queue's weekday is closed have no points.
absl::StatusOr<MadeForecast> MakeForecastOf(const std::string& queue, const Past& past,
                                            const Days& days, absl::TimeZone zone);

// Mean handle times of the forecast's days and intervals (`starts`), seconds; with a caveat where
// none are known.
volumes::Matrix HandleTimesOf(const Past& past, const volumes::Forecast& forecast,
                              const std::vector<int>& starts, std::vector<std::string>& caveats);

// The stored points as a forecast again, day by day, and back: for what changes distributions.
volumes::Forecast ForecastOf(const v1::ForecastSeries& series, absl::TimeZone zone,
                             std::vector<int>& interval_starts);
void WriteBack(const volumes::Forecast& forecast, const std::vector<int>& interval_starts,
               absl::TimeZone zone, v1::ForecastSeries& series);

// Local minute of a day as a moment; of an hour that clocks repeat, the first.
int64_t SecondsAt(absl::CivilDay day, int minute, absl::TimeZone zone);

}  // namespace wissel::forecasting
