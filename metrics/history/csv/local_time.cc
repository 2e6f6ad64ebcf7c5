#include "metrics/history/csv/local_time.h"

#include <cstdlib>

#include "absl/time/civil_time.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel::metrics {
namespace {

constexpr absl::CivilDay kEpoch(1970, 1, 1);

absl::CivilDay CivilOf(int32_t day) { return kEpoch + day; }

}  // namespace

std::optional<int32_t> DayNumber(int year, int month, int day) {
  if (year < 1970 || year > 2199 || month < 1 || month > 12 || day < 1 || day > 31) {
    return std::nullopt;
  }
  const absl::CivilDay civil(year, month, day);
  if (civil.day() != day) return std::nullopt;  // 31 April
  return static_cast<int32_t>(civil - kEpoch);
}

std::string DayText(int32_t day) {
  const absl::CivilDay civil = CivilOf(day);
  return fmt::format("{:04}-{:02}-{:02}", civil.year(), civil.month(), civil.day());
}

absl::StatusOr<LocalTime> LocalTime::In(const std::string& zone) {
  absl::TimeZone found;
  if (zone.empty() || !absl::LoadTimeZone(zone, &found)) {
    return RefuseField("zone", fmt::format("there is no time zone \"{}\"", zone),
                       "a name of the tz database, Europe/Brussels");
  }
  return LocalTime(found, zone);
}

LocalTime::Moments LocalTime::Ask(int32_t day, int minute) const {
  const absl::CivilSecond civil = absl::CivilSecond(CivilOf(day)) + int64_t{minute} * 60;
  const absl::TimeZone::TimeInfo info = zone_.At(civil);
  switch (info.kind) {
    case absl::TimeZone::TimeInfo::UNIQUE:
      return {Moments::Kind::kOnce, absl::ToUnixSeconds(info.pre), 0};
    case absl::TimeZone::TimeInfo::REPEATED:
      return {Moments::Kind::kTwice, absl::ToUnixSeconds(info.pre), absl::ToUnixSeconds(info.post)};
    case absl::TimeZone::TimeInfo::SKIPPED:
      break;
  }
  return {Moments::Kind::kNever, absl::ToUnixSeconds(info.trans), 0};
}

LocalTime::Moments LocalTime::At(int32_t day, int minute) {
  if (day != day_) {
    const Moments begin = Ask(day, 0);
    const Moments end = Ask(day + 1, 0);
    day_ = day;
    plain_ = begin.kind == Moments::Kind::kOnce && end.kind == Moments::Kind::kOnce &&
             end.first_s - begin.first_s == 86'400;
    midnight_s_ = begin.first_s;
  }
  if (!plain_) return Ask(day, minute);
  return {Moments::Kind::kOnce, midnight_s_ + int64_t{minute} * 60, 0};
}

LocalTime::Wall LocalTime::WallAt(int64_t utc_s) const {
  const absl::TimeZone::CivilInfo info = zone_.At(absl::FromUnixSeconds(utc_s));
  return {static_cast<int32_t>(absl::CivilDay(info.cs) - kEpoch),
          info.cs.hour() * 60 + info.cs.minute(), info.offset / 60};
}

std::string StampText(const LocalTime& time, int64_t utc_s) {
  const LocalTime::Wall wall = time.WallAt(utc_s);
  const int offset = std::abs(wall.offset_minutes);
  return fmt::format("{}T{:02}:{:02}:00{}{:02}:{:02}", DayText(wall.day), wall.minute / 60,
                     wall.minute % 60, wall.offset_minutes < 0 ? '-' : '+', offset / 60,
                     offset % 60);
}

}  // namespace wissel::metrics
