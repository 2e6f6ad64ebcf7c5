// The tables of history.sqlite, and the way from an older format to this one. See README.md.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "router/journal/sqlite.h"

namespace wissel::metrics {

// Makes the file where there is none, and brings an older one to this format, all of it or nothing.
// FAILED_PRECONDITION for one of a later format.
absl::StatusOr<SqliteConnection> OpenHistory(const std::string& path);

// Runs `work` in a transaction that is taken back when it fails. `begin`: how it begins.
template <class Work>  // absl::Status()
absl::Status Transact(SqliteConnection& connection, Work work,
                      const char* begin = "BEGIN IMMEDIATE") {
  if (absl::Status begun = connection.Run(begin); !begun.ok()) return begun;
  absl::Status status = work();
  if (status.ok()) status = connection.Run("COMMIT");
  if (!status.ok() && connection.in_transaction()) (void)connection.Run("ROLLBACK");
  return status;
}

}  // namespace wissel::metrics
