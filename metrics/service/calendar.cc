#include "metrics/service/calendar.h"

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace wissel::metrics {
namespace {

Instant Midnight(absl::CivilDay day, const absl::TimeZone& zone) {
  const absl::TimeZone::TimeInfo info = zone.At(absl::CivilSecond(day));
  const bool skipped = info.kind == absl::TimeZone::TimeInfo::SKIPPED;
  return Instant::FromMillis(absl::ToUnixMillis(skipped ? info.trans : info.pre));
}

}  // namespace

Day LocalDay(Instant t, const std::string& time_zone) {
  absl::TimeZone zone = absl::UTCTimeZone();
  if (!absl::LoadTimeZone(time_zone, &zone)) zone = absl::UTCTimeZone();
  const absl::CivilDay day(absl::ToCivilDay(absl::FromUnixMillis(t.millis()), zone));
  return {Midnight(day, zone), Midnight(day + 1, zone)};
}

}  // namespace wissel::metrics
