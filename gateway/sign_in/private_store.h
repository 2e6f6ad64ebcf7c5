// How what is about users is kept: in a file that its owner alone may read, which other processes
// (a command that adds a user) write too, or where the other stores of a shared server are.
#pragma once

#include "absl/status/statusor.h"
#include "base/sql/database.h"

namespace wissel::sign_in {

// UNAVAILABLE where it cannot be used.
absl::StatusOr<sql::Database> OpenPrivateStore(const sql::Place& place, const char* schema);

// UNAVAILABLE, naming the store.
absl::Status StoreFailure(const sql::Place& place, const absl::Status& cause);

}  // namespace wissel::sign_in
