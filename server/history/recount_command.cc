#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"
#include "metrics/core/day_fold.h"
#include "metrics/core/interval_fold.h"
#include "metrics/service/calendar.h"
#include "router/journal/inspect.h"
#include "router/journal/sqlite_journal.h"
#include "server/history/history.h"
#include "server/history/open.h"

namespace wissel::history {
namespace {

// Of the events from the first to `last`.
absl::StatusOr<metrics::IntervalBatch> Count(JournalReader& journal, uint64_t last) {
  metrics::DayFold fold(metrics::Board(), metrics::LocalDay);
  metrics::IntervalFold intervals;
  intervals.Begin(fold.board());
  const auto end = ReadEventsAfter(journal, JournalPosition(),
                                   [&](const JournalRow& row, const std::vector<Event>& events) {
                                     uint64_t sequence = row.header.first_sequence;
                                     for (const Event& event : events) {
                                       if (sequence > last) break;
                                       fold.Fold(sequence++, event);
                                       intervals.Count(event, fold.board());
                                     }
                                     return absl::OkStatus();
                                   });
  if (!end.ok()) return end.status();
  return intervals.Take();
}

absl::StatusOr<uint64_t> Recount(const std::string& data) {
  WISSEL_ASSIGN_OR_RETURN(metrics::HistoryTables tables, OpenIn(data));
  WISSEL_ASSIGN_OR_RETURN(const auto journal, OpenSqliteReader(data));
  uint64_t events = 0;
  WISSEL_RETURN_IF_ERROR(tables.Recount([&](uint64_t last) {
    events = last;
    return Count(*journal, last);
  }));
  return events;
}

}  // namespace

int RunRecount(const std::string& data) {
  const auto events = Recount(data);
  if (!events.ok()) return Fail(events.status());
  fmt::print("{} events counted anew\n", *events);
  return 0;
}

}  // namespace wissel::history
