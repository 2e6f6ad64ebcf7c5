#include "base/sql/sqlite.h"

#include "base/invariant.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel {

SqliteStatement& SqliteStatement::Bind(int parameter, uint64_t number) {
  INVARIANT(sqlite3_bind_int64(statement_.get(), parameter, static_cast<sqlite3_int64>(number)) ==
            SQLITE_OK);
  return *this;
}

SqliteStatement& SqliteStatement::Bind(int parameter, const void* bytes, size_t size) {
  INVARIANT(sqlite3_bind_blob64(statement_.get(), parameter, bytes, size, SQLITE_STATIC) ==
            SQLITE_OK);
  return *this;
}

SqliteStatement& SqliteStatement::BindCopy(int parameter, std::string_view bytes) {
  // Bytes of no length are a null pointer to some; SQLite would take that for NULL.
  const char* start = bytes.empty() ? "" : bytes.data();
  INVARIANT(sqlite3_bind_blob64(statement_.get(), parameter, start, bytes.size(),
                                SQLITE_TRANSIENT) == SQLITE_OK);
  return *this;
}

absl::StatusOr<bool> SqliteStatement::Step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return SqliteError(db_, sqlite3_extended_errcode(db_));
}

absl::Status SqliteStatement::Run() {
  absl::StatusOr<bool> row = Step();
  Reset();
  if (!row.ok()) return row.status();
  INVARIANT(!*row);
  return absl::OkStatus();
}

void SqliteStatement::Reset() { sqlite3_reset(statement_.get()); }

uint64_t SqliteStatement::Number(int column) const {
  return static_cast<uint64_t>(sqlite3_column_int64(statement_.get(), column));
}

std::string_view SqliteStatement::Bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const char*>(bytes), bytes == nullptr ? 0 : static_cast<size_t>(size)};
}

absl::StatusOr<SqliteConnection> SqliteConnection::Open(const std::string& path, int flags,
                                                        const std::string& vfs) {
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX,
                                   vfs.empty() ? nullptr : vfs.c_str());
  SqliteConnection connection(db);
  if (code != SQLITE_OK)
    return absl::FailedPreconditionError(
        fmt::format("{} cannot be opened: {}", path, sqlite3_errstr(code)));
  sqlite3_extended_result_codes(db, 1);
  return connection;
}

absl::Status SqliteConnection::Run(const char* sql) {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus()
                           : SqliteError(db_.get(), sqlite3_extended_errcode(db_.get()));
}

absl::StatusOr<SqliteStatement> SqliteConnection::Prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(db_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return SqliteError(db_.get(), sqlite3_extended_errcode(db_.get()));
  return SqliteStatement(db_.get(), statement);
}

absl::StatusOr<uint64_t> SqliteConnection::QueryNumber(const char* sql) {
  WISSEL_ASSIGN_OR_RETURN(SqliteStatement query, Prepare(sql));
  WISSEL_ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return absl::DataLossError(fmt::format("no answer to {}", sql));
  return query.Number(0);
}

absl::Status SqliteError(sqlite3* db, int code) {
  const std::string message = fmt::format("{} (SQLite {})", sqlite3_errmsg(db), code);
  switch (code) {
    case SQLITE_IOERR_WRITE:
      return absl::UnavailableError("a write to the disk failed: " + message);
    default:
      break;
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
      return absl::UnavailableError("the disk is full: " + message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError("the database file is damaged: " + message);
    default:
      return absl::InternalError(message);
  }
}

}  // namespace wissel
