// Opening hours: read and checked, and worked out in their time zone into openings as instants, so
// that the engine needs no time-zone database. Pure but for the system's tz database.
//
// Where a clock change moves a border of an opening: a local time that does not exist counts as the
// moment of the change; of one that comes twice, an opening begins at the first and ends at the
// second. An opening is never shorter than its hours say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "router/core/config.h"
#include "wissel/v1/config.pb.h"

namespace wissel {

// As far ahead as openings are given to the engine.
inline constexpr int kOpeningDays = 28;

// Without the closed action, which stands beside the hours in the core.
absl::StatusOr<OpeningHours> ReadHours(const v1::OpeningHours& hours);
void WriteHours(const OpeningHours& hours, v1::OpeningHours* out);

// "" passes: the center's zone.
absl::Status CheckTimeZone(const std::string& zone, std::string_view field);

// The openings that end after `from`, of `days` local days and the one before: in order, apart. A
// zone that this machine does not know counts as UTC.
std::vector<Opening> ExpandHours(const OpeningHours& hours, const std::string& center_zone,
                                 Instant from, int days = kOpeningDays);

}  // namespace wissel
