// Where stores keep what they know: a file of SQLite's on one machine, or a schema in a PostgreSQL
// that several share. A store says what it wants in the SQL that both speak (README.md), and does
// not know which of the two it has.
//
// Not thread-safe: a connection belongs to one thread at a time. Only one set of rows of a
// statement at a time.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/postgres.h"

namespace wissel::sql {

// Who may write to a shard's stores: whoever holds the newest epoch of its journal. Every
// transaction looks, under a lock that the next who claims an epoch waits for.
struct Fence {
  std::string journal_schema;
  uint64_t epoch = 0;
};

struct Place {
  // ":memory:": gone with the connection.
  Place(std::string path) : file(std::move(path)) {}  // NOLINT(google-explicit-constructor)
  Place(const char* path) : file(path) {}             // NOLINT(google-explicit-constructor)
  Place(PostgresOptions options, std::optional<Fence> fence)
      : postgres(std::move(options)), fence(std::move(fence)) {}

  // For messages.
  std::string name() const { return postgres ? "the schema " + postgres->schema : file; }

  std::string file;                         // without `postgres`
  std::optional<PostgresOptions> postgres;  // with a schema of the store's own
  std::optional<Fence> fence;               // none: nobody else writes there
};

struct Settings {
  // False: what a power cut takes away can be made anew, and a commit need not be synced (SQLite).
  bool synced = true;
  // What is deleted is overwritten (SQLite).
  bool overwrite_deleted = false;
  // Other processes write there too (SQLite: without a write-ahead log, which two writers at once
  // can damage before version 3.51.3).
  bool several_writers = false;
};

class Statement {
 public:
  class Machine;

  Statement();
  explicit Statement(std::unique_ptr<Machine> machine);
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();

  // Parameters count from 1.
  Statement& Bind(int parameter, std::integral auto number) {
    return BindNumber(parameter, static_cast<int64_t>(number));
  }
  // The bytes must live until the statement is reset.
  Statement& Bind(int parameter, const void* bytes, size_t size);
  Statement& BindCopy(int parameter, std::string_view bytes);

  // True: there is a row. False: there are no more.
  absl::StatusOr<bool> Step();
  // Runs a statement without rows to its end and resets it.
  absl::Status Run();
  void Reset();

  // Columns count from 0.
  uint64_t Number(int column) const;
  // Lives until the next Step or Reset.
  std::string_view Bytes(int column) const;
  // How many rows the last run inserted, updated or deleted.
  int64_t changed() const;

 private:
  Statement& BindNumber(int parameter, int64_t number);
  std::unique_ptr<Machine> machine_;
};

class Connection {
 public:
  class Machine;

  // FAILED_PRECONDITION: the file cannot be opened. UNAVAILABLE: the database does not answer.
  static absl::StatusOr<Connection> Open(const Place& place, Settings settings = {});
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  // Statements without parameters and rows, among them CREATE TABLE and CREATE INDEX.
  absl::Status Run(std::string_view sql);
  // With parameters ?1, ?2, ...
  absl::StatusOr<Statement> Prepare(std::string_view sql);
  // Of a query with one number.
  absl::StatusOr<uint64_t> QueryNumber(std::string_view sql);

  // Outside of a transaction each statement is one. ABORTED: another has taken the shard over.
  // After an error nothing of the transaction has happened, but for an UNKNOWN of Commit: a
  // connection that is lost then may have carried it out.
  absl::Status Begin();
  // All that is read until Commit or Rollback is as of one moment.
  absl::Status BeginReading();
  absl::Status Commit();
  void Rollback();
  bool in_transaction() const;

  // The number of the store's format; 0 at first.
  absl::StatusOr<uint64_t> Format();
  absl::Status SetFormat(uint64_t format);

  // What was deleted from this table is in the store's files no more. UNAVAILABLE: another reads
  // them just now.
  absl::Status Forget(std::string_view table);

 private:
  explicit Connection(std::unique_ptr<Machine> machine);
  std::unique_ptr<Machine> machine_;
};

class Statement::Machine {
 public:
  virtual ~Machine() = default;
  virtual void Bind(int parameter, int64_t number) = 0;
  virtual void Bind(int parameter, std::string_view bytes, bool copy) = 0;
  virtual absl::StatusOr<bool> Step() = 0;
  virtual void Reset() = 0;
  virtual int64_t Number(int column) const = 0;
  virtual std::string_view Bytes(int column) const = 0;
  virtual int64_t changed() const = 0;
};

class Connection::Machine {
 public:
  virtual ~Machine() = default;
  virtual absl::Status Run(std::string_view sql) = 0;
  virtual absl::StatusOr<std::unique_ptr<Statement::Machine>> Prepare(std::string_view sql) = 0;
  virtual absl::Status Begin() = 0;
  virtual absl::Status BeginReading() = 0;
  virtual absl::Status Commit() = 0;
  virtual void Rollback() = 0;
  virtual bool in_transaction() const = 0;
  virtual absl::StatusOr<uint64_t> Format() = 0;
  virtual absl::Status SetFormat(uint64_t format) = 0;
  virtual absl::Status Forget(std::string_view table) = 0;
};

}  // namespace wissel::sql
