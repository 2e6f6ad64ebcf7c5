#include "metrics/history/marks.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::metrics {
namespace {

constexpr size_t kLongestLabel = 200;
constexpr std::array<const char*, 5> kNames = {"closed", "holiday", "outage", "event", "exclude"};

sql::Statement& BindText(sql::Statement& statement, int parameter, std::string_view text) {
  return statement.Bind(parameter, text.data(), text.size());
}
uint64_t SecondsOf(Instant t) { return static_cast<uint64_t>(t.millis() / 1000); }
Instant InstantOf(uint64_t seconds) {
  return Instant::FromMillis(static_cast<int64_t>(seconds) * 1000);
}

absl::Status Check(const Mark& mark) {
  if (mark.end <= mark.start) {
    return RefuseField("to", "it ends before it begins", "a later day or moment");
  }
  if (mark.label.size() > kLongestLabel ||
      std::any_of(mark.label.begin(), mark.label.end(), [](char c) { return c >= 0 && c < ' '; })) {
    return RefuseField("label", "this is no label",
                       fmt::format("one line of at most {} bytes", kLongestLabel));
  }
  return absl::OkStatus();
}

}  // namespace

const char* NameOf(MarkKind kind) { return kNames[static_cast<size_t>(kind)]; }

std::optional<MarkKind> MarkKindNamed(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<MarkKind>(found - kNames.begin());
}

absl::StatusOr<MarkTable> MarkTable::Prepare(sql::Connection& connection) {
  MarkTable table;
  const std::pair<sql::Statement*, const char*> statements[] = {
      {&table.add_,
       "INSERT INTO marks (queue, kind, label, start, \"end\")"
       " VALUES (CAST(?1 AS TEXT), CAST(?2 AS TEXT), CAST(?3 AS TEXT), ?4, ?5) RETURNING id"},
      {&table.same_,
       "SELECT id FROM marks WHERE queue = CAST(?1 AS TEXT) AND kind = CAST(?2 AS TEXT)"
       " AND label = CAST(?3 AS TEXT) AND start = ?4 AND \"end\" = ?5"},
      {&table.list_,
       "SELECT id, queue, kind, label, start, \"end\" FROM marks WHERE \"end\" > ?2 AND start < ?3"
       " AND (length(?1) = 0 OR queue = '' OR queue = CAST(?1 AS TEXT)) ORDER BY start, id"},
      {&table.delete_, "DELETE FROM marks WHERE id = ?1 RETURNING id"},
  };
  for (const auto& [statement, sql] : statements) {
    WISSEL_ASSIGN_OR_RETURN(*statement, connection.Prepare(sql));
  }
  return table;
}

absl::StatusOr<int64_t> MarkTable::Add(const Mark& mark) {
  WISSEL_RETURN_IF_ERROR(Check(mark));
  int64_t id = 0;
  for (sql::Statement* statement : {&same_, &add_}) {
    BindText(BindText(BindText(*statement, 1, mark.queue), 2, NameOf(mark.kind)), 3, mark.label)
        .Bind(4, SecondsOf(mark.start))
        .Bind(5, SecondsOf(mark.end));
    const auto row = statement->Step();
    if (row.ok() && *row) id = static_cast<int64_t>(statement->Number(0));
    statement->Reset();
    if (!row.ok()) return row.status();
    if (id != 0) break;
  }
  return id;
}

absl::StatusOr<std::vector<Mark>> MarkTable::List(const std::string& queue, Instant from,
                                                  Instant to) {
  std::vector<Mark> marks;
  BindText(list_, 1, queue).Bind(2, SecondsOf(from)).Bind(3, SecondsOf(to));
  auto more = list_.Step();
  for (; more.ok() && *more; more = list_.Step()) {
    const auto kind = MarkKindNamed(list_.Bytes(2));
    if (!kind) continue;  // of a later version
    marks.push_back({static_cast<int64_t>(list_.Number(0)), std::string(list_.Bytes(1)), *kind,
                     std::string(list_.Bytes(3)), InstantOf(list_.Number(4)),
                     InstantOf(list_.Number(5))});
  }
  list_.Reset();
  if (!more.ok()) return std::move(more).status();
  return marks;
}

absl::Status MarkTable::Delete(int64_t id) {
  const auto row = delete_.Bind(1, static_cast<uint64_t>(id)).Step();
  delete_.Reset();
  if (!row.ok()) return row.status();
  if (*row) return absl::OkStatus();
  return Refuse(absl::StatusCode::kNotFound, "id", fmt::format("there is no mark {}", id), "");
}

}  // namespace wissel::metrics
