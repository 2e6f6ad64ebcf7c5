// The forecasts of many queues, on as many threads as there are cores: a queue's does not depend on
// another's.
//
// Blocks until all are made; for threads of operations.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "forecasting/service/forecaster.h"
#include "forecasting/service/office.h"
#include "forecasting/service/operations.h"
#include "forecasting/service/resources.h"

namespace wissel::forecasting {

struct ForecastRun {
  std::vector<std::string> queues;  // "tax"
  Days days;
  absl::CivilDay until;  // the past that is known of ends before it
  int interval_minutes = 30;
  std::string zone_name;
};

// In the order of the queues. Of a queue that nothing can be said of, a summary with the reason and
// no series. CANCELLED when the run is.
absl::StatusOr<std::vector<MadeForecast>> MakeForecasts(Office& office, const ForecastRun& asked,
                                                        LongRun& run);

}  // namespace wissel::forecasting
