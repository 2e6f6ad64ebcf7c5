// Days in a time zone. Pure but for the system's tz database; thread-safe.
#pragma once

#include <string>

#include "metrics/core/day_fold.h"

namespace wissel::metrics {

// The local day that `t` belongs to, from midnight to midnight; where a clock change skips
// midnight, from the moment of the change. A zone that this machine does not know counts as UTC.
Day LocalDay(Instant t, const std::string& time_zone);

// The quarter of the local week, 0 = Monday 00:00; for QuarterOfWeek. A zone that this machine does
// not know counts as UTC.
int LocalQuarterOfWeek(Instant t, const std::string& time_zone);

}  // namespace wissel::metrics
