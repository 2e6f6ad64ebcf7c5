#include "channels/contacts/database.h"

namespace wissel::contacts {

absl::StatusOr<Database> Database::Open(const std::string& path, const char* schema) {
  WISSEL_ASSIGN_OR_RETURN(
      SqliteConnection connection,
      SqliteConnection::Open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, ""));
  WISSEL_RETURN_IF_ERROR(
      connection.Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
                     "PRAGMA busy_timeout=1000;"));
  WISSEL_RETURN_IF_ERROR(connection.Run("BEGIN IMMEDIATE"));
  WISSEL_RETURN_IF_ERROR(connection.Run(schema));
  WISSEL_RETURN_IF_ERROR(connection.Run("COMMIT"));
  return Database(std::move(connection));
}

absl::StatusOr<SqliteStatement*> Database::Prepared(const char* sql) {
  auto it = statements_.find(sql);
  if (it == statements_.end()) {
    WISSEL_ASSIGN_OR_RETURN(SqliteStatement statement, connection_.Prepare(sql));
    it = statements_.emplace(sql, std::move(statement)).first;
  }
  return &it->second;
}

absl::Status Database::EmptyLog() {
  WISSEL_ASSIGN_OR_RETURN(Query query, Ask("PRAGMA wal_checkpoint(TRUNCATE)"));
  WISSEL_RETURN_IF_ERROR(query.Next().status());
  if (query.Number(0) == 0) return absl::OkStatus();
  return absl::UnavailableError("another process reads the contact store's files");
}

}  // namespace wissel::contacts
