// Names, dates and etags of what planners make, as they stand in requests. Pure.
//
// A name or date of the wrong form is INVALID_ARGUMENT on `field`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"

namespace wissel::forecasting {

// Collections, as in names and as kinds of the store.
inline constexpr std::string_view kForecasts = "forecasts";
inline constexpr std::string_view kPlanningEvents = "planningEvents";
inline constexpr std::string_view kOverrides = "overrides";
inline constexpr std::string_view kRequiredStaff = "requiredStaff";
inline constexpr std::string_view kSimulations = "simulations";
inline constexpr std::string_view kSchedules = "schedules";
inline constexpr std::string_view kShiftSwaps = "shiftSwaps";
inline constexpr std::string_view kShiftOffers = "shiftOffers";
inline constexpr std::string_view kScheduleChanges = "scheduleChanges";

// 12 of "forecasts/12".
absl::StatusOr<uint64_t> NumberOf(std::string_view collection, std::string_view name,
                                  std::string_view field);
std::string NameOf(std::string_view collection, uint64_t number);

// A local day, "2026-12-01", between 1990 and 2100.
absl::StatusOr<absl::CivilDay> ReadDay(std::string_view text, std::string_view field);
std::string WriteDay(absl::CivilDay day);

// The days from `start` to `end`, the last one included; `end` left out: the first alone. At most
// `most` days.
struct Days {
  absl::CivilDay first;
  absl::CivilDay last;

  bool Meet(const Days& other) const { return first <= other.last && other.first <= last; }
  int64_t count() const { return last - first + 1; }
};
absl::StatusOr<Days> ReadDays(std::string_view start, std::string_view end, int64_t most);

// ABORTED on `etag` when it is given and is not the newest.
absl::Status CheckEtag(std::string_view given, std::string_view newest);
std::string NextEtag(std::string_view etag);

// Text for people that must be given: 1 to `most` characters.
absl::Status CheckGiven(std::string_view text, size_t most, std::string_view field);

}  // namespace wissel::forecasting
