#include "integration/events/follower.h"

#include <utility>
#include <vector>

#include "base/runtime/log.h"
#include "base/status.h"
#include "router/journal/inspect.h"

namespace wissel::events {

Follower Follower::From(const std::string& source, const SnapshotStore* snapshots,
                        uint64_t sequence) {
  const std::vector<uint64_t> kept =
      snapshots == nullptr ? std::vector<uint64_t>() : snapshots->List();
  for (uint64_t at : kept) {
    if (at > sequence) continue;
    absl::StatusOr<Snapshot> snapshot = snapshots->Load(at);
    if (snapshot.ok()) {
      return Follower(Publisher(source, Book::Of(snapshot->state)), snapshot->position);
    }
    Log(LogLevel::kWarning, "a snapshot is passed over",
        {{"sequence", at}, {"reason", std::string(snapshot.status().message())}});
  }
  return Follower(Publisher(source, Book()), JournalPosition());
}

absl::StatusOr<bool> Follower::ReadOn(JournalReader& journal, size_t most_rows, uint64_t after,
                                      std::deque<PublishedPtr>& found) {
  size_t rows = 0;
  bool enough = false;
  const auto end =
      ReadEventsAfter(journal, position_,
                      [&](const JournalRow& row, const std::vector<Event>& events) -> absl::Status {
                        uint64_t sequence = row.header.first_sequence;
                        for (const Event& event : events) {
                          if (sequence <= after) {
                            publisher_.Pass(event);
                          } else if (PublishedPtr published = publisher_.Publish(sequence, event)) {
                            found.push_back(std::move(published));
                          }
                          ++sequence;
                        }
                        position_ = {row.header.last_sequence, row.hash};
                        enough = ++rows == most_rows;
                        return enough ? absl::CancelledError() : absl::OkStatus();
                      });
  if (!end.ok() && !enough) return end.status();
  return enough;
}

}  // namespace wissel::events
