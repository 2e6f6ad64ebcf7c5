#include "router/journal/inspect.h"

#include "base/status.h"
#include "fmt/format.h"
#include "router/core/describe.h"
#include "router/core/engine.h"
#include "router/journal/address.h"
#include "router/journal/codec.h"
#include "router/journal/sqlite_journal.h"

namespace wissel {
namespace {

absl::Status At(uint64_t sequence, std::string_view what) {
  return absl::DataLossError(
      fmt::format("the journal is damaged at sequence {}: {}", sequence, what));
}

// Ends a reading that has seen enough.
absl::Status Enough() { return absl::CancelledError(); }

}  // namespace

absl::StatusOr<JournalPosition> ReadEventsAfter(
    JournalReader& reader, const JournalPosition& position,
    const std::function<absl::Status(const JournalRow&, const std::vector<Event>&)>& visit) {
  return reader.ReadAfter(position, [&](const JournalRow& row) -> absl::Status {
    const uint64_t first = row.header.first_sequence;
    absl::StatusOr<std::vector<Event>> events = DecodeBatch(row.payload);
    if (!events.ok()) return At(first, std::string(events.status().message()));
    if (events->size() != row.header.last_sequence - first + 1)
      return At(first, fmt::format("its row has {} events", events->size()));
    return visit(row, *events);
  });
}

absl::StatusOr<JournalReport> VerifyJournal(const std::string& address) {
  WISSEL_ASSIGN_OR_RETURN(auto reader, OpenJournalReader(address));
  if (!IsPostgresUrl(address)) WISSEL_RETURN_IF_ERROR(CheckSqlitePages(address));
  JournalReport report;
  uint64_t epoch = 0;
  auto visit = [&](const JournalRow& row, const std::vector<Event>& events) -> absl::Status {
    uint64_t sequence = row.header.first_sequence;
    for (const Event& event : events) {
      if (report.last_at && event.at < *report.last_at)
        return At(sequence, "its time is before the event before it");
      if (!report.first_at) report.first_at = event.at;
      report.last_at = event.at;
      ++sequence;
    }
    ++report.batches;
    report.events += events.size();
    report.payload_bytes += row.payload.size();
    if (row.header.epoch != epoch) ++report.epochs;
    epoch = row.header.epoch;
    return absl::OkStatus();
  };
  WISSEL_ASSIGN_OR_RETURN(report.end, ReadEventsAfter(*reader, JournalPosition(), visit));
  return report;
}

absl::Status DumpJournal(const std::string& address, uint64_t from, std::optional<uint64_t> to,
                         std::ostream& out) {
  WISSEL_ASSIGN_OR_RETURN(auto reader, OpenJournalReader(address));
  Engine engine;
  auto visit = [&](const JournalRow& row, const std::vector<Event>& events) -> absl::Status {
    uint64_t sequence = row.header.first_sequence;
    for (const Event& event : events) {
      if (to && sequence > *to) return Enough();
      engine.Record(event);
      if (sequence >= from) {
        out << fmt::format("{} {} {}\n", sequence, FormatInstant(event.at),
                           Describe(event, engine.directory()));
      }
      ++sequence;
    }
    return absl::OkStatus();
  };
  const absl::Status status = ReadEventsAfter(*reader, JournalPosition(), visit).status();
  return absl::IsCancelled(status) ? absl::OkStatus() : status;
}

}  // namespace wissel
