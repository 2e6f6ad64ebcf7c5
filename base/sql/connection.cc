#include "base/sql/connection.h"

#include <utility>

#include "base/invariant.h"
#include "base/sql/machines.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel::sql {

Statement::Statement() = default;
Statement::Statement(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}
Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;
Statement::~Statement() = default;

Statement& Statement::BindNumber(int parameter, int64_t number) {
  machine_->Bind(parameter, number);
  return *this;
}

Statement& Statement::Bind(int parameter, const void* bytes, size_t size) {
  machine_->Bind(parameter, {static_cast<const char*>(bytes), size}, /*copy=*/false);
  return *this;
}

Statement& Statement::BindCopy(int parameter, std::string_view bytes) {
  machine_->Bind(parameter, bytes, /*copy=*/true);
  return *this;
}

absl::StatusOr<bool> Statement::Step() { return machine_->Step(); }

absl::Status Statement::Run() {
  absl::StatusOr<bool> row = Step();
  Reset();
  if (!row.ok()) return row.status();
  INVARIANT(!*row);
  return absl::OkStatus();
}

void Statement::Reset() { machine_->Reset(); }

uint64_t Statement::Number(int column) const {
  return static_cast<uint64_t>(machine_->Number(column));
}

std::string_view Statement::Bytes(int column) const { return machine_->Bytes(column); }

int64_t Statement::changed() const { return machine_->changed(); }

absl::StatusOr<Connection> Connection::Open(const Place& place, Settings settings) {
  WISSEL_ASSIGN_OR_RETURN(std::unique_ptr<Machine> machine,
                          place.postgres ? OpenPostgres(place) : OpenSqlite(place, settings));
  return Connection(std::move(machine));
}

Connection::Connection(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

absl::Status Connection::Run(std::string_view sql) { return machine_->Run(sql); }

absl::StatusOr<Statement> Connection::Prepare(std::string_view sql) {
  WISSEL_ASSIGN_OR_RETURN(auto statement, machine_->Prepare(sql));
  return Statement(std::move(statement));
}

absl::StatusOr<uint64_t> Connection::QueryNumber(std::string_view sql) {
  WISSEL_ASSIGN_OR_RETURN(Statement query, Prepare(sql));
  WISSEL_ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return absl::DataLossError(fmt::format("no answer to {}", sql));
  return query.Number(0);
}

absl::Status Connection::Begin() { return machine_->Begin(); }
absl::Status Connection::BeginReading() { return machine_->BeginReading(); }
absl::Status Connection::Commit() { return machine_->Commit(); }
void Connection::Rollback() { machine_->Rollback(); }
bool Connection::in_transaction() const { return machine_->in_transaction(); }
absl::StatusOr<uint64_t> Connection::Format() { return machine_->Format(); }
absl::Status Connection::SetFormat(uint64_t format) { return machine_->SetFormat(format); }
absl::Status Connection::Forget(std::string_view table) { return machine_->Forget(table); }

}  // namespace wissel::sql
