// The history of a queue as the methods of forecasting/core/volumes read it: counts on a grid of
// local days, without those that people said are not to be learned from, and with the special days
// of the center's country and those that people marked.
//
// Belongs to the thread of the tables that it is given.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "forecasting/core/volumes/series.h"
#include "forecasting/history/series_grid.h"
#include "forecasting/service/resources.h"
#include "metrics/history/history_tables.h"

namespace wissel::forecasting {

struct Past {
  volumes::Series arrivals;
  // Of the same grid, where anything is known of handling; contacts handled, and their seconds.
  std::optional<volumes::Series> handled;
  volumes::Matrix handle_s;
};

// `queue`: "tax". The days before `until`, at most three years of them. NOT_FOUND: nothing is known
// of it.
absl::StatusOr<Past> PastOf(metrics::HistoryTables& tables, const std::string& queue,
                            absl::CivilDay until, int interval_minutes, const std::string& zone);

// What came in each interval of these days; unknown ones among them.
absl::StatusOr<std::vector<SeriesRow>> CameIn(metrics::HistoryTables& tables,
                                              const std::string& queue, const Days& days,
                                              int interval_minutes, const std::string& zone);

volumes::Date DateOf(absl::CivilDay day);
absl::CivilDay DayOf(volumes::Date date);

}  // namespace wissel::forecasting
