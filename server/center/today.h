// The live board, the radar, the history's last counts, the pace of waits and what agents did as
// they stand at a start: they go on where the last process left them, because they are folds over
// the journal.
#pragma once

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "forecasting/service/presence_record.h"
#include "metrics/service/live.h"
#include "router/core/pace.h"
#include "router/journal/journal.h"
#include "router/service/snapshots.h"

namespace wissel::server {

struct Today {
  metrics::LiveState live;
  Pace pace;
  forecasting::PresenceRecord presences;
};

// What the past says that is not in the journal of today.
struct Before {
  uint64_t history_sequence = 0;  // the history is folded up to here
  std::shared_ptr<const metrics::Profiles> profiles = std::make_shared<metrics::Profiles>();
};

// As of the end of the journal, from the newest snapshot before today's midnight (in the zone of
// the center) or else from the beginning. Nothing when that is too far back to be worth the wait:
// the day's counters then begin with the process. `snapshots` may be null.
//
// The same pass counts for the history what came after `history_sequence`, so it begins before that
// too; where that is too far back, today's books go before, and what lies between stays uncounted.
// The radar looks at the last six hours.
absl::StatusOr<std::optional<Today>> FoldToday(JournalReader& journal,
                                               const SnapshotStore* snapshots, Instant now,
                                               const std::string& time_zone, const Before& before);

}  // namespace wissel::server
