#include "integration/webhooks/store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel::webhooks {
namespace {

// No secret may be found in the file once its webhook is deleted (secure_delete). An absent moment
// is 0; lists are lines.
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS endpoints ("
    " number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, url BLOB NOT NULL,"
    " description BLOB NOT NULL, type_prefixes BLOB NOT NULL, queues BLOB NOT NULL,"
    " state INTEGER NOT NULL, created_ms INTEGER NOT NULL, version INTEGER NOT NULL,"
    " secret BLOB NOT NULL, former_secret BLOB NOT NULL, former_until_ms INTEGER NOT NULL,"
    " position INTEGER NOT NULL, failed_attempts INTEGER NOT NULL, retry_ms INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS deliveries ("
    " number INTEGER PRIMARY KEY, endpoint BLOB NOT NULL, delivery BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS deliveries_of ON deliveries (endpoint, number);"
    "CREATE TABLE IF NOT EXISTS dead_letters ("
    " endpoint BLOB NOT NULL, event INTEGER NOT NULL, letter BLOB NOT NULL,"
    " PRIMARY KEY (endpoint, event)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS requests ("
    " number INTEGER PRIMARY KEY, high INTEGER NOT NULL, low INTEGER NOT NULL,"
    " fingerprint INTEGER NOT NULL, endpoint BLOB NOT NULL, at_ms INTEGER NOT NULL);"
    "CREATE UNIQUE INDEX IF NOT EXISTS requests_by_key ON requests (high, low);";

constexpr int kRequestsKept = 1000;

sql::Statement& BindText(sql::Statement& statement, int parameter, const std::string& text) {
  return statement.Bind(parameter, text.data(), text.size());
}
uint64_t Number(Instant t) { return static_cast<uint64_t>(t.millis()); }
Instant InstantOf(uint64_t number) { return Instant::FromMillis(static_cast<int64_t>(number)); }

std::string Lines(const std::vector<std::string>& texts) { return absl::StrJoin(texts, "\n"); }
std::vector<std::string> Split(std::string_view lines) {
  if (lines.empty()) return {};
  return absl::StrSplit(std::string(lines), '\n');
}

// Events of the journal have numbers for ids.
uint64_t EventNumber(const std::string& id) {
  uint64_t number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number);
  return number;
}

Endpoint ReadEndpoint(const sql::Statement& row) {
  Endpoint endpoint;
  endpoint.id = row.Bytes(0);
  endpoint.url = row.Bytes(1);
  endpoint.description = row.Bytes(2);
  endpoint.filter.type_prefixes = Split(row.Bytes(3));
  endpoint.filter.queues = Split(row.Bytes(4));
  endpoint.state = static_cast<EndpointState>(row.Number(5));
  endpoint.created = InstantOf(row.Number(6));
  endpoint.version = row.Number(7);
  endpoint.secret = row.Bytes(8);
  endpoint.former_secret = row.Bytes(9);
  endpoint.former_until = InstantOf(row.Number(10));
  endpoint.position = row.Number(11);
  endpoint.failed_attempts = static_cast<int>(row.Number(12));
  if (row.Number(13) > 0) endpoint.retry_at = InstantOf(row.Number(13));
  return endpoint;
}

template <class Message>
absl::StatusOr<std::vector<Message>> ReadMessages(sql::Statement& query,
                                                  const std::string& endpoint) {
  std::vector<Message> messages;
  BindText(query, 1, endpoint);
  while (true) {
    const absl::StatusOr<bool> row = query.Step();
    if (!row.ok() || !*row) {
      query.Reset();
      if (!row.ok()) return row.status();
      return messages;
    }
    const std::string_view bytes = query.Bytes(0);
    Message message;
    if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      query.Reset();
      return absl::DataLossError("webhooks.sqlite cannot be read");
    }
    messages.push_back(std::move(message));
  }
}

// Before SQLite makes it for everybody.
absl::Status MakeForOwnerAlone(const std::string& path) {
  if (path == ":memory:") return absl::OkStatus();
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return absl::ErrnoToStatus(errno, fmt::format("cannot open {}", path));
  close(file);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const sql::Place& place) {
  if (!place.postgres) WISSEL_RETURN_IF_ERROR(MakeForOwnerAlone(place.file));
  WISSEL_ASSIGN_OR_RETURN(sql::Connection connection,
                          sql::Connection::Open(place, {.overwrite_deleted = true}));
  WISSEL_ASSIGN_OR_RETURN(const uint64_t version, connection.Format());
  if (version > 1) {
    return absl::FailedPreconditionError(fmt::format("{} is of a later version", place.name()));
  }
  std::unique_ptr<Store> store(new Store(std::move(connection)));
  WISSEL_RETURN_IF_ERROR(store->Transact([&]() -> absl::Status {
    WISSEL_RETURN_IF_ERROR(store->connection_.Run(kSchema));
    return store->connection_.SetFormat(1);
  }));
  WISSEL_RETURN_IF_ERROR(store->Prepare());
  return store;
}

absl::Status Store::Prepare() {
  const std::pair<sql::Statement*, const char*> statements[] = {
      {&s_.endpoints,
       "SELECT id, url, description, type_prefixes, queues, state, created_ms, version, secret,"
       " former_secret, former_until_ms, position, failed_attempts, retry_ms FROM endpoints"
       " ORDER BY number"},
      {&s_.put,
       "INSERT INTO endpoints (id, url, description, type_prefixes, queues, state, created_ms, "
       "version,"
       " secret, former_secret, former_until_ms, position, failed_attempts, retry_ms) VALUES (?1, "
       "?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
       " ?14) ON CONFLICT (id) DO UPDATE SET url = ?2, description = ?3, type_prefixes = ?4,"
       " queues = ?5, state = ?6, version = ?8, secret = ?9, former_secret = ?10,"
       " former_until_ms = ?11, position = ?12, failed_attempts = ?13, retry_ms = ?14"},
      {&s_.remove, "DELETE FROM endpoints WHERE id = ?1"},
      {&s_.remove_deliveries, "DELETE FROM deliveries WHERE endpoint = ?1"},
      {&s_.remove_letters, "DELETE FROM dead_letters WHERE endpoint = ?1"},
      {&s_.deliveries,
       "SELECT delivery FROM deliveries WHERE endpoint = ?1 ORDER BY number DESC LIMIT 100"},
      {&s_.add, "INSERT INTO deliveries (endpoint, delivery) VALUES (?1, ?2)"},
      {&s_.trim,
       "DELETE FROM deliveries WHERE endpoint = ?1 AND number <= (SELECT number FROM deliveries"
       " WHERE endpoint = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)"},
      {&s_.letters,
       "SELECT letter FROM dead_letters WHERE endpoint = ?1 ORDER BY event LIMIT 1000"},
      {&s_.put_letter,
       "INSERT INTO dead_letters VALUES (?1, ?2, ?3)"
       " ON CONFLICT (endpoint, event) DO UPDATE SET letter = excluded.letter"},
      {&s_.remove_letter, "DELETE FROM dead_letters WHERE endpoint = ?1 AND event = ?2"},
      {&s_.find_request,
       "SELECT endpoint, fingerprint, at_ms FROM requests WHERE high = ?1 AND low = ?2"},
      {&s_.keep_request,
       "INSERT INTO requests (high, low, fingerprint, endpoint, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)"
       " ON CONFLICT (high, low) DO UPDATE SET fingerprint = excluded.fingerprint,"
       " endpoint = excluded.endpoint, at_ms = excluded.at_ms"},
      {&s_.trim_requests,
       "DELETE FROM requests WHERE number <= (SELECT max(number) FROM requests) - ?1"},
  };
  for (const auto& [statement, sql] : statements) {
    WISSEL_ASSIGN_OR_RETURN(*statement, connection_.Prepare(sql));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Endpoint>> Store::LoadEndpoints() {
  std::vector<Endpoint> endpoints;
  while (true) {
    const absl::StatusOr<bool> row = s_.endpoints.Step();
    if (!row.ok() || !*row) {
      s_.endpoints.Reset();
      if (!row.ok()) return row.status();
      return endpoints;
    }
    endpoints.push_back(ReadEndpoint(s_.endpoints));
  }
}

absl::StatusOr<std::vector<v1::WebhookDelivery>> Store::LoadDeliveries(
    const std::string& endpoint) {
  return ReadMessages<v1::WebhookDelivery>(s_.deliveries, endpoint);
}

absl::StatusOr<std::vector<v1::DeadLetter>> Store::LoadDeadLetters(const std::string& endpoint) {
  return ReadMessages<v1::DeadLetter>(s_.letters, endpoint);
}

absl::StatusOr<std::optional<Store::Request>> Store::FindRequest(const RequestKey& key) {
  s_.find_request.Bind(1, key.high).Bind(2, key.low);
  const absl::StatusOr<bool> row = s_.find_request.Step();
  std::optional<Request> request;
  if (row.ok() && *row) {
    request = Request{std::string(s_.find_request.Bytes(0)), s_.find_request.Number(1),
                      InstantOf(s_.find_request.Number(2))};
  }
  s_.find_request.Reset();
  if (!row.ok()) return row.status();
  return request;
}

absl::Status Store::Transact(const std::function<absl::Status()>& work) {
  WISSEL_RETURN_IF_ERROR(connection_.Begin());
  absl::Status status = work();
  if (status.ok()) status = connection_.Commit();
  if (!status.ok() && connection_.in_transaction()) connection_.Rollback();
  return status;
}

absl::Status Store::Put(const Endpoint& endpoint) {
  const std::string prefixes = Lines(endpoint.filter.type_prefixes);
  const std::string queues = Lines(endpoint.filter.queues);
  BindText(s_.put, 1, endpoint.id);
  BindText(s_.put, 2, endpoint.url);
  BindText(s_.put, 3, endpoint.description);
  BindText(s_.put, 4, prefixes);
  BindText(s_.put, 5, queues);
  s_.put.Bind(6, static_cast<uint64_t>(endpoint.state));
  s_.put.Bind(7, Number(endpoint.created));
  s_.put.Bind(8, endpoint.version);
  BindText(s_.put, 9, endpoint.secret);
  BindText(s_.put, 10, endpoint.former_secret);
  s_.put.Bind(11, Number(endpoint.former_until));
  s_.put.Bind(12, endpoint.position);
  s_.put.Bind(13, static_cast<uint64_t>(endpoint.failed_attempts));
  s_.put.Bind(14, Number(endpoint.retry_at.value_or(Instant())));
  return s_.put.Run();
}

absl::Status Store::Delete(const std::string& endpoint) {
  for (sql::Statement* remove : {&s_.remove, &s_.remove_deliveries, &s_.remove_letters}) {
    WISSEL_RETURN_IF_ERROR(BindText(*remove, 1, endpoint).Run());
  }
  return absl::OkStatus();
}

absl::Status Store::Add(const std::string& endpoint, const v1::WebhookDelivery& delivery) {
  const std::string bytes = delivery.SerializeAsString();
  BindText(s_.add, 1, endpoint);
  WISSEL_RETURN_IF_ERROR(BindText(s_.add, 2, bytes).Run());
  BindText(s_.trim, 1, endpoint);
  return s_.trim.Bind(2, kDeliveriesKept).Run();
}

absl::Status Store::PutDeadLetter(const std::string& endpoint, const v1::DeadLetter& letter) {
  const std::string bytes = letter.SerializeAsString();
  BindText(s_.put_letter, 1, endpoint);
  s_.put_letter.Bind(2, EventNumber(letter.event().id()));
  return BindText(s_.put_letter, 3, bytes).Run();
}

absl::Status Store::DeleteDeadLetter(const std::string& endpoint, const std::string& event) {
  BindText(s_.remove_letter, 1, endpoint);
  return s_.remove_letter.Bind(2, EventNumber(event)).Run();
}

absl::Status Store::KeepRequest(const RequestKey& key, const Request& request) {
  s_.keep_request.Bind(1, key.high).Bind(2, key.low).Bind(3, request.fingerprint);
  BindText(s_.keep_request, 4, request.endpoint);
  WISSEL_RETURN_IF_ERROR(s_.keep_request.Bind(5, Number(request.at)).Run());
  return s_.trim_requests.Bind(1, kRequestsKept).Run();
}

}  // namespace wissel::webhooks
