// The words of the scenario language: durations, times of day, what an item needs, what a queue, a
// profile and an agent are. README.md lists them. A line that is not understood is
// INVALID_ARGUMENT.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "router/core/command.h"
#include "router/core/directory.h"

namespace wissel::scenario {

// 2026-11-21T00:00:00Z: the day on which all scenarios play.
inline constexpr Instant kMidnight = Instant::FromMillis(1'795'219'200'000);

absl::Status NotUnderstood(std::string_view text, std::string_view as);

// Split at `separator`, each part trimmed.
std::vector<std::string> Parts(std::string_view text, std::string_view separator);
std::string Trim(std::string_view text);
// Takes `prefix` off; false: it is not there, and nothing changes.
bool TakePrefix(std::string& text, std::string_view prefix);
absl::StatusOr<int64_t> ReadNumber(std::string_view text);
// "20 s", "1 h 30 min"
absl::StatusOr<Duration> ReadDuration(std::string_view text);
// "09:00:20", "09:00", "next day 09:00"
absl::StatusOr<Instant> ReadTime(std::string_view text);
absl::StatusOr<Channel> ReadChannel(std::string_view text);

// "french >= 3 and prefers dutch x 2 where team is brussels; then after 30 s french"
absl::StatusOr<Requirement> ReadRequirement(std::string_view text, const Directory& directory);
// "voice 1 of 100, email 3 of 30 interrupted by voice, 100 units, ranks phone 2, helps mail after
// 60 s"
absl::StatusOr<RoutingProfile> ReadProfile(std::string_view name, std::string_view text,
                                           const Directory& directory);
// "french 5, profile blended, team brussels, city ghent"
absl::StatusOr<AgentConfig> ReadAgent(std::string_view name, std::string_view text,
                                      const Directory& directory);
// "grace 60 s, lost work completes, away reasons break/meal"
absl::StatusOr<CenterConfig> ReadCenter(std::string_view text, CenterConfig center);

struct QueueWords {
  ConfigureQueue command;
  std::vector<Opening> openings;
};
// "voice, answer within 20 s, band 3, open 09:00-12:00, when closed hold, needs french >= 3"
absl::StatusOr<QueueWords> ReadQueue(std::string_view name, std::string_view text,
                                     const Directory& directory);

}  // namespace wissel::scenario
