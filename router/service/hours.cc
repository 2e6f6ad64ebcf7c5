#include "router/service/hours.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel {
namespace {

constexpr int kMinutesInDay = 24 * 60;
constexpr int kMaxRanges = 24;
constexpr int kMaxSpecialDays = 400;
constexpr std::array<std::string_view, 7> kDays = {"monday", "tuesday",  "wednesday", "thursday",
                                                   "friday", "saturday", "sunday"};

bool AreDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int Number(std::string_view digits) {
  int number = 0;
  for (char c : digits) number = number * 10 + (c - '0');
  return number;
}

absl::StatusOr<int32_t> ReadMinute(std::string_view text, std::string_view field) {
  const bool shaped = text.size() == 5 && text[2] == ':' && AreDigits(text.substr(0, 2)) &&
                      AreDigits(text.substr(3));
  const int hour = shaped ? Number(text.substr(0, 2)) : 0;
  const int minute = shaped ? Number(text.substr(3)) : 0;
  if (!shaped || minute > 59 || hour * 60 + minute > kMinutesInDay) {
    return RefuseField(field, fmt::format("{} is no time of day", Quoted(text)),
                       "\"00:00\" to \"24:00\", to the minute");
  }
  return hour * 60 + minute;
}

absl::StatusOr<DayRange> ReadRange(const v1::OpeningHours::TimeRange& from) {
  DayRange range;
  WISSEL_ASSIGN_OR_RETURN(range.from_minute, ReadMinute(from.from(), "from"));
  WISSEL_ASSIGN_OR_RETURN(range.to_minute, ReadMinute(from.to(), "to"));
  if (range.from_minute >= range.to_minute) {
    return RefuseField("to", fmt::format("{} is not after {}", from.to(), from.from()),
                       "an end after the start; what runs past midnight is two ranges");
  }
  return range;
}

template <class Ranges>
absl::StatusOr<std::vector<DayRange>> ReadRanges(const Ranges& from) {
  WISSEL_RETURN_IF_ERROR(CheckCount(from.size(), kMaxRanges, "ranges"));
  std::vector<DayRange> ranges;
  for (int i = 0; i < from.size(); ++i) {
    const std::string field = fmt::format("ranges[{}]", i);
    absl::StatusOr<DayRange> range = ReadRange(from[i]);
    if (!range.ok()) return WithFieldPrefix(range.status(), field);
    if (!ranges.empty() && range->from_minute < ranges.back().to_minute) {
      return RefuseField(field + ".from", "the range begins before the one before it ends",
                         "ranges of a day in order and apart");
    }
    ranges.push_back(*range);
  }
  return ranges;
}

absl::StatusOr<WeeklyHours> ReadWeekly(const v1::OpeningHours::WeeklyHours& from, uint8_t& taken) {
  WeeklyHours weekly;
  if (from.days().empty()) {
    return RefuseField("days", "no day is named", "one or more of \"monday\" to \"sunday\"");
  }
  for (int i = 0; i < from.days_size(); ++i) {
    const std::string field = fmt::format("days[{}]", i);
    const auto day = std::find(kDays.begin(), kDays.end(), from.days(i));
    if (day == kDays.end()) {
      return RefuseField(field, fmt::format("{} is no day", Quoted(from.days(i))),
                         "\"monday\" to \"sunday\"");
    }
    const auto bit = static_cast<uint8_t>(1 << (day - kDays.begin()));
    if ((taken & bit) != 0) {
      return RefuseField(field, fmt::format("{} is named twice", *day),
                         "each day once, with all its ranges");
    }
    taken |= bit;
    weekly.weekdays |= bit;
  }
  WISSEL_ASSIGN_OR_RETURN(weekly.ranges, ReadRanges(from.ranges()));
  return weekly;
}

std::optional<absl::CivilDay> ParseDate(std::string_view text) {
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-' &&
                      AreDigits(text.substr(0, 4)) && AreDigits(text.substr(5, 2)) &&
                      AreDigits(text.substr(8));
  if (!shaped) return std::nullopt;
  const int year = Number(text.substr(0, 4));
  const int month = Number(text.substr(5, 2));
  const int day = Number(text.substr(8));
  const absl::CivilDay date(year, month, day);
  // A day that does not exist is normalised to another.
  if (date.year() != year || date.month() != month || date.day() != day) return std::nullopt;
  return date;
}

absl::StatusOr<SpecialDay> ReadSpecialDay(const v1::OpeningHours::SpecialDay& from) {
  if (!ParseDate(from.date())) {
    return RefuseField("date", fmt::format("{} is no date", Quoted(from.date())),
                       "a date such as \"2026-12-25\"");
  }
  SpecialDay day;
  day.date = from.date();
  WISSEL_ASSIGN_OR_RETURN(day.ranges, ReadRanges(from.ranges()));
  WISSEL_RETURN_IF_ERROR(CheckText(from.display_name(), kLongestDisplayName, "displayName"));
  day.display_name = from.display_name();
  return day;
}

std::string InWords(int32_t minute) { return fmt::format("{:02}:{:02}", minute / 60, minute % 60); }

void WriteRanges(const std::vector<DayRange>& ranges, auto* out) {
  for (const DayRange& range : ranges) {
    auto* to = out->add_ranges();
    to->set_from(InWords(range.from_minute));
    to->set_to(InWords(range.to_minute));
  }
}

absl::TimeZone ZoneOf(const OpeningHours& hours, const std::string& center_zone) {
  absl::TimeZone zone = absl::UTCTimeZone();
  absl::LoadTimeZone(hours.time_zone.empty() ? center_zone : hours.time_zone, &zone);
  return zone;
}

const std::vector<DayRange>& RangesOn(const OpeningHours& hours, absl::CivilDay day) {
  static const std::vector<DayRange> kClosed;
  for (const SpecialDay& special : hours.special_days) {
    if (ParseDate(special.date) == day) return special.ranges;
  }
  const int weekday = static_cast<int>(absl::GetWeekday(day));  // 0 is Monday
  for (const WeeklyHours& weekly : hours.weekly) {
    if ((weekly.weekdays >> weekday & 1) != 0) return weekly.ranges;
  }
  return kClosed;
}

enum class Border { kBegin, kEnd };

Instant InstantOf(absl::CivilDay day, int32_t minute, Border border, const absl::TimeZone& zone) {
  const absl::TimeZone::TimeInfo info = zone.At(absl::CivilSecond(day) + int64_t{minute} * 60);
  absl::Time time = info.pre;
  if (info.kind == absl::TimeZone::TimeInfo::SKIPPED) time = info.trans;
  if (info.kind == absl::TimeZone::TimeInfo::REPEATED && border == Border::kEnd) time = info.post;
  return Instant::FromMillis(absl::ToUnixMillis(time));
}

}  // namespace

absl::StatusOr<OpeningHours> ReadHours(const v1::OpeningHours& from) {
  OpeningHours hours;
  WISSEL_RETURN_IF_ERROR(CheckTimeZone(from.time_zone(), "timeZone"));
  hours.time_zone = from.time_zone();
  uint8_t taken = 0;
  for (int i = 0; i < from.weekly_size(); ++i) {
    absl::StatusOr<WeeklyHours> weekly = ReadWeekly(from.weekly(i), taken);
    if (!weekly.ok()) return WithFieldPrefix(weekly.status(), fmt::format("weekly[{}]", i));
    hours.weekly.push_back(*std::move(weekly));
  }
  WISSEL_RETURN_IF_ERROR(CheckCount(from.special_days_size(), kMaxSpecialDays, "specialDays"));
  std::set<std::string> dates;
  for (int i = 0; i < from.special_days_size(); ++i) {
    absl::StatusOr<SpecialDay> day = ReadSpecialDay(from.special_days(i));
    const std::string field = fmt::format("specialDays[{}]", i);
    if (!day.ok()) return WithFieldPrefix(day.status(), field);
    if (!dates.insert(day->date).second) {
      return RefuseField(field + ".date", fmt::format("{} is given twice", day->date),
                         "each date once");
    }
    hours.special_days.push_back(*std::move(day));
  }
  return hours;
}

void WriteHours(const OpeningHours& hours, v1::OpeningHours* out) {
  out->set_time_zone(hours.time_zone);
  for (const WeeklyHours& weekly : hours.weekly) {
    v1::OpeningHours::WeeklyHours* to = out->add_weekly();
    for (size_t day = 0; day < kDays.size(); ++day) {
      if ((weekly.weekdays >> day & 1) != 0) to->add_days(std::string(kDays[day]));
    }
    WriteRanges(weekly.ranges, to);
  }
  for (const SpecialDay& day : hours.special_days) {
    v1::OpeningHours::SpecialDay* to = out->add_special_days();
    to->set_date(day.date);
    to->set_display_name(day.display_name);
    WriteRanges(day.ranges, to);
  }
}

absl::Status CheckTimeZone(const std::string& zone, std::string_view field) {
  absl::TimeZone loaded;
  // absl takes more than IANA's names ("libc:localtime", file names); the contract does not.
  const bool named = zone.find(':') == std::string::npos && !zone.starts_with('/') &&
                     zone.find("..") == std::string::npos;
  if (zone.empty() || (named && absl::LoadTimeZone(zone, &loaded))) return absl::OkStatus();
  return RefuseField(field, fmt::format("{} is no time zone", Quoted(zone)),
                     "an IANA zone such as \"Europe/Brussels\"");
}

std::vector<Opening> ExpandHours(const OpeningHours& hours, const std::string& center_zone,
                                 Instant from, int days) {
  const absl::TimeZone zone = ZoneOf(hours, center_zone);
  const absl::CivilDay today = absl::ToCivilDay(absl::FromUnixMillis(from.millis()), zone);
  std::vector<Opening> openings;
  for (absl::CivilDay day = today - 1; day < today + days; ++day) {
    for (const DayRange& range : RangesOn(hours, day)) {
      const Opening opening = {InstantOf(day, range.from_minute, Border::kBegin, zone),
                               InstantOf(day, range.to_minute, Border::kEnd, zone)};
      if (opening.to <= opening.from) continue;  // fell into the hour that a clock change skips
      // What ends at midnight and goes on at midnight is one opening; so is what a doubled hour
      // makes overlap.
      if (!openings.empty() && opening.from <= openings.back().to) {
        openings.back().to = std::max(openings.back().to, opening.to);
      } else {
        openings.push_back(opening);
      }
    }
  }
  std::erase_if(openings, [from](const Opening& opening) { return opening.to <= from; });
  return openings;
}

}  // namespace wissel
