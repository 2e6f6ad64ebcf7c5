// The live board and the pace of waits as they stand at a start: they go on where the last process
// left them, because they are folds over the journal.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "metrics/core/board.h"
#include "router/core/pace.h"
#include "router/journal/journal.h"
#include "router/service/snapshots.h"

namespace wissel::server {

struct Today {
  metrics::Board board;
  Pace pace;
};

// As of the end of the journal, from the newest snapshot before today's midnight (in the zone of
// the center) or else from the beginning. Nothing when that is too far back to be worth the wait:
// the day's counters then begin with the process. `snapshots` may be null.
absl::StatusOr<std::optional<Today>> FoldToday(JournalReader& journal,
                                               const SnapshotStore* snapshots, Instant now,
                                               const std::string& time_zone);

}  // namespace wissel::server
