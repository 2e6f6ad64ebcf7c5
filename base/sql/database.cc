#include "base/sql/database.h"

namespace wissel::sql {

absl::StatusOr<Database> Database::Open(const Place& place, const char* schema, Settings settings) {
  WISSEL_ASSIGN_OR_RETURN(Connection connection, Connection::Open(place, settings));
  WISSEL_RETURN_IF_ERROR(connection.Begin());
  WISSEL_RETURN_IF_ERROR(connection.Run(schema));
  WISSEL_RETURN_IF_ERROR(connection.Commit());
  return Database(std::move(connection));
}

absl::StatusOr<Statement*> Database::Prepared(const char* sql) {
  auto it = statements_.find(sql);
  if (it == statements_.end()) {
    WISSEL_ASSIGN_OR_RETURN(Statement statement, connection_.Prepare(sql));
    it = statements_.emplace(sql, std::move(statement)).first;
  }
  return &it->second;
}

}  // namespace wissel::sql
