// Short forms for stores: a statement is written where it is used, prepared once, and reset when
// its Query goes. Not thread-safe. Only one Query of a statement at a time.
#pragma once

#include <concepts>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/connection.h"
#include "base/status.h"

namespace wissel::sql {

// The rows of a statement.
class Query {
 public:
  explicit Query(Statement* statement) : statement_(statement) {}
  Query(Query&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Query& operator=(Query&&) = delete;
  ~Query() {
    if (statement_ != nullptr) statement_->Reset();
  }

  // True: there is a row, or one more.
  absl::StatusOr<bool> Next() { return statement_->Step(); }
  int64_t Number(int column) const { return static_cast<int64_t>(statement_->Number(column)); }
  std::string Text(int column) const { return std::string(statement_->Bytes(column)); }
  // How many rows were inserted, updated or deleted; after the last Next.
  int64_t changed() const { return statement_->changed(); }

 private:
  Statement* statement_;
};

class Database {
 public:
  explicit Database(Connection connection) : connection_(std::move(connection)) {}

  // `schema` makes what is not there.
  static absl::StatusOr<Database> Open(const Place& place, const char* schema,
                                       Settings settings = {.overwrite_deleted = true});

  // `sql` is a literal. Parameters are numbers or bytes, which are copied.
  template <class... Parameters>
  absl::StatusOr<Query> Ask(const char* sql, const Parameters&... parameters) {
    WISSEL_ASSIGN_OR_RETURN(Statement * statement, Prepared(sql));
    int n = 0;
    (Bind(*statement, ++n, parameters), ...);
    return Query(statement);
  }
  template <class... Parameters>
  absl::Status Do(const char* sql, const Parameters&... parameters) {
    WISSEL_ASSIGN_OR_RETURN(Query query, Ask(sql, parameters...));
    return query.Next().status();
  }

  absl::Status Begin() { return connection_.Begin(); }
  absl::Status Commit() { return connection_.Commit(); }
  void Rollback() { connection_.Rollback(); }
  bool in_transaction() const { return connection_.in_transaction(); }

  // As Connection::Forget.
  absl::Status Forget(std::string_view table) { return connection_.Forget(table); }

 private:
  static void Bind(Statement& statement, int n, std::string_view bytes) {
    statement.BindCopy(n, bytes);
  }
  static void Bind(Statement& statement, int n, std::integral auto number) {
    statement.Bind(n, number);
  }
  absl::StatusOr<Statement*> Prepared(const char* sql);

  Connection connection_;
  std::map<std::string_view, Statement> statements_;
};

}  // namespace wissel::sql
