// The interval counts of one queue on a grid of days x intervals.
//
// The grid has every day from the first to the last whose weekday is open, and the intervals of the
// usual day. What is not known is marked, never guessed: `known` says which counts are.
//
// Plain values, pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "Eigen/Core"
#include "absl/status/statusor.h"
#include "forecasting/core/volumes/date.h"
#include "forecasting/core/volumes/special_days.h"

namespace wissel::volumes {

// Days (rows) x intervals (columns).
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Mask = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// One count as it was recorded, in wall-clock time.
struct StampedCount {
  Date day;
  int minute = 0;  // of the day, when its interval begins
  double count = 0;
};

// What is known of each day beside its counts and the calendar: a column of the file, such as the
// temperature or how many letters went out. Rows are days of the grid and, beyond them, coming
// days.
struct Regressor {
  std::string name;
  absl::btree_map<Date, double> values;  // a day that is not there counts as the mean
};

struct Series {
  std::vector<Date> days;            // rising
  std::vector<int> interval_starts;  // minute of the day, rising
  int interval_min = 30;             // minutes
  Matrix counts;                     // days x intervals, at least 0; 0 where not known
  Mask known;                        // the same shape
  SpecialDays special;               // of the grid and of coming days
  std::vector<Regressor> regressors;

  int day_count() const { return static_cast<int>(days.size()); }
  int interval_count() const { return static_cast<int>(interval_starts.size()); }
  bool IsKnown(int day) const { return known.row(day).all(); }
  bool IsSpecial(Date day) const { return special.contains(day); }
  std::vector<Weekday> OpenWeekdays() const;
};

// Lays counts on a grid of `interval_min` minutes, a multiple of the interval of the counts (the
// least gap between two stamps of a day). The usual day has the fine intervals that at least half
// of the days have; a coarse one is kept if all of its fine ones are among them, and known if all
// of them were recorded. A weekday is open if at least a fifth of its dates have counts. Two counts
// of one moment, as when clocks go back, count as their mean.
//
// INVALID_ARGUMENT with the field: "series" (nothing there, a count below 0 or not finite),
// "interval_min" (no multiple).
absl::StatusOr<Series> LayOut(std::vector<StampedCount> counts, int interval_min);

// The days before `day` (an index), with every special day and regressor kept: the history that a
// forecast from `day` on may know.
Series Before(const Series& series, int day);

// The last `days` days of the grid.
Series Newest(Series series, int days);

// The next `count` days after the last of the grid that are open by the week of the grid.
std::vector<Date> ComingDays(const Series& series, int count);

}  // namespace wissel::volumes
