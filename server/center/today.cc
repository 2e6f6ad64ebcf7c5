#include "server/center/today.h"

#include <utility>

#include "base/status.h"
#include "metrics/core/day_fold.h"
#include "metrics/service/calendar.h"
#include "router/journal/inspect.h"

namespace wissel::server {
namespace {

// A fold of a few seconds.
constexpr uint64_t kMostEvents = 5'000'000;
constexpr Duration kRadarLooksBack = Duration::Hours(6);
// Shorter than this without an event, the center may well have been at work.
constexpr Duration kWasAway = Duration::Minutes(5);

struct Base {
  metrics::Board board;
  Pace pace;
  forecasting::PresenceRecord presences;
  JournalPosition position;
};

// Where to begin: a snapshot of before midnight and not after `sequence`, or the beginning.
Base FindBase(const SnapshotStore* snapshots, Instant midnight, uint64_t latest) {
  if (snapshots == nullptr) return {};
  for (uint64_t sequence : snapshots->List()) {
    if (sequence > latest) continue;
    auto snapshot = snapshots->Load(sequence);
    if (!snapshot.ok() || snapshot->state.now >= midnight) continue;
    const JournalPosition position = snapshot->position;
    const Engine engine = Engine::Restore(std::move(snapshot->state));
    return {metrics::Board(engine, position.sequence), Pace(engine),
            forecasting::PresenceRecord(engine), position};
  }
  return {};
}

}  // namespace

absl::StatusOr<std::optional<Today>> FoldToday(JournalReader& journal,
                                               const SnapshotStore* snapshots, Instant now,
                                               const std::string& time_zone, const Before& before) {
  WISSEL_ASSIGN_OR_RETURN(const JournalTail tail, journal.Tail());
  const Instant midnight = metrics::LocalDay(now, time_zone).start;
  const auto too_far = [&](const Base& base) {
    return tail.end.sequence - base.position.sequence > kMostEvents;
  };
  Base base = FindBase(snapshots, midnight, before.history_sequence);
  if (too_far(base)) base = FindBase(snapshots, midnight, UINT64_MAX);
  if (too_far(base)) return std::nullopt;

  metrics::IntervalFold intervals;
  intervals.Begin(base.board);
  metrics::Radar radar({}, metrics::LocalQuarterOfWeek);
  radar.SetProfiles(before.profiles);
  radar.Begin(now - kRadarLooksBack);
  metrics::DayFold fold(std::move(base.board), metrics::LocalDay);
  Instant last_at;
  const auto fold_row = [&](const JournalRow& row, const std::vector<Event>& events) {
    uint64_t sequence = row.header.first_sequence;
    for (const Event& event : events) {
      radar.Fold(event, fold.board());
      fold.Fold(sequence, event);
      base.pace.Fold(event);
      base.presences.Fold(event);
      if (sequence > before.history_sequence) intervals.Count(event, fold.board());
      if (sequence == before.history_sequence) intervals.Begin(fold.board());
      last_at = event.at;
      ++sequence;
    }
    return absl::OkStatus();
  };
  auto end = ReadEventsAfter(journal, base.position, fold_row);
  if (!end.ok()) return std::move(end).status();
  // A history that is ahead of the journal belongs to a later copy of it.
  if (before.history_sequence > end->sequence) intervals.Begin(fold.board());
  fold.Advance(now);
  if (now - last_at > kWasAway) radar.Interrupt(now, fold.board());
  return Today{{fold.board(), std::move(intervals), std::move(radar)},
               std::move(base.pace),
               std::move(base.presences)};
}

}  // namespace wissel::server
