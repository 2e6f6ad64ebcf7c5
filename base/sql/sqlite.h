// A thin hand on SQLite's C API: a connection, prepared statements, and what its errors mean to a
// journal. Not thread-safe: a connection belongs to one thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace wissel {

class SqliteStatement {
 public:
  SqliteStatement() = default;
  SqliteStatement(sqlite3* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}

  SqliteStatement& Bind(int parameter, uint64_t number);
  // The bytes must live until the statement is reset.
  SqliteStatement& Bind(int parameter, const void* bytes, size_t size);
  SqliteStatement& BindCopy(int parameter, std::string_view bytes);

  // True: there is a row. False: there are no more.
  absl::StatusOr<bool> Step();
  // Runs a statement without rows to its end and resets it.
  absl::Status Run();
  void Reset();

  uint64_t Number(int column) const;
  // Lives until the next Step or Reset.
  std::string_view Bytes(int column) const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  sqlite3* db_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

class SqliteConnection {
 public:
  // `flags` as of sqlite3_open_v2; `vfs` empty: the system's own.
  static absl::StatusOr<SqliteConnection> Open(const std::string& path, int flags,
                                               const std::string& vfs);

  absl::Status Run(const char* sql);
  absl::StatusOr<SqliteStatement> Prepare(const char* sql);
  // Of a pragma or query with one number.
  absl::StatusOr<uint64_t> QueryNumber(const char* sql);
  bool in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }
  sqlite3* get() const { return db_.get(); }

 private:
  struct Closer {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  explicit SqliteConnection(sqlite3* db) : db_(db) {}
  std::unique_ptr<sqlite3, Closer> db_;
};

// UNAVAILABLE: there was no room, or a write failed, and the transaction has left no trace.
// DATA_LOSS: the file is damaged. INTERNAL: anything else, a failed sync among it: what is on the
// disk is not known.
absl::Status SqliteError(sqlite3* db, int code);

}  // namespace wissel
