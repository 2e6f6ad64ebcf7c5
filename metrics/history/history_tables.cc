#include "metrics/history/history_tables.h"

#include <map>
#include <set>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::metrics {
namespace {

constexpr uint64_t kFormat = 1;

// What a power cut takes away is folded again from the journal: no sync for each batch is needed.
constexpr const char* kPrepare =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=NORMAL;"
    "PRAGMA busy_timeout=5000;";
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS position (one INTEGER PRIMARY KEY CHECK (one = 1),"
    " sequence INTEGER NOT NULL);"
    "INSERT OR IGNORE INTO position VALUES (1, 0);"
    "CREATE TABLE IF NOT EXISTS intervals ("
    " queue TEXT NOT NULL, start INTEGER NOT NULL, imported INTEGER NOT NULL,"
    " arrivals INTEGER NOT NULL, offered INTEGER NOT NULL, answered INTEGER NOT NULL,"
    " answered_in_time INTEGER NOT NULL, abandoned INTEGER NOT NULL,"
    " short_abandoned INTEGER NOT NULL, ended_otherwise INTEGER NOT NULL,"
    " completed INTEGER NOT NULL, wait_ms INTEGER NOT NULL, handle_ms INTEGER NOT NULL,"
    " waiting INTEGER NOT NULL, PRIMARY KEY (queue, start)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS topics ("
    " queue TEXT NOT NULL, topic TEXT NOT NULL, start INTEGER NOT NULL,"
    " imported INTEGER NOT NULL, arrivals INTEGER NOT NULL,"
    " PRIMARY KEY (queue, topic, start)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS alive (start INTEGER PRIMARY KEY);"
    "PRAGMA user_version=1;";

// What the center counts itself adds up, and takes the place of what was imported.
#define WISSEL_ADDED(column) \
#column " = CASE imported WHEN 1 THEN 0 ELSE " #column " END + excluded." #column

constexpr const char* kAddQueue =
    "INSERT INTO intervals VALUES (CAST(?1 AS TEXT), ?2, 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
    " ?12, ?13) ON CONFLICT (queue, start) DO UPDATE SET " WISSEL_ADDED(arrivals) ", " WISSEL_ADDED(
        offered) ", " WISSEL_ADDED(answered) ", " WISSEL_ADDED(answered_in_time) ", " WISSEL_ADDED(abandoned) ", " WISSEL_ADDED(
        short_abandoned) ", " WISSEL_ADDED(ended_otherwise) ", " WISSEL_ADDED(completed) ", " WISSEL_ADDED(wait_ms) ", " WISSEL_ADDED(handle_ms) ","
    " waiting = excluded.waiting, imported = 0";
constexpr const char* kAddTopic =
    "INSERT INTO topics VALUES (CAST(?1 AS TEXT), CAST(?2 AS TEXT), ?3, 0, ?4)"
    " ON CONFLICT (queue, topic, start) DO UPDATE SET " WISSEL_ADDED(arrivals) ", imported = 0";

constexpr int64_t kLeastOfTopic = 5;
// A topic that came up later than this is as unusual after a restart as it was before.
constexpr Duration kTopicIsNew = Duration::Days(1);

uint64_t SecondsOf(Instant t) { return static_cast<uint64_t>(t.millis() / 1000); }
Instant InstantOf(uint64_t seconds) {
  return Instant::FromMillis(static_cast<int64_t>(seconds) * 1000);
}
SqliteStatement& BindText(SqliteStatement& statement, int parameter, const std::string& text) {
  return statement.Bind(parameter, text.data(), text.size());
}
uint64_t Count(int64_t number) { return static_cast<uint64_t>(number); }

}  // namespace

absl::StatusOr<HistoryTables> HistoryTables::Open(const std::string& path) {
  WISSEL_ASSIGN_OR_RETURN(
      SqliteConnection connection,
      SqliteConnection::Open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, ""));
  HistoryTables tables(std::move(connection));
  WISSEL_RETURN_IF_ERROR(tables.connection_.Run(kPrepare));
  WISSEL_ASSIGN_OR_RETURN(const uint64_t format,
                          tables.connection_.QueryNumber("PRAGMA user_version"));
  if (format > kFormat) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "",
                  fmt::format("{} has format {}, and this version knows {}", path, format, kFormat),
                  "the version of wissel that wrote it, or a later one");
  }
  WISSEL_RETURN_IF_ERROR(tables.Transact([&] { return tables.connection_.Run(kSchema); }));
  WISSEL_RETURN_IF_ERROR(tables.Prepare());
  return tables;
}

absl::Status HistoryTables::Prepare() {
  const std::pair<SqliteStatement*, const char*> statements[] = {
      {&s_.sequence, "SELECT sequence FROM position"},
      {&s_.set_sequence, "UPDATE position SET sequence = ?1"},
      {&s_.add_queue, kAddQueue},
      {&s_.add_topic, kAddTopic},
      {&s_.add_alive, "INSERT OR IGNORE INTO alive VALUES (?1)"},
      {&s_.read,
       "SELECT * FROM intervals WHERE start >= ?2 AND start < ?3"
       " AND (length(?1) = 0 OR queue = CAST(?1 AS TEXT)) ORDER BY queue, start"},
      {&s_.import_queue,
       "INSERT INTO intervals VALUES (CAST(?1 AS TEXT), ?2, 1, ?3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)"
       " ON CONFLICT (queue, start) DO UPDATE SET arrivals = excluded.arrivals WHERE imported = 1"},
      {&s_.import_topic,
       "INSERT INTO topics VALUES (CAST(?1 AS TEXT), CAST(?4 AS TEXT), ?2, 1, ?3)"
       " ON CONFLICT (queue, topic, start) DO UPDATE SET arrivals = excluded.arrivals"
       " WHERE imported = 1"},
      {&s_.alive, "SELECT start FROM alive WHERE start >= ?1 AND start < ?2"},
      {&s_.queue_counts,
       "SELECT queue, start, arrivals,"
       " (SELECT MIN(start) FROM intervals f WHERE f.queue = i.queue)"
       " FROM intervals i WHERE start >= ?1 AND start < ?2 ORDER BY queue, start"},
      {&s_.topic_counts,
       "SELECT queue, start, arrivals,"
       " (SELECT MIN(start) FROM topics f WHERE f.queue = t.queue AND f.topic = t.topic), topic"
       " FROM topics t WHERE start >= ?1 AND start < ?2 ORDER BY queue, topic, start"},
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

absl::Status HistoryTables::Add(const IntervalBatch& batch) {
  return Transact([&]() -> absl::Status {
    WISSEL_ASSIGN_OR_RETURN(const uint64_t sequence, Sequence());
    if (sequence != batch.after) {
      return absl::AbortedError(fmt::format("the history stands at {}, the counts begin after {}",
                                            sequence, batch.after));
    }
    WISSEL_RETURN_IF_ERROR(AddRows(batch));
    return SetSequence(batch.sequence);
  });
}

absl::Status HistoryTables::AddRows(const IntervalBatch& batch) {
  for (const auto& [key, counts] : batch.queues) {
    const DayCounters& c = counts.counters;
    SqliteStatement& add = BindText(s_.add_queue, 1, key.queue).Bind(2, SecondsOf(key.start));
    const int64_t numbers[] = {counts.arrivals,       c.offered,     c.answered,
                               c.answered_in_time,    c.abandoned,   c.short_abandoned,
                               c.ended_otherwise,     c.completed,   c.answered_wait_sum.millis(),
                               c.handle_sum.millis(), counts.waiting};
    int parameter = 3;
    for (int64_t number : numbers) add.Bind(parameter++, Count(number));
    WISSEL_RETURN_IF_ERROR(add.Run());
  }
  for (const auto& [key, arrivals] : batch.topics) {
    BindText(BindText(s_.add_topic, 1, key.queue), 2, key.topic);
    WISSEL_RETURN_IF_ERROR(
        s_.add_topic.Bind(3, SecondsOf(key.start)).Bind(4, Count(arrivals)).Run());
  }
  for (Instant start : batch.alive) {
    WISSEL_RETURN_IF_ERROR(s_.add_alive.Bind(1, SecondsOf(start)).Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<ImportOutcome> HistoryTables::Import(const std::vector<ImportedCount>& counts) {
  ImportOutcome outcome;
  WISSEL_RETURN_IF_ERROR(Transact([&]() -> absl::Status {
    for (const ImportedCount& count : counts) {
      WISSEL_ASSIGN_OR_RETURN(const bool written, ImportOne(count));
      ++(written ? outcome.written : outcome.known_already);
    }
    return absl::OkStatus();
  }));
  return outcome;
}

absl::StatusOr<bool> HistoryTables::ImportOne(const ImportedCount& count) {
  SqliteStatement& statement = count.topic.empty() ? s_.import_queue : s_.import_topic;
  BindText(statement, 1, count.queue)
      .Bind(2, SecondsOf(count.start))
      .Bind(3, Count(count.arrivals));
  if (!count.topic.empty()) BindText(statement, 4, count.topic);
  WISSEL_RETURN_IF_ERROR(statement.Run());
  return sqlite3_changes(connection_.get()) > 0;
}

absl::StatusOr<std::vector<HistoryRow>> HistoryTables::Read(const std::string& queue, Instant from,
                                                            Instant to) {
  std::vector<HistoryRow> rows;
  SqliteStatement& s = BindText(s_.read, 1, queue).Bind(2, SecondsOf(from)).Bind(3, SecondsOf(to));
  auto more = s.Step();
  for (; more.ok() && *more; more = s.Step()) {
    const auto number = [&](int column) { return static_cast<int64_t>(s.Number(column)); };
    HistoryRow& row = rows.emplace_back();
    row.queue = s.Bytes(0);
    row.start = InstantOf(s.Number(1));
    row.imported = s.Number(2) != 0;
    row.counts.arrivals = number(3);
    DayCounters& c = row.counts.counters;
    c.offered = number(4);
    c.answered = number(5);
    c.answered_in_time = number(6);
    c.abandoned = number(7);
    c.short_abandoned = number(8);
    c.ended_otherwise = number(9);
    c.completed = number(10);
    c.answered_wait_sum = Duration::Millis(number(11));
    c.handle_sum = Duration::Millis(number(12));
    row.counts.waiting = number(13);
  }
  s.Reset();
  if (!more.ok()) return std::move(more).status();
  return rows;
}

absl::StatusOr<Profiles> HistoryTables::ReadProfiles(Instant now, const QuarterOfWeek& quarter_of,
                                                     const std::string& time_zone) {
  const Instant to = StartOfInterval(now);
  const Instant from = to - Duration::Days(7) * WeekProfile::kMostWeeks;
  std::map<Instant, int> quarters;  // each asked for once
  for (Instant t = from; t < to; t = t + kInterval) quarters[t] = quarter_of(t, time_zone);
  std::set<Instant> alive;
  s_.alive.Bind(1, SecondsOf(from)).Bind(2, SecondsOf(to));
  auto more = s_.alive.Step();
  for (; more.ok() && *more; more = s_.alive.Step()) alive.insert(InstantOf(s_.alive.Number(0)));
  s_.alive.Reset();
  if (!more.ok()) return std::move(more).status();

  using Name = std::pair<std::string, std::string>;
  struct Series {
    Instant first;
    std::map<Instant, int64_t> counts;
  };
  std::map<Name, Series> series;
  for (SqliteStatement* s : {&s_.queue_counts, &s_.topic_counts}) {
    s->Bind(1, SecondsOf(from)).Bind(2, SecondsOf(to));
    for (more = s->Step(); more.ok() && *more; more = s->Step()) {
      const Name name(s->Bytes(0), s == &s_.topic_counts ? std::string(s->Bytes(4)) : "");
      Series& one = series[name];
      one.first = InstantOf(s->Number(3));
      one.counts[InstantOf(s->Number(1))] = static_cast<int64_t>(s->Number(2));
    }
    s->Reset();
    if (!more.ok()) return std::move(more).status();
  }
  Profiles profiles;
  for (const auto& [name, one] : series) {
    int64_t total = 0;
    for (const auto& [start, count] : one.counts) total += count;
    const bool is_new = total < kLeastOfTopic || one.first > to - kTopicIsNew;
    if (!name.second.empty() && is_new) continue;
    // A quarter of the queue that was imported was watched for its topics too.
    const auto of_queue = series.find({name.first, ""});
    WeekProfileBuilder builder;
    for (const auto& [start, quarter] : quarters) {
      if (start < one.first) continue;
      const auto found = one.counts.find(start);
      const bool watched = found != one.counts.end() || alive.contains(start) ||
                           (of_queue != series.end() && of_queue->second.counts.contains(start));
      if (watched) builder.Add(quarter, found == one.counts.end() ? 0 : found->second);
    }
    profiles.emplace(name, builder.Build());
  }
  return profiles;
}

absl::Status HistoryTables::Transact(const std::function<absl::Status()>& work) {
  WISSEL_RETURN_IF_ERROR(connection_.Run("BEGIN IMMEDIATE"));
  absl::Status status = work();
  if (status.ok()) status = connection_.Run("COMMIT");
  if (!status.ok() && connection_.in_transaction()) (void)connection_.Run("ROLLBACK");
  return status;
}

}  // namespace wissel::metrics
