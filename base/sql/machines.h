// The two databases behind connection.h; for that file alone.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "base/sql/connection.h"

namespace wissel::sql {

absl::StatusOr<std::unique_ptr<Connection::Machine>> OpenSqlite(const Place& place,
                                                                Settings settings);
absl::StatusOr<std::unique_ptr<Connection::Machine>> OpenPostgres(const Place& place);

}  // namespace wissel::sql
