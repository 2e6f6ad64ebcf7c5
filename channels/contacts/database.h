// Short forms for SQLite: a statement is written where it is used, prepared once, and reset when
// its Query goes. Not thread-safe. Only one Query of a statement at a time.
#pragma once

#include <concepts>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status.h"
#include "router/journal/sqlite.h"

namespace wissel::contacts {

// The rows of a statement.
class Query {
 public:
  explicit Query(SqliteStatement* statement) : statement_(statement) {}
  Query(Query&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Query& operator=(Query&&) = delete;
  ~Query() {
    if (statement_ != nullptr) statement_->Reset();
  }

  // True: there is a row, or one more.
  absl::StatusOr<bool> Next() { return statement_->Step(); }
  int64_t Number(int column) const { return static_cast<int64_t>(statement_->Number(column)); }
  std::string Text(int column) const { return std::string(statement_->Bytes(column)); }

 private:
  SqliteStatement* statement_;
};

class Database {
 public:
  explicit Database(SqliteConnection connection) : connection_(std::move(connection)) {}

  // WAL, synchronous=FULL, and what is deleted is overwritten.
  static absl::StatusOr<Database> Open(const std::string& path, const char* schema);

  // `sql` is a literal. Parameters are numbers or bytes, which are copied.
  template <class... Parameters>
  absl::StatusOr<Query> Ask(const char* sql, const Parameters&... parameters) {
    WISSEL_ASSIGN_OR_RETURN(SqliteStatement * statement, Prepared(sql));
    int n = 0;
    (Bind(*statement, ++n, parameters), ...);
    return Query(statement);
  }
  template <class... Parameters>
  absl::Status Do(const char* sql, const Parameters&... parameters) {
    WISSEL_ASSIGN_OR_RETURN(Query query, Ask(sql, parameters...));
    return query.Next().status();
  }

  absl::Status Begin() { return connection_.Run("BEGIN IMMEDIATE"); }
  absl::Status Commit() { return connection_.Run("COMMIT"); }
  void Rollback() {
    if (connection_.in_transaction()) connection_.Run("ROLLBACK").IgnoreError();
  }
  bool in_transaction() const { return connection_.in_transaction(); }

  // The write-ahead log keeps what was overwritten until it is emptied. UNAVAILABLE: another
  // process reads the file.
  absl::Status EmptyLog();

 private:
  static void Bind(SqliteStatement& statement, int n, std::string_view bytes) {
    statement.BindCopy(n, bytes);
  }
  static void Bind(SqliteStatement& statement, int n, std::integral auto number) {
    statement.Bind(n, static_cast<uint64_t>(number));
  }
  absl::StatusOr<SqliteStatement*> Prepared(const char* sql);

  SqliteConnection connection_;
  std::map<std::string_view, SqliteStatement> statements_;
};

}  // namespace wissel::contacts
