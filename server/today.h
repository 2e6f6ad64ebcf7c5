// The live board as it stands at a start: the day's counters go on where the last process left
// them, because they are a fold over the journal.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "metrics/core/board.h"
#include "router/journal/journal.h"
#include "router/service/snapshots.h"

namespace wissel::server {

// The board at the end of the journal, from the newest snapshot before today's midnight (in the
// zone of the center) or else from the beginning. Nothing when that is too far back to be worth the
// wait: the day's counters then begin with the process. `snapshots` may be null.
absl::StatusOr<std::optional<metrics::Board>> BoardOfToday(JournalReader& journal,
                                                           const SnapshotStore* snapshots,
                                                           Instant now,
                                                           const std::string& time_zone);

}  // namespace wissel::server
