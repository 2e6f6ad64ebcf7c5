#include "forecasting/store/plan_store.h"

#include <utility>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::forecasting {
namespace {

constexpr uint64_t kFormat = 1;

// What somebody published has been said to people: it is synced before it is answered.
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS numbers (kind TEXT PRIMARY KEY, last INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS plans ("
    " kind TEXT NOT NULL, number INTEGER NOT NULL, part TEXT NOT NULL, bytes BLOB NOT NULL,"
    " PRIMARY KEY (kind, number, part));"
    "CREATE TABLE IF NOT EXISTS answers ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT, request TEXT NOT NULL UNIQUE,"
    " fingerprint INTEGER NOT NULL, bytes BLOB NOT NULL);";

sql::Statement& BindText(sql::Statement& statement, int parameter, std::string_view text) {
  return statement.Bind(parameter, text.data(), text.size());
}
sql::Statement& BindKey(sql::Statement& statement, const PlanKey& key) {
  BindText(statement, 1, key.kind).Bind(2, key.number);
  return BindText(statement, 3, key.part);
}

absl::Status Damaged(const PlanKey& key) {
  return absl::DataLossError(
      fmt::format("{}/{} in planning.sqlite cannot be read", key.kind, key.number));
}

absl::StatusOr<std::vector<PlanRecord>> Rows(sql::Statement& statement) {
  std::vector<PlanRecord> records;
  for (;;) {
    const absl::StatusOr<bool> row = statement.Step();
    if (!row.ok() || !*row) {
      statement.Reset();
      if (!row.ok()) return row.status();
      return records;
    }
    records.push_back(
        {statement.Number(0), std::string(statement.Bytes(1)), std::string(statement.Bytes(2))});
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<PlanStore>> PlanStore::Open(const sql::Place& place) {
  WISSEL_ASSIGN_OR_RETURN(sql::Connection connection, sql::Connection::Open(place));
  std::unique_ptr<PlanStore> store(new PlanStore(std::move(connection)));
  WISSEL_ASSIGN_OR_RETURN(const uint64_t format, store->connection_.Format());
  if (format > kFormat) {
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "",
        fmt::format("{} has format {}, and this version knows {}", place.name(), format, kFormat),
        "the version of wissel that wrote it, or a later one");
  }
  WISSEL_RETURN_IF_ERROR(store->Transact([&]() -> absl::Status {
    WISSEL_RETURN_IF_ERROR(store->connection_.Run(kSchema));
    return store->connection_.SetFormat(kFormat);
  }));
  WISSEL_RETURN_IF_ERROR(store->Prepare());
  return store;
}

absl::Status PlanStore::Prepare() {
  const std::pair<sql::Statement*, const char*> statements[] = {
      {&s_.last, "SELECT last FROM numbers WHERE kind = CAST(?1 AS TEXT)"},
      {&s_.set_last,
       "INSERT INTO numbers VALUES (CAST(?1 AS TEXT), ?2)"
       " ON CONFLICT (kind) DO UPDATE SET last = excluded.last"},
      {&s_.put,
       "INSERT INTO plans VALUES (CAST(?1 AS TEXT), ?2, CAST(?3 AS TEXT), ?4)"
       " ON CONFLICT (kind, number, part) DO UPDATE SET bytes = excluded.bytes"},
      {&s_.get,
       "SELECT bytes FROM plans WHERE kind = CAST(?1 AS TEXT) AND number = ?2"
       " AND part = CAST(?3 AS TEXT)"},
      {&s_.list,
       "SELECT number, part, bytes FROM plans WHERE kind = CAST(?1 AS TEXT) AND number < ?2"
       " AND part = '' ORDER BY number DESC LIMIT ?3"},
      {&s_.parts,
       "SELECT number, part, bytes FROM plans WHERE kind = CAST(?1 AS TEXT) AND number = ?2"
       " AND part <> '' ORDER BY part"},
      {&s_.remove, "DELETE FROM plans WHERE kind = CAST(?1 AS TEXT) AND number = ?2"},
      {&s_.remove_part,
       "DELETE FROM plans WHERE kind = CAST(?1 AS TEXT) AND number = ?2"
       " AND part = CAST(?3 AS TEXT)"},
      {&s_.answer, "SELECT fingerprint, bytes FROM answers WHERE request = CAST(?1 AS TEXT)"},
      {&s_.keep_answer,
       "INSERT INTO answers (request, fingerprint, bytes) VALUES (CAST(?1 AS TEXT), ?2, ?3)"},
      {&s_.forget_answers,
       "DELETE FROM answers WHERE number <= (SELECT MAX(number) FROM answers) - 10000"},
  };
  for (const auto& [statement, sql] : statements) {
    WISSEL_ASSIGN_OR_RETURN(*statement, connection_.Prepare(sql));
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> PlanStore::NextNumber(std::string_view kind) {
  const absl::StatusOr<bool> row = BindText(s_.last, 1, kind).Step();
  const uint64_t number = row.ok() && *row ? s_.last.Number(0) + 1 : 1;
  s_.last.Reset();
  if (!row.ok()) return row.status();
  WISSEL_RETURN_IF_ERROR(BindText(s_.set_last, 1, kind).Bind(2, number).Run());
  return number;
}

absl::Status PlanStore::Put(const PlanKey& key, const google::protobuf::MessageLite& message) {
  const std::string bytes = message.SerializeAsString();
  return BindKey(s_.put, key).Bind(4, bytes.data(), bytes.size()).Run();
}

absl::StatusOr<bool> PlanStore::Get(const PlanKey& key, google::protobuf::MessageLite* message) {
  const absl::StatusOr<bool> row = BindKey(s_.get, key).Step();
  const bool found = row.ok() && *row;
  const bool read = !found || message->ParseFromString(std::string(s_.get.Bytes(0)));
  s_.get.Reset();
  if (!row.ok()) return row.status();
  if (!read) return Damaged(key);
  return found;
}

absl::StatusOr<std::vector<PlanRecord>> PlanStore::List(std::string_view kind, uint64_t before,
                                                        size_t most) {
  return Rows(BindText(s_.list, 1, kind).Bind(2, before).Bind(3, most));
}

absl::StatusOr<std::vector<PlanRecord>> PlanStore::Parts(std::string_view kind, uint64_t number) {
  return Rows(BindText(s_.parts, 1, kind).Bind(2, number));
}

absl::StatusOr<bool> PlanStore::Delete(std::string_view kind, uint64_t number) {
  WISSEL_RETURN_IF_ERROR(BindText(s_.remove, 1, kind).Bind(2, number).Run());
  return s_.remove.changed() > 0;
}

absl::Status PlanStore::DeletePart(const PlanKey& key) {
  return BindKey(s_.remove_part, key).Run();
}

absl::Status PlanStore::Transact(const std::function<absl::Status()>& work) {
  WISSEL_RETURN_IF_ERROR(connection_.Begin());
  absl::Status status = work();
  if (status.ok()) status = connection_.Commit();
  if (!status.ok() && connection_.in_transaction()) {
    connection_.Rollback();
  }
  return status;
}

absl::StatusOr<bool> PlanStore::FindAnswer(const std::string& request, uint64_t fingerprint,
                                           google::protobuf::MessageLite* answer) {
  const absl::StatusOr<bool> row = BindText(s_.answer, 1, request).Step();
  const bool found = row.ok() && *row;
  const bool same = !found || s_.answer.Number(0) == fingerprint;
  const bool read = !found || answer->ParseFromString(std::string(s_.answer.Bytes(1)));
  s_.answer.Reset();
  if (!row.ok()) return row.status();
  if (!same) {
    return RefuseField("requestId", "was used for another request", "a new id for a new request");
  }
  if (!read) return absl::DataLossError("an answer in planning.sqlite cannot be read");
  return found;
}

absl::Status PlanStore::KeepAnswer(const std::string& request, uint64_t fingerprint,
                                   const google::protobuf::MessageLite& answer) {
  const std::string bytes = answer.SerializeAsString();
  WISSEL_RETURN_IF_ERROR(BindText(s_.keep_answer, 1, request)
                             .Bind(2, fingerprint)
                             .Bind(3, bytes.data(), bytes.size())
                             .Run());
  return s_.forget_answers.Run();
}

}  // namespace wissel::forecasting
