#include "forecasting/core/volumes/date.h"

#include <array>
#include <charconv>

#include "fmt/format.h"

namespace wissel::volumes {
namespace {

struct Civil {
  int year = 1970;
  int month = 1;
  int day = 1;
};

// Howard Hinnant, "chrono-compatible low-level date algorithms".
constexpr int32_t DaysFromCivil(int year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const int era = (year >= 0 ? year : year - 399) / 400;
  const int of_era = year - era * 400;
  const int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

constexpr Civil CivilFromDays(int32_t days) {
  days += 719'468;
  const int era = (days >= 0 ? days : days - 146'096) / 146'097;
  const int of_era = days - era * 146'097;
  const int year = (of_era - of_era / 1'460 + of_era / 36'524 - of_era / 146'096) / 365;
  const int of_year = of_era - (365 * year + year / 4 - year / 100);
  const int month = (5 * of_year + 2) / 153;
  const int civil_month = month + (month < 10 ? 3 : -9);
  return {year + era * 400 + (civil_month <= 2 ? 1 : 0), civil_month,
          of_year - (153 * month + 2) / 5 + 1};
}

std::optional<int> Number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace

Date Date::Of(int year, int month, int day) { return Date(DaysFromCivil(year, month, day)); }

std::optional<Date> Date::Parse(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = Number(text.substr(0, 4));
  const auto month = Number(text.substr(5, 2));
  const auto day = Number(text.substr(8, 2));
  if (!year || !month || !day || *month < 1 || *month > 12 || *day < 1) return std::nullopt;
  const Date date = Of(*year, *month, *day);
  if (date.month() != *month) return std::nullopt;
  return date;
}

int Date::year() const { return CivilFromDays(days_).year; }
int Date::month() const { return CivilFromDays(days_).month; }
int Date::day() const { return CivilFromDays(days_).day; }

std::string Date::ToString() const {
  const Civil civil = CivilFromDays(days_);
  return fmt::format("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
}

std::string_view NameOf(Weekday weekday) {
  static constexpr std::array<std::string_view, kWeekdays> kNames = {
      "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
  return kNames[static_cast<size_t>(weekday)];
}

}  // namespace wissel::volumes
