#include <memory>
#include <utility>
#include <vector>

#include "base/invariant.h"
#include "base/sql/dialect.h"
#include "base/sql/machines.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel::sql {
namespace {

bool Reads(std::string_view sql) { return sql.starts_with("SELECT"); }

// One connection, made anew when it was lost, between transactions.
class Session {
 public:
  explicit Session(const Place& place) : options_(*place.postgres), fence_(place.fence) {}

  absl::StatusOr<PostgresConnection*> Get() {
    if (!connection_ || connection_->lost()) {
      // What was begun on the lost one is over, and nothing of it goes on outside.
      if (in_transaction_) return absl::UnknownError("the connection to the database is lost");
      connection_.reset();
      WISSEL_ASSIGN_OR_RETURN(connection_, PostgresConnection::Open(options_));
    }
    return &*connection_;
  }

  absl::Status Begin() {
    INVARIANT(!in_transaction_);
    WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, Get());
    WISSEL_RETURN_IF_ERROR(database->Run(fence_ ? BeginUnderFence() : "BEGIN"));
    in_transaction_ = true;
    if (!fence_) return absl::OkStatus();
    absl::Status fenced = LookAtFence(*database);
    if (!fenced.ok()) Rollback();
    return fenced;
  }

  absl::Status BeginReading() {
    INVARIANT(!in_transaction_);
    WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, Get());
    WISSEL_RETURN_IF_ERROR(database->Run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
    in_transaction_ = true;
    return absl::OkStatus();
  }

  absl::Status Commit() {
    absl::StatusOr<PostgresConnection*> database = Get();
    // To the server a COMMIT after a failed statement is a rollback that went well.
    if (database.ok() && (*database)->failed()) {
      Rollback();
      return absl::InternalError("a transaction with a failed statement cannot be committed");
    }
    in_transaction_ = false;
    return database.ok() ? (*database)->Run("COMMIT") : database.status();
  }

  void Rollback() {
    if (!std::exchange(in_transaction_, false)) return;
    if (connection_ && !connection_->lost()) connection_->Run("ROLLBACK").IgnoreError();
  }

  bool in_transaction() const { return in_transaction_; }

  // A statement that writes is never outside of a transaction: that is where the fence is.
  absl::StatusOr<PostgresRows> Ask(const std::string& sql,
                                   const PostgresConnection::ParameterList& parameters) {
    if (in_transaction_ || Reads(sql)) {
      WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, Get());
      return database->AskWith(sql, parameters);
    }
    WISSEL_RETURN_IF_ERROR(Begin());
    absl::StatusOr<PostgresRows> rows = connection_->AskWith(sql, parameters);
    if (!rows.ok()) {
      Rollback();
      return rows;
    }
    WISSEL_RETURN_IF_ERROR(Commit());
    return rows;
  }

  const PostgresOptions& options() const { return options_; }

 private:
  // Whoever claims an epoch takes this lock for itself alone (postgres_journal.h).
  std::string BeginUnderFence() const {
    return fmt::format("BEGIN; SELECT pg_advisory_xact_lock_shared({})",
                       ShardLock(fence_->journal_schema));
  }

  absl::Status LookAtFence(PostgresConnection& database) {
    const std::string sql =
        fmt::format("SELECT epoch FROM \"{}\".journal_tail", fence_->journal_schema);
    WISSEL_ASSIGN_OR_RETURN(const PostgresRows rows, database.Ask(sql.c_str()));
    const uint64_t epoch = rows.size() == 1 ? static_cast<uint64_t>(rows.Number(0, 0)) : 0;
    if (epoch == fence_->epoch) return absl::OkStatus();
    return absl::AbortedError(
        fmt::format("epoch {} is over: the shard is written under epoch {}", fence_->epoch, epoch));
  }

  const PostgresOptions options_;
  const std::optional<Fence> fence_;
  std::optional<PostgresConnection> connection_;
  bool in_transaction_ = false;
};

class PostgresStatement : public Statement::Machine {
 public:
  PostgresStatement(std::shared_ptr<Session> session, std::string sql)
      : session_(std::move(session)), sql_(std::move(sql)) {}

  void Bind(int parameter, int64_t number) override { parameters_.Set(parameter, number); }
  void Bind(int parameter, std::string_view bytes, bool) override {
    parameters_.Set(parameter, bytes);
  }
  absl::StatusOr<bool> Step() override {
    if (!rows_) {
      WISSEL_ASSIGN_OR_RETURN(rows_, session_->Ask(sql_, parameters_));
      changed_ = rows_->changed();
      row_ = -1;
    }
    return ++row_ < rows_->size();
  }
  void Reset() override { rows_.reset(); }
  int64_t Number(int column) const override { return rows_->Number(row_, column); }
  std::string_view Bytes(int column) const override { return rows_->Bytes(row_, column); }
  int64_t changed() const override { return changed_; }

 private:
  const std::shared_ptr<Session> session_;
  const std::string sql_;
  PostgresConnection::ParameterList parameters_;
  std::optional<PostgresRows> rows_;
  int row_ = -1;
  int64_t changed_ = 0;
};

class PostgresSchema : public Connection::Machine {
 public:
  explicit PostgresSchema(std::shared_ptr<Session> session) : session_(std::move(session)) {}

  absl::Status Run(std::string_view sql) override {
    const bool alone = !in_transaction();
    if (alone) WISSEL_RETURN_IF_ERROR(Begin());
    absl::Status status = RunAll(sql);
    if (!alone) return status;
    if (status.ok()) return Commit();
    Rollback();
    return status;
  }
  absl::StatusOr<std::unique_ptr<Statement::Machine>> Prepare(std::string_view sql) override {
    return std::make_unique<PostgresStatement>(session_, ToPostgres(sql));
  }
  absl::Status Begin() override { return session_->Begin(); }
  absl::Status BeginReading() override { return session_->BeginReading(); }
  absl::Status Commit() override { return session_->Commit(); }
  void Rollback() override { session_->Rollback(); }
  bool in_transaction() const override { return session_->in_transaction(); }

  absl::StatusOr<uint64_t> Format() override {
    WISSEL_ASSIGN_OR_RETURN(const PostgresRows made,
                            session_->Ask("SELECT to_regclass('store_format') IS NOT NULL", {}));
    if (made.Number(0, 0) == 0) return 0;
    WISSEL_ASSIGN_OR_RETURN(const PostgresRows rows,
                            session_->Ask("SELECT format FROM store_format", {}));
    return rows.size() == 0 ? 0 : static_cast<uint64_t>(rows.Number(0, 0));
  }
  absl::Status SetFormat(uint64_t format) override {
    return Run(fmt::format(
        "CREATE TABLE IF NOT EXISTS store_format (one INTEGER PRIMARY KEY CHECK (one = 1),"
        " format INTEGER NOT NULL);"
        "INSERT INTO store_format VALUES (1, {0}) ON CONFLICT (one) DO UPDATE SET format = {0}",
        format));
  }
  // Rewritten: a plain VACUUM leaves old bytes in the gaps of pages. What was written ahead stays
  // until the server uses those files again.
  absl::Status Forget(std::string_view table) override {
    WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, session_->Get());
    return database->Run(fmt::format("VACUUM FULL \"{}\"", table));
  }

 private:
  absl::Status RunAll(std::string_view sql) {
    WISSEL_ASSIGN_OR_RETURN(PostgresConnection * database, session_->Get());
    return database->Run(ToPostgres(sql));
  }

  const std::shared_ptr<Session> session_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Connection::Machine>> OpenPostgres(const Place& place) {
  WISSEL_RETURN_IF_ERROR(MakeSchema(*place.postgres));
  auto session = std::make_shared<Session>(place);
  WISSEL_RETURN_IF_ERROR(session->Get().status());
  return std::make_unique<PostgresSchema>(std::move(session));
}

}  // namespace wissel::sql
