// From what is on the disk to the engine as it was: the newest snapshot that is whole, then the
// rest of the journal through Engine::Record. A damaged snapshot is passed over for an older one,
// and in the end for the whole journal; a damaged journal is an error that names the sequence.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "router/core/engine.h"
#include "router/journal/journal.h"
#include "router/service/snapshots.h"

namespace wissel {

struct Recovered {
  Engine engine;
  JournalPosition position;        // the end of the journal
  uint64_t snapshot_sequence = 0;  // of the snapshot it began with; 0: the beginning
};

// `snapshots` may be null. DATA_LOSS also for a journal that ends before a snapshot of it: it has
// lost its end.
absl::StatusOr<Recovered> Recover(JournalReader& journal, const SnapshotStore* snapshots,
                                  const EngineOptions& options);

// The same from an engine that has come as far as `start.position` by itself, such as that of a
// standby.
absl::StatusOr<Recovered> RecoverFrom(JournalReader& journal, Recovered start);

// The engine as it was at a moment: all that had happened by then, and nothing later. `position` is
// where the journal stood.
absl::StatusOr<Recovered> RecoverAt(JournalReader& journal, const SnapshotStore* snapshots,
                                    const EngineOptions& options, Instant moment);

}  // namespace wissel
