#include "metrics/history/imported_table.h"

#include <utility>

#include "base/status.h"

namespace wissel::metrics {
namespace {

sql::Statement& BindText(sql::Statement& statement, int parameter, const std::string& text) {
  return statement.Bind(parameter, text.data(), text.size());
}
uint64_t Number(int64_t number) { return static_cast<uint64_t>(number); }

}  // namespace

absl::StatusOr<ImportedTable> ImportedTable::Prepare(sql::Connection& connection) {
  ImportedTable table;
  const std::pair<sql::Statement*, const char*> statements[] = {
      {&table.list_,
       "SELECT id, queue, channel, topic FROM series"
       " WHERE length(?1) = 0 OR queue = CAST(?1 AS TEXT) ORDER BY queue, channel, topic"},
      {&table.find_,
       "SELECT id FROM series WHERE queue = CAST(?1 AS TEXT) AND channel = CAST(?2 AS TEXT)"
       " AND topic = CAST(?3 AS TEXT)"},
      {&table.make_,
       "INSERT INTO series (queue, channel, topic)"
       " VALUES (CAST(?1 AS TEXT), CAST(?2 AS TEXT), CAST(?3 AS TEXT)) ON CONFLICT DO NOTHING"},
      {&table.read_, "SELECT cells FROM imported WHERE series = ?1 AND day = ?2"},
      {&table.write_,
       "INSERT INTO imported VALUES (?1, ?2, ?3)"
       " ON CONFLICT (series, day) DO UPDATE SET cells = excluded.cells"},
      {&table.days_,
       "SELECT day, cells FROM imported WHERE series = ?1 AND day >= ?2 AND day < ?3 ORDER BY day"},
  };
  for (const auto& [statement, sql] : statements) {
    WISSEL_ASSIGN_OR_RETURN(*statement, connection.Prepare(sql));
  }
  return table;
}

absl::StatusOr<std::vector<KnownSeries>> ImportedTable::List(const std::string& queue) {
  std::vector<KnownSeries> all;
  BindText(list_, 1, queue);
  auto more = list_.Step();
  for (; more.ok() && *more; more = list_.Step()) {
    KnownSeries& one = all.emplace_back();
    one.id = static_cast<int64_t>(list_.Number(0));
    one.name.queue = list_.Bytes(1);
    one.name.channel = list_.Bytes(2);
    one.name.topic = list_.Bytes(3);
  }
  list_.Reset();
  if (!more.ok()) return std::move(more).status();
  return all;
}

absl::StatusOr<int64_t> ImportedTable::IdOf(const SeriesName& name) {
  for (sql::Statement* statement : {&make_, &find_}) {
    BindText(BindText(BindText(*statement, 1, name.queue), 2, name.channel), 3, name.topic);
  }
  WISSEL_RETURN_IF_ERROR(make_.Run());
  WISSEL_ASSIGN_OR_RETURN(const bool found, find_.Step());
  const int64_t id = found ? static_cast<int64_t>(find_.Number(0)) : 0;
  find_.Reset();
  if (!found) return absl::InternalError("a series that was made is not there");
  return id;
}

absl::StatusOr<DayCells> ImportedTable::Read(int64_t series, int64_t day) {
  auto row = read_.Bind(1, Number(series)).Bind(2, Number(day)).Step();
  if (!row.ok()) return std::move(row).status();
  absl::StatusOr<DayCells> cells = DayCells();
  if (*row) cells = DecodeCells(read_.Bytes(0));
  read_.Reset();
  return cells;
}

absl::Status ImportedTable::Write(int64_t series, int64_t day, const DayCells& cells) {
  const std::string bytes = EncodeCells(cells);
  return write_.Bind(1, Number(series))
      .Bind(2, Number(day))
      .Bind(3, bytes.data(), bytes.size())
      .Run();
}

absl::Status ImportedTable::ForEachDay(int64_t series, int64_t from, int64_t to,
                                       const Visit& visit) {
  days_.Bind(1, Number(series)).Bind(2, Number(from)).Bind(3, Number(to));
  absl::Status status;
  auto more = days_.Step();
  for (; more.ok() && *more && status.ok(); more = days_.Step()) {
    const auto cells = DecodeCells(days_.Bytes(1));
    status = cells.status();
    if (status.ok()) visit(static_cast<int64_t>(days_.Number(0)), *cells);
  }
  days_.Reset();
  if (!more.ok()) return std::move(more).status();
  return status;
}

}  // namespace wissel::metrics
