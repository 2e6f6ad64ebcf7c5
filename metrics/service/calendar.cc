#include "metrics/service/calendar.h"

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "metrics/core/radar/week_profile.h"

namespace wissel::metrics {
namespace {

Instant Midnight(absl::CivilDay day, const absl::TimeZone& zone) {
  const absl::TimeZone::TimeInfo info = zone.At(absl::CivilSecond(day));
  const bool skipped = info.kind == absl::TimeZone::TimeInfo::SKIPPED;
  return Instant::FromMillis(absl::ToUnixMillis(skipped ? info.trans : info.pre));
}

absl::TimeZone ZoneOf(const std::string& time_zone) {
  absl::TimeZone zone = absl::UTCTimeZone();
  return absl::LoadTimeZone(time_zone, &zone) ? zone : absl::UTCTimeZone();
}

}  // namespace

int LocalQuarterOfWeek(Instant t, const std::string& time_zone) {
  const absl::CivilMinute minute =
      absl::ToCivilMinute(absl::FromUnixMillis(t.millis()), ZoneOf(time_zone));
  const int weekday = static_cast<int>(absl::GetWeekday(minute));  // 0 = Monday
  return weekday * kQuartersOfDay + (minute.hour() * 60 + minute.minute()) / 15;
}

Day LocalDay(Instant t, const std::string& time_zone) {
  const absl::TimeZone zone = ZoneOf(time_zone);
  const absl::CivilDay day(absl::ToCivilDay(absl::FromUnixMillis(t.millis()), zone));
  return {Midnight(day, zone), Midnight(day + 1, zone)};
}

}  // namespace wissel::metrics
