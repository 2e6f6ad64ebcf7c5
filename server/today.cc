#include "server/today.h"

#include <utility>

#include "base/status.h"
#include "metrics/core/day_fold.h"
#include "metrics/service/calendar.h"
#include "router/journal/inspect.h"

namespace wissel::server {
namespace {

// A fold of a few seconds.
constexpr uint64_t kMostEvents = 5'000'000;

struct Base {
  Today today;
  JournalPosition position;
};

// Where to begin: a snapshot of the day before or earlier, or the beginning.
Base FindBase(const SnapshotStore* snapshots, Instant midnight) {
  if (snapshots == nullptr) return {};
  for (uint64_t sequence : snapshots->List()) {
    auto snapshot = snapshots->Load(sequence);
    if (!snapshot.ok() || snapshot->state.now >= midnight) continue;
    const JournalPosition position = snapshot->position;
    const Engine engine = Engine::Restore(std::move(snapshot->state));
    return {{metrics::Board(engine, position.sequence), Pace(engine)}, position};
  }
  return {};
}

}  // namespace

absl::StatusOr<std::optional<Today>> FoldToday(JournalReader& journal,
                                               const SnapshotStore* snapshots, Instant now,
                                               const std::string& time_zone) {
  WISSEL_ASSIGN_OR_RETURN(const JournalTail tail, journal.Tail());
  Base base = FindBase(snapshots, metrics::LocalDay(now, time_zone).start);
  if (tail.end.sequence - base.position.sequence > kMostEvents) return std::nullopt;
  metrics::DayFold fold(std::move(base.today.board), metrics::LocalDay);
  Pace& pace = base.today.pace;
  const auto fold_row = [&](const JournalRow& row, const std::vector<Event>& events) {
    uint64_t sequence = row.header.first_sequence;
    for (const Event& event : events) {
      fold.Fold(sequence++, event);
      pace.Fold(event);
    }
    return absl::OkStatus();
  };
  auto end = ReadEventsAfter(journal, base.position, fold_row);
  if (!end.ok()) return std::move(end).status();
  fold.Advance(now);
  return Today{fold.board(), std::move(pace)};
}

}  // namespace wissel::server
