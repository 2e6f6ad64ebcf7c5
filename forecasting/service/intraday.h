// The rest of today, with what came so far taken into account.
//
// On the study's thread. What the past alone says of today is worked out once in 15 minutes for
// each queue; what came since, events and overrides are read each time.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/volumes/forecast.h"
#include "forecasting/service/forecast_book.h"
#include "forecasting/service/office.h"
#include "metrics/history/history_tables.h"
#include "wissel/v1/forecast.pb.h"

namespace wissel::forecasting {

// The kept forecasts that cover a day, newest first.
absl::StatusOr<std::vector<StoredForecast>> ForecastsOf(PlanStore& store, absl::CivilDay day);

class Intraday {
 public:
  explicit Intraday(Office& office) : office_(office) {}

  absl::CivilDay today() const;

  // `queue`: "queues/tax". It begins from the newest of `planned` that says something of the queue,
  // with events and overrides, or where there is none from one made now; in intervals of that one,
  // or of `interval` minutes where it is given (others do not count then). NOT_FOUND: nothing is
  // known of the past.
  absl::StatusOr<v1::IntradayForecast> Forecast(metrics::HistoryTables& history,
                                                const std::vector<StoredForecast>& planned,
                                                const std::string& queue,
                                                std::optional<int> interval = std::nullopt);

 private:
  // What is known before the first contact of the day.
  struct Base {
    Instant made;
    absl::CivilDay day;
    volumes::Series recent;  // the last weeks of the history
    volumes::Forecast forecast;
    std::vector<double> handle_s;  // by interval
  };
  absl::StatusOr<const Base*> BaseOf(metrics::HistoryTables& history, const std::string& queue,
                                     int interval);

  Office& office_;
  std::map<std::pair<std::string, int>, Base> bases_;
};

}  // namespace wissel::forecasting
