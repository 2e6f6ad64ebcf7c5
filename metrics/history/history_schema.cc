#include "metrics/history/history_schema.h"

#include <map>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "metrics/history/imported_table.h"

namespace wissel::metrics {
namespace {

constexpr uint64_t kFormat = 2;
constexpr int64_t kDaySeconds = 86'400;

// What a power cut takes away is folded again from the journal: no sync for each batch is needed.
constexpr sql::Settings kSettings = {.synced = false};

// The books, as they stand in `intervals` and in `channels`.
#define WISSEL_BOOKS                                                                   \
  " arrivals INTEGER NOT NULL, offered INTEGER NOT NULL, answered INTEGER NOT NULL,"   \
  " answered_in_time INTEGER NOT NULL, abandoned INTEGER NOT NULL,"                    \
  " short_abandoned INTEGER NOT NULL, ended_otherwise INTEGER NOT NULL,"               \
  " completed INTEGER NOT NULL, wait_ms INTEGER NOT NULL, handle_ms INTEGER NOT NULL," \
  " hold_ms INTEGER, wrap_ms INTEGER"

// `imported` has rowids: rows of a kilobyte would not fit the pages of a table without.
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS position (one INTEGER PRIMARY KEY CHECK (one = 1),"
    " sequence INTEGER NOT NULL);"
    "INSERT INTO position VALUES (1, 0) ON CONFLICT DO NOTHING;"
    "CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS intervals (queue TEXT NOT NULL, start INTEGER NOT "
    "NULL," WISSEL_BOOKS
    ", waiting INTEGER NOT NULL, PRIMARY KEY (queue, start)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS channels (queue TEXT NOT NULL, channel TEXT NOT NULL,"
    " start INTEGER NOT NULL," WISSEL_BOOKS
    ", PRIMARY KEY (queue, channel, start)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS topics ("
    " queue TEXT NOT NULL, topic TEXT NOT NULL, start INTEGER NOT NULL,"
    " arrivals INTEGER NOT NULL, PRIMARY KEY (queue, topic, start)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS alive (start INTEGER PRIMARY KEY);"
    "CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, queue TEXT NOT NULL,"
    " channel TEXT NOT NULL, topic TEXT NOT NULL, UNIQUE (queue, channel, topic));"
    "CREATE TABLE IF NOT EXISTS imported (series INTEGER NOT NULL, day INTEGER NOT NULL,"
    " cells BLOB NOT NULL, PRIMARY KEY (series, day));"
    "CREATE TABLE IF NOT EXISTS marks (id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL,"
    " kind TEXT NOT NULL, label TEXT NOT NULL, start INTEGER NOT NULL, \"end\" INTEGER NOT NULL);";
#undef WISSEL_BOOKS

// Hold and wrap-up were not counted apart then: NULL, and not none.
constexpr const char* kTakeOverCounts =
    "INSERT INTO intervals SELECT queue, start, arrivals, offered, answered, answered_in_time,"
    " abandoned, short_abandoned, ended_otherwise, completed, wait_ms, handle_ms, NULL, NULL,"
    " waiting FROM intervals_1 WHERE imported = 0;"
    "INSERT INTO topics SELECT queue, topic, start, arrivals FROM topics_1 WHERE imported = 0;";

// In format 1 what was imported stood in quarters between what had been counted.
absl::Status TakeOverImports(sql::Connection& connection, const char* sql) {
  WISSEL_ASSIGN_OR_RETURN(ImportedTable imported, ImportedTable::Prepare(connection));
  WISSEL_ASSIGN_OR_RETURN(sql::Statement rows, connection.Prepare(sql));
  std::map<SeriesName, std::map<int64_t, DayCells>> all;
  auto more = rows.Step();
  for (; more.ok() && *more; more = rows.Step()) {
    const SeriesName name{std::string(rows.Bytes(0)), "", std::string(rows.Bytes(1))};
    const auto start = static_cast<int64_t>(rows.Number(2));
    AddCell(all[name][start / kDaySeconds],
            {.minute = static_cast<int>(start % kDaySeconds / 60),
             .arrivals = static_cast<int64_t>(rows.Number(3)) * 1000});
  }
  rows.Reset();
  if (!more.ok()) return std::move(more).status();
  for (const auto& [name, days] : all) {
    WISSEL_ASSIGN_OR_RETURN(const int64_t id, imported.IdOf(name));
    for (const auto& [day, cells] : days) {
      WISSEL_RETURN_IF_ERROR(imported.Write(id, day, cells));
    }
  }
  return absl::OkStatus();
}

absl::Status FromFormat1(sql::Connection& connection) {
  WISSEL_RETURN_IF_ERROR(connection.Run(
      "ALTER TABLE intervals RENAME TO intervals_1; ALTER TABLE topics RENAME TO topics_1;"));
  WISSEL_RETURN_IF_ERROR(connection.Run(kSchema));
  WISSEL_RETURN_IF_ERROR(connection.Run(kTakeOverCounts));
  WISSEL_RETURN_IF_ERROR(TakeOverImports(
      connection, "SELECT queue, '', start, arrivals FROM intervals_1 WHERE imported = 1"));
  WISSEL_RETURN_IF_ERROR(TakeOverImports(
      connection, "SELECT queue, topic, start, arrivals FROM topics_1 WHERE imported = 1"));
  return connection.Run("DROP TABLE intervals_1; DROP TABLE topics_1;");
}

}  // namespace

absl::StatusOr<sql::Connection> OpenHistory(const sql::Place& place) {
  WISSEL_ASSIGN_OR_RETURN(sql::Connection connection, sql::Connection::Open(place, kSettings));
  WISSEL_RETURN_IF_ERROR(Transact(connection, [&]() -> absl::Status {
    // Within the transaction: another process may have brought it to this format meanwhile.
    WISSEL_ASSIGN_OR_RETURN(const uint64_t format, connection.Format());
    if (format > kFormat) {
      return Refuse(
          absl::StatusCode::kFailedPrecondition, "",
          fmt::format("{} has format {}, and this version knows {}", place.name(), format, kFormat),
          "the version of wissel that wrote it, or a later one");
    }
    if (format == kFormat) return absl::OkStatus();
    WISSEL_RETURN_IF_ERROR(format == 1 ? FromFormat1(connection) : connection.Run(kSchema));
    return connection.SetFormat(kFormat);
  }));
  return connection;
}

}  // namespace wissel::metrics
