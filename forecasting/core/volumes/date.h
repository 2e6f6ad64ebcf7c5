// A day of the civil (Gregorian) calendar, without a time zone: what a day of counts is filed
// under.
//
// Plain values; every function is pure and safe from any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wissel::volumes {

enum class Weekday : uint8_t {
  kMonday,
  kTuesday,
  kWednesday,
  kThursday,
  kFriday,
  kSaturday,
  kSunday
};
constexpr int kWeekdays = 7;

class Date {
 public:
  constexpr Date() = default;
  // Days since 1970-01-01.
  static constexpr Date FromDays(int32_t days) { return Date(days); }
  // `month` 1 to 12, `day` 1 to 31; a day past the end of its month is the next month's.
  static Date Of(int year, int month, int day);
  // "2026-11-02"; nothing for what is no day of the calendar.
  static std::optional<Date> Parse(std::string_view text);

  constexpr int32_t days() const { return days_; }
  int year() const;
  int month() const;  // 1 to 12
  int day() const;    // 1 to 31
  constexpr Weekday weekday() const {
    return static_cast<Weekday>(((days_ + 3) % kWeekdays + kWeekdays) % kWeekdays);
  }
  std::string ToString() const;  // "2026-11-02"

  constexpr auto operator<=>(const Date&) const = default;
  constexpr Date operator+(int days) const { return Date(days_ + days); }
  constexpr Date operator-(int days) const { return Date(days_ - days); }
  constexpr int operator-(Date other) const { return days_ - other.days_; }

 private:
  constexpr explicit Date(int32_t days) : days_(days) {}
  int32_t days_ = 0;
};

std::string_view NameOf(Weekday weekday);  // "Monday"

}  // namespace wissel::volumes
