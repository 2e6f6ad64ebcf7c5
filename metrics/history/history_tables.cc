#include "metrics/history/history_tables.h"

#include <utility>

#include "agents/core/channel.h"
#include "base/status.h"
#include "fmt/format.h"
#include "metrics/history/history_schema.h"

namespace wissel::metrics {
namespace {

#define WISSEL_ADDED(column) #column " = had." #column " + excluded." #column
#define WISSEL_ADD_BOOKS \
  WISSEL_ADDED(arrivals) \
  ", " WISSEL_ADDED(offered) ", " WISSEL_ADDED(answered) ", " WISSEL_ADDED(answered_in_time)      \
      ", " WISSEL_ADDED(abandoned) ", " WISSEL_ADDED(short_abandoned) ", " WISSEL_ADDED(          \
          ended_otherwise) ", " WISSEL_ADDED(completed) ", " WISSEL_ADDED(wait_ms) ", " WISSEL_ADDED( \
          handle_ms) ", " WISSEL_ADDED(hold_ms) ", " WISSEL_ADDED(wrap_ms)
constexpr const char* kAddQueue =
    "INSERT INTO intervals AS had VALUES (CAST(?1 AS TEXT), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
    "?11, ?12,"
    " ?13, ?14, ?15) ON CONFLICT (queue, start) DO UPDATE SET " WISSEL_ADD_BOOKS
    ", waiting = excluded.waiting";
constexpr const char* kAddChannel =
    "INSERT INTO channels AS had VALUES (CAST(?1 AS TEXT), CAST(?2 AS TEXT), ?3, ?4, ?5, ?6, ?7, "
    "?8, ?9,"
    " ?10, ?11, ?12, ?13, ?14, ?15) ON CONFLICT (queue, channel, start) DO UPDATE"
    " SET " WISSEL_ADD_BOOKS;
constexpr const char* kAddTopic =
    "INSERT INTO topics AS had VALUES (CAST(?1 AS TEXT), CAST(?2 AS TEXT), ?3, ?4)"
    " ON CONFLICT (queue, topic, start) DO UPDATE SET " WISSEL_ADDED(arrivals);

uint64_t SecondsOf(Instant t) { return static_cast<uint64_t>(t.millis() / 1000); }
sql::Statement& BindText(sql::Statement& statement, int parameter, const std::string& text) {
  return statement.Bind(parameter, text.data(), text.size());
}
uint64_t Count(int64_t number) { return static_cast<uint64_t>(number); }

// The twelve columns of the books, from `parameter` on.
void BindBooks(sql::Statement& add, int parameter, const IntervalCounts& counts) {
  const DayCounters& c = counts.counters;
  const int64_t numbers[] = {
      counts.arrivals,       c.offered,           c.answered,
      c.answered_in_time,    c.abandoned,         c.short_abandoned,
      c.ended_otherwise,     c.completed,         c.answered_wait_sum.millis(),
      c.handle_sum.millis(), c.hold_sum.millis(), c.wrap_sum.millis()};
  for (int64_t number : numbers) add.Bind(parameter++, Count(number));
}

}  // namespace

absl::StatusOr<HistoryTables> HistoryTables::Open(const sql::Place& place) {
  WISSEL_ASSIGN_OR_RETURN(sql::Connection connection, OpenHistory(place));
  WISSEL_ASSIGN_OR_RETURN(ImportedTable imported, ImportedTable::Prepare(connection));
  WISSEL_ASSIGN_OR_RETURN(MarkTable marks, MarkTable::Prepare(connection));
  HistoryTables tables(std::move(connection), std::move(imported), std::move(marks));
  WISSEL_RETURN_IF_ERROR(tables.Prepare());
  return tables;
}

absl::Status HistoryTables::Prepare() {
  const std::pair<sql::Statement*, const char*> statements[] = {
      {&s_.sequence, "SELECT sequence FROM position"},
      {&s_.set_sequence, "UPDATE position SET sequence = ?1"},
      {&s_.zone, "SELECT value FROM settings WHERE name = 'time_zone'"},
      {&s_.set_zone,
       "INSERT INTO settings VALUES ('time_zone', CAST(?1 AS TEXT))"
       " ON CONFLICT (name) DO UPDATE SET value = excluded.value"},
      {&s_.add_queue, kAddQueue},
      {&s_.add_channel, kAddChannel},
      {&s_.add_topic, kAddTopic},
      {&s_.add_alive, "INSERT INTO alive VALUES (?1) ON CONFLICT DO NOTHING"},
      // Of format 1: hold and wrap-up are not known apart.
      {&s_.read,
       "SELECT *, hold_ms IS NULL FROM intervals WHERE start >= ?2 AND start < ?3"
       " AND (length(?1) = 0 OR queue = CAST(?1 AS TEXT)) ORDER BY queue, start"},
      {&s_.read_channel,
       "SELECT * FROM channels WHERE queue = CAST(?1 AS TEXT) AND channel = CAST(?4 AS TEXT)"
       " AND start >= ?2 AND start < ?3 ORDER BY start"},
      {&s_.read_topic,
       "SELECT start, arrivals FROM topics WHERE queue = CAST(?1 AS TEXT)"
       " AND topic = CAST(?4 AS TEXT) AND start >= ?2 AND start < ?3 ORDER BY start"},
      {&s_.first, "SELECT MIN(start), COUNT(*) FROM intervals WHERE queue = CAST(?1 AS TEXT)"},
      {&s_.counted,
       "SELECT start FROM intervals WHERE queue = CAST(?1 AS TEXT) AND start >= ?2 AND start < ?3"},
      {&s_.alive, "SELECT start FROM alive WHERE start >= ?1 AND start < ?2"},
      {&s_.queue_counts,
       "SELECT queue, start, arrivals,"
       " (SELECT MIN(start) FROM intervals f WHERE f.queue = i.queue)"
       " FROM intervals i WHERE start >= ?1 AND start < ?2 ORDER BY queue, start"},
      {&s_.topic_counts,
       "SELECT queue, start, arrivals,"
       " (SELECT MIN(start) FROM topics f WHERE f.queue = t.queue AND f.topic = t.topic), topic"
       " FROM topics t WHERE start >= ?1 AND start < ?2 ORDER BY queue, topic, start"},
      {&s_.queues,
       "SELECT DISTINCT queue FROM intervals UNION SELECT queue FROM series ORDER BY 1"},
  };
  for (const auto& [statement, sql] : statements) {
    WISSEL_ASSIGN_OR_RETURN(*statement, connection_.Prepare(sql));
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> HistoryTables::Sequence() {
  auto row = s_.sequence.Step();
  if (!row.ok()) return std::move(row).status();
  const uint64_t sequence = s_.sequence.Number(0);
  s_.sequence.Reset();
  return sequence;
}

absl::Status HistoryTables::SetSequence(uint64_t sequence) {
  return s_.set_sequence.Bind(1, sequence).Run();
}

absl::StatusOr<std::string> HistoryTables::TimeZone() {
  const auto row = s_.zone.Step();
  std::string zone(row.ok() && *row ? s_.zone.Bytes(0) : std::string_view());
  s_.zone.Reset();
  if (!row.ok()) return row.status();
  return zone;
}

absl::Status HistoryTables::Add(const IntervalBatch& batch) {
  return Transact(connection_, [&]() -> absl::Status {
    WISSEL_ASSIGN_OR_RETURN(const uint64_t sequence, Sequence());
    if (sequence != batch.after) {
      return absl::AbortedError(fmt::format("the history stands at {}, the counts begin after {}",
                                            sequence, batch.after));
    }
    WISSEL_RETURN_IF_ERROR(AddRows(batch));
    return SetSequence(batch.sequence);
  });
}

absl::Status HistoryTables::Recount(
    const std::function<absl::StatusOr<IntervalBatch>(uint64_t sequence)>& count) {
  return Transact(connection_, [&]() -> absl::Status {
    WISSEL_ASSIGN_OR_RETURN(const uint64_t sequence, Sequence());
    WISSEL_ASSIGN_OR_RETURN(const IntervalBatch batch, count(sequence));
    if (batch.after != 0 || batch.sequence != sequence) {
      return absl::FailedPreconditionError(
          fmt::format("the history stands at event {}, and the journal has {} to {}", sequence,
                      batch.after + 1, batch.sequence));
    }
    WISSEL_RETURN_IF_ERROR(
        connection_.Run("DELETE FROM intervals; DELETE FROM channels; DELETE FROM topics;"));
    return AddRows(batch);
  });
}

absl::Status HistoryTables::AddRows(const IntervalBatch& batch) {
  for (const auto& [key, counts] : batch.queues) {
    BindText(s_.add_queue, 1, key.queue)
        .Bind(2, SecondsOf(key.start))
        .Bind(15, Count(counts.waiting));
    BindBooks(s_.add_queue, 3, counts);
    WISSEL_RETURN_IF_ERROR(s_.add_queue.Run());
  }
  for (const auto& [key, counts] : batch.channels) {
    const std::string channel = NameOf(key.channel);
    BindText(BindText(s_.add_channel, 1, key.queue), 2, channel).Bind(3, SecondsOf(key.start));
    BindBooks(s_.add_channel, 4, counts);
    WISSEL_RETURN_IF_ERROR(s_.add_channel.Run());
  }
  for (const auto& [key, arrivals] : batch.topics) {
    BindText(BindText(s_.add_topic, 1, key.queue), 2, key.topic);
    WISSEL_RETURN_IF_ERROR(
        s_.add_topic.Bind(3, SecondsOf(key.start)).Bind(4, Count(arrivals)).Run());
  }
  for (Instant start : batch.alive) {
    WISSEL_RETURN_IF_ERROR(s_.add_alive.Bind(1, SecondsOf(start)).Run());
  }
  if (batch.time_zone.empty()) return absl::OkStatus();
  return BindText(s_.set_zone, 1, batch.time_zone).Run();
}

}  // namespace wissel::metrics
