#include "metrics/history/csv/dates.h"

#include <array>

#include "metrics/history/csv/local_time.h"

namespace wissel::metrics {
namespace {

constexpr std::string_view kEnDash = "\xE2\x80\x93";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// A run of digits from the front, at most `most` of them; none where there is not even one.
std::optional<int> TakeNumber(std::string_view& text, size_t most) {
  size_t digits = 0;
  int number = 0;
  while (digits < text.size() && digits < most && IsDigit(text[digits])) {
    number = number * 10 + (text[digits++] - '0');
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

bool Take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

void TakeSpaces(std::string_view& text) {
  while (Take(text, ' ')) {
  }
}

struct Parts {
  std::array<int, 3> numbers{};
  bool year_first = false;
};

std::optional<Parts> PartsOf(std::string_view text) {
  Parts parts;
  size_t first_digits = 0;
  while (first_digits < text.size() && IsDigit(text[first_digits])) ++first_digits;
  if (first_digits == 8 && text.size() == 8) {  // 20260329
    std::string_view year = text.substr(0, 4), month = text.substr(4, 2), day = text.substr(6);
    return Parts{{*TakeNumber(year, 4), *TakeNumber(month, 2), *TakeNumber(day, 2)}, true};
  }
  char separator = '\0';
  for (size_t i = 0; i < 3; ++i) {
    const size_t before = text.size();
    const auto number = TakeNumber(text, 4);
    if (!number) return std::nullopt;
    if (i == 0) parts.year_first = before - text.size() == 4;
    const bool is_year = i == (parts.year_first ? 0 : 2);
    const size_t digits = before - text.size();
    if (is_year ? digits == 1 || digits == 3 : digits > 2) return std::nullopt;
    parts.numbers[i] = *number;
    if (is_year && digits == 2) parts.numbers[i] += *number < 70 ? 2000 : 1900;
    if (i == 2) break;
    if (text.empty() || (text[0] != '-' && text[0] != '/' && text[0] != '.')) return std::nullopt;
    if (separator != '\0' && text[0] != separator) return std::nullopt;
    separator = text[0];
    text.remove_prefix(1);
  }
  if (!text.empty()) return std::nullopt;
  return parts;
}

// "9:00", "09:00:00.000", "9h00", "0900", perhaps with AM or PM: minutes since midnight, up to
// 24:00.
std::optional<int> TakeClock(std::string_view& text) {
  const size_t before = text.size();
  const auto first = TakeNumber(text, 4);
  if (!first) return std::nullopt;
  int hour = *first;
  int minute = 0;
  const size_t digits = before - text.size();
  if (!text.empty() && (text[0] == ':' || text[0] == 'h' || text[0] == 'H') && digits <= 2) {
    text.remove_prefix(1);
    const size_t rest = text.size();
    const auto read = TakeNumber(text, 2);
    if (!read || rest - text.size() != 2) return std::nullopt;
    minute = *read;
    if (Take(text, ':')) {
      if (TakeNumber(text, 2) != 0) return std::nullopt;
      if (Take(text, '.') && TakeNumber(text, 9) != 0) return std::nullopt;
    }
  } else if (digits == 4) {
    hour = *first / 100;
    minute = *first % 100;
  } else {
    return std::nullopt;
  }
  std::string_view rest = text;
  TakeSpaces(rest);
  if (rest.size() >= 2 && (rest[1] == 'M' || rest[1] == 'm') &&
      (rest[0] == 'A' || rest[0] == 'a' || rest[0] == 'P' || rest[0] == 'p')) {
    if (hour < 1 || hour > 12) return std::nullopt;
    hour = hour % 12 + (rest[0] == 'P' || rest[0] == 'p' ? 12 : 0);
    text = rest.substr(2);
  }
  if (minute > 59 || hour * 60 + minute > 1440) return std::nullopt;
  return hour * 60 + minute;
}

// "Z", "+01:00", "-0500", "+01".
std::optional<int> TakeOffset(std::string_view& text) {
  if (Take(text, 'Z') || Take(text, 'z')) return 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (!negative && !text.starts_with('+')) return std::nullopt;
  std::string_view rest = text.substr(1);
  const size_t before = rest.size();
  const auto hours = TakeNumber(rest, 2);
  if (!hours || before - rest.size() != 2) return std::nullopt;
  Take(rest, ':');
  const int minutes = TakeNumber(rest, 2).value_or(0);
  if (*hours > 14 || minutes > 59) return std::nullopt;
  text = rest;
  return (negative ? -1 : 1) * (*hours * 60 + minutes);
}

// The common way, "2026-03-29" or "29/03/2026", and what stands behind it.
size_t DateLength(std::string_view text) {
  size_t length = 0;
  while (length < text.size() && (IsDigit(text[length]) || text[length] == '-' ||
                                  text[length] == '/' || text[length] == '.')) {
    ++length;
  }
  return length;
}

}  // namespace

std::optional<int32_t> ReadDate(std::string_view text, DateOrder order) {
  const auto parts = PartsOf(text);
  if (!parts) return std::nullopt;
  const auto& [a, b, c] = parts->numbers;
  if (parts->year_first) return DayNumber(a, b, c);
  return order == DateOrder::kDayFirst ? DayNumber(c, b, a) : DayNumber(c, a, b);
}

std::optional<DateOrder> OrderIn(std::string_view text) {
  const auto parts = PartsOf(text.substr(0, DateLength(text)));
  if (!parts || parts->year_first) return std::nullopt;
  const bool day_first =
      ReadDate(text.substr(0, DateLength(text)), DateOrder::kDayFirst).has_value();
  const bool month_first =
      ReadDate(text.substr(0, DateLength(text)), DateOrder::kMonthFirst).has_value();
  if (day_first == month_first) return std::nullopt;
  return day_first ? DateOrder::kDayFirst : DateOrder::kMonthFirst;
}

std::optional<TimeOfDay> ReadTime(std::string_view text, bool may_be_interval) {
  TimeOfDay time;
  const auto minute = TakeClock(text);
  if (!minute || *minute == 1440) return std::nullopt;
  time.minute = *minute;
  std::string_view rest = text;
  TakeSpaces(rest);
  if (rest.empty()) return time;
  if (may_be_interval && (rest[0] == '-' || rest.starts_with(kEnDash))) {
    std::string_view end = rest.substr(rest[0] == '-' ? 1 : kEnDash.size());
    TakeSpaces(end);
    const auto until = TakeClock(end);
    if (until && end.empty()) {
      time.until = *until == 0 ? 1440 : *until;
      if (*time.until <= time.minute) return std::nullopt;
      return time;
    }
  }
  time.offset_minutes = TakeOffset(rest);
  if (!time.offset_minutes || !rest.empty()) return std::nullopt;
  return time;
}

std::optional<DateAndTime> ReadDateAndTime(std::string_view text, DateOrder order) {
  const size_t length = DateLength(text);
  const auto day = ReadDate(text.substr(0, length), order);
  if (!day || length == text.size()) return std::nullopt;
  std::string_view rest = text.substr(length);
  const bool iso = Take(rest, 'T');
  if (!iso && !Take(rest, ' ')) return std::nullopt;
  TakeSpaces(rest);
  // Programs write an offset behind seconds, people an interval behind minutes.
  const bool with_seconds = rest.size() > 5 && rest[5] == ':';
  const auto time = ReadTime(rest, !iso && !with_seconds);
  if (!time) return std::nullopt;
  return DateAndTime{*day, *time};
}

}  // namespace wissel::metrics
