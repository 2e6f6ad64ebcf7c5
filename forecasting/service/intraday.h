// The rest of today, with what came so far taken into account.
//
// On the store's thread.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "forecasting/service/office.h"
#include "wissel/v1/forecast.pb.h"

namespace wissel::forecasting {

// `queue`: "queues/tax". It begins from the newest forecast that covers today, with events and
// overrides, or where there is none from one made now. NOT_FOUND: nothing is known of the past.
absl::StatusOr<v1::IntradayForecast> ForecastToday(Office& office, PlanStore& store,
                                                   const std::string& queue);

}  // namespace wissel::forecasting
