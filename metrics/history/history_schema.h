// The tables of history.sqlite, and the way from an older format to this one. See README.md.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "base/sql/connection.h"

namespace wissel::metrics {

// Makes the file where there is none, and brings an older one to this format, all of it or nothing.
// FAILED_PRECONDITION for one of a later format.
absl::StatusOr<sql::Connection> OpenHistory(const sql::Place& place);

enum class Access : uint8_t { kWrite, kRead };

// Runs `work` in a transaction that is taken back when it fails; one that reads sees one moment.
template <class Work>  // absl::Status()
absl::Status Transact(sql::Connection& connection, Work work, Access access = Access::kWrite) {
  absl::Status begun = access == Access::kRead ? connection.BeginReading() : connection.Begin();
  if (!begun.ok()) return begun;
  absl::Status status = work();
  if (status.ok()) status = connection.Commit();
  if (!status.ok()) connection.Rollback();
  return status;
}

}  // namespace wissel::metrics
