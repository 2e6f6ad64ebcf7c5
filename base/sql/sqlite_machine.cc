#include <utility>

#include "base/sql/machines.h"
#include "base/sql/sqlite.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel::sql {
namespace {

class SqliteRows : public Statement::Machine {
 public:
  SqliteRows(sqlite3* db, SqliteStatement statement) : db_(db), statement_(std::move(statement)) {}

  void Bind(int parameter, int64_t number) override {
    statement_.Bind(parameter, static_cast<uint64_t>(number));
  }
  void Bind(int parameter, std::string_view bytes, bool copy) override {
    if (copy) {
      statement_.BindCopy(parameter, bytes);
    } else {
      statement_.Bind(parameter, bytes.data(), bytes.size());
    }
  }
  absl::StatusOr<bool> Step() override {
    absl::StatusOr<bool> row = statement_.Step();
    if (row.ok() && !*row) changed_ = sqlite3_changes64(db_);
    return row;
  }
  void Reset() override { statement_.Reset(); }
  int64_t Number(int column) const override {
    return static_cast<int64_t>(statement_.Number(column));
  }
  std::string_view Bytes(int column) const override { return statement_.Bytes(column); }
  int64_t changed() const override { return changed_; }

 private:
  sqlite3* db_;
  SqliteStatement statement_;
  int64_t changed_ = 0;
};

class SqliteFile : public Connection::Machine {
 public:
  explicit SqliteFile(SqliteConnection connection) : connection_(std::move(connection)) {}

  absl::Status Run(std::string_view sql) override {
    return connection_.Run(std::string(sql).c_str());
  }
  absl::StatusOr<std::unique_ptr<Statement::Machine>> Prepare(std::string_view sql) override {
    WISSEL_ASSIGN_OR_RETURN(SqliteStatement statement,
                            connection_.Prepare(std::string(sql).c_str()));
    return std::make_unique<SqliteRows>(connection_.get(), std::move(statement));
  }
  absl::Status Begin() override { return connection_.Run("BEGIN IMMEDIATE"); }
  absl::Status BeginReading() override { return connection_.Run("BEGIN"); }
  absl::Status Commit() override { return connection_.Run("COMMIT"); }
  void Rollback() override {
    if (connection_.in_transaction()) connection_.Run("ROLLBACK").IgnoreError();
  }
  bool in_transaction() const override { return connection_.in_transaction(); }
  absl::StatusOr<uint64_t> Format() override {
    return connection_.QueryNumber("PRAGMA user_version");
  }
  absl::Status SetFormat(uint64_t format) override {
    return Run(fmt::format("PRAGMA user_version = {}", format));
  }
  // The write-ahead log keeps what was overwritten until it is emptied.
  absl::Status Forget(std::string_view) override {
    WISSEL_ASSIGN_OR_RETURN(const uint64_t busy,
                            connection_.QueryNumber("PRAGMA wal_checkpoint(TRUNCATE)"));
    if (busy == 0) return absl::OkStatus();
    return absl::UnavailableError("another process reads the store's files");
  }

 private:
  SqliteConnection connection_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Connection::Machine>> OpenSqlite(const Place& place,
                                                                Settings settings) {
  WISSEL_ASSIGN_OR_RETURN(
      SqliteConnection connection,
      SqliteConnection::Open(place.file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, ""));
  sqlite3_busy_timeout(connection.get(), 5000);
  WISSEL_RETURN_IF_ERROR(connection.Run(settings.several_writers ? "PRAGMA journal_mode = DELETE"
                                                                 : "PRAGMA journal_mode = WAL"));
  WISSEL_RETURN_IF_ERROR(connection.Run(settings.synced ? "PRAGMA synchronous = FULL"
                                                        : "PRAGMA synchronous = NORMAL"));
  // Temporary tables may be larger than the memory.
  WISSEL_RETURN_IF_ERROR(
      connection.Run("PRAGMA temp_store = FILE; PRAGMA temp.cache_size = -16384"));
  if (settings.overwrite_deleted) {
    WISSEL_RETURN_IF_ERROR(connection.Run("PRAGMA secure_delete = ON"));
  }
  return std::make_unique<SqliteFile>(std::move(connection));
}

}  // namespace wissel::sql
