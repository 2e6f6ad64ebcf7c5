#include "base/sql/postgres.h"

#include <endian.h>
#include <libpq-fe.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/invariant.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel {
namespace {

using SteadyClock = std::chrono::steady_clock;

// pg_type.dat; libpq's headers do not name them.
constexpr Oid kBool = 16;
constexpr Oid kBytea = 17;
constexpr Oid kInt8 = 20;
constexpr Oid kInt2 = 21;
constexpr Oid kInt4 = 23;
constexpr Oid kText = 25;
constexpr Oid kInferred = 0;
constexpr int kBinary = 1;

// What a client of ours asks of a session. A transaction that its client has left alone must not
// keep locks from a successor; a commit is on the disk, and on that of a synchronous standby, when
// it is answered.
constexpr const char* kSession =
    "SET client_min_messages = warning;"
    "SET idle_in_transaction_session_timeout = '2s';"
    "SET tcp_keepalives_idle = 2; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3;"
    "SET tcp_user_timeout = '4s';"
    "SET synchronous_commit = on;";

// Of the advisory lock of whoever makes a schema: "Wssl".
constexpr int64_t kMakingSchemas = 0x5773736c;

std::string OneLine(std::string_view text) {
  std::string line(text);
  while (!line.empty() && line.back() == '\n') line.pop_back();
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  return line;
}

bool IsName(std::string_view name) {
  return !name.empty() &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

// PostgreSQL's documentation, appendix A.
absl::StatusCode CodeOf(std::string_view sqlstate) {
  const std::string_view kind = sqlstate.substr(0, 2);
  if (kind == "53") return absl::StatusCode::kUnavailable;  // no room, too many connections
  if (kind == "22") return absl::StatusCode::kInvalidArgument;
  if (sqlstate == "23505") return absl::StatusCode::kAlreadyExists;
  if (kind == "40") return absl::StatusCode::kAborted;
  return absl::StatusCode::kInternal;
}

// The server ends the connection, or cannot be written to since it is no longer the first.
bool EndsConnection(std::string_view sqlstate) {
  const std::string_view kind = sqlstate.substr(0, 2);
  return kind == "08" || kind == "57" || sqlstate == "25006" || sqlstate == "25P03";
}

}  // namespace

bool IsPostgresUrl(std::string_view address) {
  return address.starts_with("postgres://") || address.starts_with("postgresql://");
}

std::string WithoutPassword(std::string_view url) {
  const size_t authority = url.find("://");
  const size_t at = url.find('@');
  if (authority == std::string_view::npos || at == std::string_view::npos) return std::string(url);
  const size_t colon = url.find(':', authority + 3);
  if (colon == std::string_view::npos || colon > at) return std::string(url);
  return fmt::format("{}{}", url.substr(0, colon), url.substr(at));
}

// FNV-1a. Locks of two shards that share a number wait for each other, and no more than that.
int64_t ShardLock(std::string_view journal_schema) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : journal_schema) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return static_cast<int64_t>(hash);
}

// --- Rows

void PostgresRows::Clear::operator()(pg_result* result) const { PQclear(result); }

int PostgresRows::size() const { return PQntuples(result_.get()); }

int64_t PostgresRows::changed() const {
  const char* count = PQcmdTuples(result_.get());
  return *count == '\0' ? 0 : std::strtoll(count, nullptr, 10);
}

int64_t PostgresRows::Number(int row, int column) const {
  if (PQgetisnull(result_.get(), row, column) != 0) return 0;
  const char* bytes = PQgetvalue(result_.get(), row, column);
  switch (PQftype(result_.get(), column)) {
    case kInt8: {
      uint64_t number = 0;
      std::memcpy(&number, bytes, sizeof number);
      return static_cast<int64_t>(be64toh(number));
    }
    case kInt4: {
      uint32_t number = 0;
      std::memcpy(&number, bytes, sizeof number);
      return static_cast<int32_t>(be32toh(number));
    }
    case kInt2: {
      uint16_t number = 0;
      std::memcpy(&number, bytes, sizeof number);
      return static_cast<int16_t>(be16toh(number));
    }
    case kBool:
      return *bytes;
    default:
      INVARIANT(!"a column that is no whole number");
      return 0;
  }
}

std::string_view PostgresRows::Bytes(int row, int column) const {
  const Oid type = PQftype(result_.get(), column);
  INVARIANT(type == kText || type == kBytea);
  return {PQgetvalue(result_.get(), row, column),
          static_cast<size_t>(PQgetlength(result_.get(), row, column))};
}

// --- Parameters

void PostgresConnection::ParameterList::Add(std::string_view bytes) {
  parameters_.push_back({false, std::string(bytes)});
}

PostgresConnection::ParameterList::Parameter PostgresConnection::ParameterList::Of(int64_t number) {
  const uint64_t big_endian = htobe64(static_cast<uint64_t>(number));
  std::string bytes(sizeof big_endian, '\0');
  std::memcpy(bytes.data(), &big_endian, sizeof big_endian);
  return {true, std::move(bytes)};
}

void PostgresConnection::ParameterList::Set(int parameter, std::string_view bytes) {
  At(parameter) = {false, std::string(bytes)};
}

void PostgresConnection::ParameterList::Set(int parameter, int64_t number) {
  At(parameter) = Of(number);
}

PostgresConnection::ParameterList::Parameter& PostgresConnection::ParameterList::At(int parameter) {
  const auto place = static_cast<size_t>(parameter) - 1;
  if (parameters_.size() <= place) parameters_.resize(place + 1);
  return parameters_[place];
}

// --- The connection

void PostgresConnection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

absl::StatusOr<PostgresConnection> PostgresConnection::Open(const PostgresOptions& options) {
  if (!options.schema.empty() && !IsName(options.schema)) {
    return absl::InvalidArgumentError(
        fmt::format("\"{}\" cannot be the name of a schema", options.schema));
  }
  // What the address says comes last and goes before.
  constexpr std::array kNames = {"application_name", "client_encoding",
                                 "connect_timeout",  "target_session_attrs",
                                 "keepalives_idle",  "keepalives_interval",
                                 "keepalives_count", "tcp_user_timeout",
                                 "dbname",           static_cast<const char*>(nullptr)};
  const std::array kValues = {
      "wissel", "UTF8", "2",    "read-write",        "2",
      "1",      "3",    "4000", options.url.c_str(), static_cast<const char*>(nullptr)};
  PGconn* raw = PQconnectdbParams(kNames.data(), kValues.data(), /*expand_dbname=*/1);
  PostgresConnection connection(raw, options.patience);
  if (raw == nullptr || PQstatus(raw) != CONNECTION_OK) {
    return absl::UnavailableError(fmt::format(
        "no database answers at {}: {}", WithoutPassword(options.url),
        raw == nullptr ? "there is no memory for a connection" : OneLine(PQerrorMessage(raw))));
  }
  PQsetnonblocking(raw, 1);
  WISSEL_RETURN_IF_ERROR(connection.Run(kSession));
  if (!options.schema.empty()) {
    WISSEL_RETURN_IF_ERROR(
        connection.Run(fmt::format("SET search_path TO \"{}\"", options.schema)));
  }
  return connection;
}

absl::Status PostgresConnection::Run(const std::string& sql) {
  if (lost()) return Lose("it was lost before");
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) {
    return Lose(OneLine(PQerrorMessage(connection_.get())));
  }
  return Await().status();
}

absl::StatusOr<PostgresRows> PostgresConnection::AskWith(std::string_view sql,
                                                         const ParameterList& parameters) {
  if (lost()) return Lose("it was lost before");
  std::string name;
  WISSEL_RETURN_IF_ERROR(Prepare(sql, parameters, &name));
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const auto& parameter : parameters.parameters_) {
    values.push_back(parameter.bytes.data());
    lengths.push_back(static_cast<int>(parameter.bytes.size()));
  }
  const std::vector<int> formats(values.size(), kBinary);
  if (PQsendQueryPrepared(connection_.get(), name.c_str(), static_cast<int>(values.size()),
                          values.data(), lengths.data(), formats.data(), kBinary) == 0) {
    return Lose(OneLine(PQerrorMessage(connection_.get())));
  }
  return Await();
}

bool PostgresConnection::in_transaction() const {
  return !lost() && PQtransactionStatus(connection_.get()) != PQTRANS_IDLE;
}

bool PostgresConnection::failed() const {
  return !lost() && PQtransactionStatus(connection_.get()) == PQTRANS_INERROR;
}

absl::Status PostgresConnection::Prepare(std::string_view sql, const ParameterList& parameters,
                                         std::string* name) {
  if (const auto it = prepared_.find(sql); it != prepared_.end()) {
    *name = it->second;
    return absl::OkStatus();
  }
  std::vector<Oid> types;
  for (const auto& parameter : parameters.parameters_) {
    types.push_back(parameter.is_number ? kInt8 : kInferred);
  }
  *name = fmt::format("s{}", prepared_.size());
  std::string text(sql);
  if (PQsendPrepare(connection_.get(), name->c_str(), text.c_str(), static_cast<int>(types.size()),
                    types.data()) == 0) {
    return Lose(OneLine(PQerrorMessage(connection_.get())));
  }
  WISSEL_RETURN_IF_ERROR(Await().status());
  prepared_.emplace(std::move(text), *name);
  return absl::OkStatus();
}

// The last result of what was sent, or the first error in it.
absl::StatusOr<PostgresRows> PostgresConnection::Await() {
  PGconn* const connection = connection_.get();
  const auto deadline = SteadyClock::now() + std::chrono::milliseconds(patience_.millis());
  absl::StatusOr<PostgresRows> answer = absl::InternalError("the database sent no answer");
  bool any = false;
  while (true) {
    int unsent = 0;
    while ((unsent = PQflush(connection)) > 0 || PQisBusy(connection) != 0) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now()) +
          std::chrono::milliseconds(1);
      if (left.count() <= 0) return Lose("it did not answer in time");
      pollfd ready{.fd = PQsocket(connection),
                   .events = static_cast<short>(POLLIN | (unsent > 0 ? POLLOUT : 0)),
                   .revents = 0};
      if (::poll(&ready, 1, static_cast<int>(left.count())) < 0 && errno != EINTR) {
        return Lose(std::strerror(errno));
      }
      if (ready.revents != 0 && PQconsumeInput(connection) == 0) {
        return Lose(OneLine(PQerrorMessage(connection)));
      }
    }
    if (unsent < 0) return Lose(OneLine(PQerrorMessage(connection)));
    PGresult* result = PQgetResult(connection);
    if (result == nullptr) break;
    absl::StatusOr<PostgresRows> next = Checked(PostgresRows(result), result);
    if (lost()) return next;
    if (!any || answer.ok()) answer = std::move(next);
    any = true;
  }
  return answer;
}

absl::StatusOr<PostgresRows> PostgresConnection::Checked(PostgresRows rows, PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return rows;
  const char* field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view sqlstate = field == nullptr ? "" : field;
  const std::string message = OneLine(PQresultErrorMessage(result));
  if (EndsConnection(sqlstate) || PQstatus(connection_.get()) != CONNECTION_OK) {
    return Lose(message);
  }
  return absl::Status(CodeOf(sqlstate),
                      fmt::format("the database says: {} (SQLSTATE {})", message, sqlstate));
}

absl::Status MakeSchema(const PostgresOptions& options) {
  INVARIANT(!options.schema.empty());
  PostgresOptions anywhere = options;
  anywhere.schema.clear();
  WISSEL_ASSIGN_OR_RETURN(PostgresConnection database, PostgresConnection::Open(anywhere));
  WISSEL_ASSIGN_OR_RETURN(
      const PostgresRows there,
      database.Ask("SELECT count(*) FROM pg_namespace WHERE nspname = $1", options.schema));
  if (there.Number(0, 0) != 0) return absl::OkStatus();
  // One after the other: IF NOT EXISTS alone fails when two make it at once.
  return database.Run(fmt::format(
      "BEGIN; SELECT pg_advisory_xact_lock({}); CREATE SCHEMA IF NOT EXISTS \"{}\"; COMMIT",
      kMakingSchemas, options.schema));
}

absl::Status PostgresConnection::Lose(std::string_view why) {
  connection_.reset();
  return absl::UnknownError(fmt::format("the connection to the database is lost: {}", why));
}

}  // namespace wissel
