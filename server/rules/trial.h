// A recorded period again under other rules, with the figures of both side by side. The machinery
// is `wissel whatif`'s (server/whatif); the answer is RulesService's.
//
// Reads the journal in the data folder of a server that runs or not, on the calling thread; writes
// nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "wissel/v1/rules.pb.h"

namespace wissel::rules {

// The longest period, and the most events in it.
inline constexpr Duration kLongestTrial = Duration::Hours(24);
inline constexpr uint64_t kMostTrialEvents = 5'000'000;

struct TrialOptions {
  std::string data;
  std::string yaml;  // a center file
  Instant from;
  Instant until;
  uint64_t seed = 1;
  std::vector<std::string> not_tried;  // what would be deleted
};

// Told how far it is; ends the trial when it is not OK.
using TrialProgress = std::function<absl::Status(const v1::DryRunUpdate::Progress&)>;

// INVALID_ARGUMENT on `rules` with a line for each problem, on `endTime` for a period that is none;
// OUT_OF_RANGE for one that is too long; otherwise as whatif/reading.h says.
absl::StatusOr<v1::DryRunUpdate::Result> RunTrial(const TrialOptions& options,
                                                  const TrialProgress& progress);

// "412 items would have waited 8 s less, 31 would have waited 4 s longer, 690 the same; worst hit
// is queues/web (12 longer)."
std::string Headline(const v1::DryRunUpdate::Result& result);

}  // namespace wissel::rules
