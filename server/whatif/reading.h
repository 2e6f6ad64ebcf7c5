// A period out of the journal in a data folder, in use or not.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "forecasting/core/recording.h"
#include "forecasting/core/tally.h"

namespace wissel::whatif {

// Figures are kept by intervals of so long.
inline constexpr Duration kInterval = Duration::Minutes(15);

struct Reading {
  forecasting::Recording recording;
  forecasting::Tally figures;  // of what was recorded
};

// Of a reading while it goes on.
struct ReadingWatch {
  // OUT_OF_RANGE when the period has more.
  uint64_t most_events = std::numeric_limits<uint64_t>::max();
  // Told from time to time which share of the journal's rest is read, 0 to 1; ends the reading when
  // it is not OK.
  std::function<absl::Status(double)> progress = [](double) { return absl::OkStatus(); };
};

// Of all that happened after `from` (none: from when work or people first came) and up to `until`
// (none: to the end). NOT_FOUND when nothing did; FAILED_PRECONDITION, naming the sequence, when
// this version of the engine does not come to what the journal says.
absl::StatusOr<Reading> ReadPeriod(const std::string& data, std::optional<Instant> from,
                                   std::optional<Instant> until, const ReadingWatch& watch = {});

}  // namespace wissel::whatif
