// Dates and times of day as tables have them. Pure.
//
//   dates   2026-03-29 2026/03/29 20260329 29/03/2026 29-3-26 29.03.2026 (or 03/29/2026)
//   times   9:00 09:00 09:00:00 9h00 0900 9:00 PM, and 09:00-09:15 for an interval
//   both    with a space or T between, and perhaps Z, +01:00 or +0100 behind
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wissel::metrics {

// Of dates that do not begin with the year.
enum class DateOrder : uint8_t { kDayFirst, kMonthFirst };

// Days since 1970-01-01. A year of two digits is one of 1970 to 2069.
std::optional<int32_t> ReadDate(std::string_view text, DateOrder order);

// The order that this date gives away: 29/03/2026 the day first, 03/29/2026 the month; 03/04/2026
// none.
std::optional<DateOrder> OrderIn(std::string_view text);

struct TimeOfDay {
  int minute = 0;                     // since midnight, 0 to 1439
  std::optional<int> until;           // of an interval: its end, 1 to 1440
  std::optional<int> offset_minutes;  // from UTC
};
// Seconds other than 00 are no beginning of an interval: none. `may_be_interval`: "02:00-05:00" is
// from two to five, and not two o'clock where it is five hours earlier than in Greenwich.
std::optional<TimeOfDay> ReadTime(std::string_view text, bool may_be_interval = true);

struct DateAndTime {
  int32_t day = 0;
  TimeOfDay time;
};
std::optional<DateAndTime> ReadDateAndTime(std::string_view text, DateOrder order);

}  // namespace wissel::metrics
