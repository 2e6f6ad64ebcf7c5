// The past of one series as planners and forecasts see it: on the wall's clock, day by day,
// interval by interval, with what is not known kept apart from none.
//
// Not thread-safe beside other users of the same HistoryTables.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "metrics/history/gaps.h"
#include "metrics/history/history_tables.h"

namespace wissel::forecasting {

struct SeriesOptions {
  metrics::SeriesName series;
  int32_t from_day = 0;  // since 1970-01-01, metrics::DayNumber
  int32_t to_day = 0;    // the first one behind
  int minutes = 15;      // of an interval: 5, 6, 10, 15, 20, 30, 60 or more; divides a day
  std::string zone;      // whose wall clock; empty: the center's
};

// One interval in real time, whatever the clock shows.
struct SeriesRow {
  int64_t start_s = 0;  // since 1970 UTC
  int64_t end_s = 0;
  int32_t day = 0;  // on the wall's clock
  int minute = 0;
  bool known = false;  // all of it
  int known_minutes = 0;
  bool imported = false;      // some of it
  metrics::HistoryCell sums;  // of what is known
};
// Every interval of the days, by start. INVALID_ARGUMENT for a length that does not divide a day, a
// zone that there is not, or days that do not follow each other (at most 20 years).
absl::StatusOr<std::vector<SeriesRow>> ReadSeries(metrics::HistoryTables& tables,
                                                  const SeriesOptions& options);

enum class CellState : uint8_t {
  kKnown,    // every minute of it
  kUnknown,  // some of it, or all, is not
  kAbsent,   // the clock was put forward: there was no such time
};
struct GridCell {
  CellState state = CellState::kAbsent;
  bool doubled = false;  // the clock was put back: the sum of both
  bool imported = false;
  int64_t start_s = 0;  // kAbsent: 0
  int64_t end_s = 0;
  double arrivals = 0;  // of what is known
  metrics::HistoryCell sums;
};

struct SeriesGrid {
  metrics::SeriesName series;
  std::string zone;
  int32_t first_day = 0;
  int minutes = 15;
  int days = 0;
  int intervals = 0;                 // of a day
  std::vector<GridCell> cells;       // days x intervals, day by day
  std::vector<metrics::Mark> marks;  // of the series' queue and of all, by start
  std::vector<metrics::Gap> gaps;    // found in it, where something is usually known
  // Length of what was imported in intervals too long for this grid; 0: nothing was. Those cells
  // are unknown: nobody knows how the counts fell in them.
  int longest_imported_minutes = 0;

  const GridCell& At(int day, int interval) const {
    return cells[static_cast<size_t>(day * intervals + interval)];
  }
  // That a cell lies in, wholly or in part.
  std::vector<const metrics::Mark*> MarksOf(const GridCell& cell) const;
};

// Errors as ReadSeries. What people have marked is beside the counts, and changes none.
absl::StatusOr<SeriesGrid> ReadGrid(metrics::HistoryTables& tables, const SeriesOptions& options);

}  // namespace wissel::forecasting
