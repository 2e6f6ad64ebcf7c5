#include "router/service/recovery.h"

#include <string>
#include <utility>
#include <vector>

#include "base/runtime/log.h"
#include "base/status.h"
#include "router/journal/inspect.h"

namespace wissel {
namespace {

void PassOver(uint64_t sequence, const std::string& reason) {
  Log(LogLevel::kWarning, "a snapshot is passed over",
      {{"sequence", sequence}, {"reason", reason}});
}

// The newest snapshot, of `not_after` at the latest, that is whole and makes the engine that it was
// taken of; otherwise the beginning.
Recovered Start(const SnapshotStore* snapshots, const EngineOptions& options,
                std::optional<Instant> not_after) {
  const std::vector<uint64_t> sequences =
      snapshots == nullptr ? std::vector<uint64_t>() : snapshots->List();
  for (uint64_t sequence : sequences) {
    absl::StatusOr<Snapshot> snapshot = snapshots->Load(sequence);
    if (!snapshot.ok()) {
      PassOver(sequence, std::string(snapshot.status().message()));
      continue;
    }
    if (not_after && snapshot->state.now > *not_after) continue;
    Engine engine = Engine::Restore(std::move(snapshot->state), options);
    if (engine.Digest() != snapshot->digest) {
      PassOver(sequence, "it makes an engine with another digest");
      continue;
    }
    return {std::move(engine), snapshot->position, sequence};
  }
  return {Engine(options), JournalPosition(), 0};
}

}  // namespace

absl::StatusOr<Recovered> Recover(JournalReader& journal, const SnapshotStore* snapshots,
                                  const EngineOptions& options) {
  return RecoverFrom(journal, Start(snapshots, options, std::nullopt));
}

absl::StatusOr<Recovered> RecoverFrom(JournalReader& journal, Recovered start) {
  auto record = [&](const JournalRow&, const std::vector<Event>& events) {
    for (const Event& event : events) start.engine.Record(event);
    return absl::OkStatus();
  };
  WISSEL_ASSIGN_OR_RETURN(start.position, ReadEventsAfter(journal, start.position, record));
  return start;
}

absl::StatusOr<Recovered> RecoverAt(JournalReader& journal, const SnapshotStore* snapshots,
                                    const EngineOptions& options, Instant moment) {
  Recovered recovered = Start(snapshots, options, moment);
  bool reached = false;
  auto record = [&](const JournalRow& row, const std::vector<Event>& events) {
    // A batch has one instant.
    reached = !events.empty() && events.front().at > moment;
    if (reached) return absl::CancelledError();
    for (const Event& event : events) recovered.engine.Record(event);
    recovered.position = {row.header.last_sequence, row.hash};
    return absl::OkStatus();
  };
  const auto end = ReadEventsAfter(journal, recovered.position, record);
  if (!end.ok() && !reached) return end.status();
  return recovered;
}

}  // namespace wissel
