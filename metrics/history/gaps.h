// Which intervals of a series are missing where there usually are some. Pure.
//
// An interval is missing when nothing is known of it, and something is in at least half of the days
// with the same weekday between the first and the last of the series, three of them or more. So a
// night or a Sunday on which nobody ever counts is none.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "metrics/history/csv/local_time.h"

namespace wissel::metrics {

// From the first missing interval to the end of the last one; what lies between is not known
// either. Days since 1970-01-01, minutes on the wall's clock.
struct Gap {
  int32_t from_day = 0;
  int from_minute = 0;
  int32_t to_day = 0;
  int to_minute = 0;
  int64_t intervals = 0;  // missing in it
};
// "2026-03-02 09:00 to 2026-03-03 12:30".
std::string GapText(const Gap& gap);

class KnownDays {
 public:
  // Of intervals of so many minutes; divides 1440.
  explicit KnownDays(int minutes) : minutes_(minutes) {}
  void Add(int32_t day, int minute);
  // In their order. What the clock of `time` never showed is not missing.
  std::vector<Gap> Gaps(LocalTime time) const;

 private:
  using Week = std::vector<std::vector<int>>;  // by weekday and interval: on how many days
  bool Expected(const Week& known, const std::vector<int>& days, int weekday, size_t at) const;

  int minutes_;
  std::map<int32_t, std::vector<bool>> days_;
};

}  // namespace wissel::metrics
