#include "channels/chat/contact_tables.h"

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::chat {
namespace {

// A deleted text may not be found in the file afterwards (secure_delete). An absent item or end is
// 0.
constexpr const char* kSchema =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA secure_delete=ON;"
    "PRAGMA busy_timeout=1000;"
    "CREATE TABLE IF NOT EXISTS chats ("
    " id BLOB PRIMARY KEY, secret_hash BLOB NOT NULL, queue BLOB NOT NULL,"
    " display_name BLOB NOT NULL, language BLOB NOT NULL, started_ms INTEGER NOT NULL,"
    " item INTEGER NOT NULL, ended_ms INTEGER NOT NULL, agent BLOB NOT NULL,"
    " request_hash BLOB NOT NULL, fingerprint INTEGER NOT NULL, sealed_secret BLOB NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE UNIQUE INDEX IF NOT EXISTS chats_by_request ON chats (request_hash)"
    " WHERE length(request_hash) > 0;"
    "CREATE INDEX IF NOT EXISTS chats_by_item ON chats (item) WHERE item > 0;"
    "CREATE INDEX IF NOT EXISTS chats_live ON chats (ended_ms) WHERE ended_ms = 0;"
    "CREATE TABLE IF NOT EXISTS messages ("
    " chat BLOB NOT NULL, number INTEGER NOT NULL, author INTEGER NOT NULL,"
    " author_name BLOB NOT NULL, text BLOB NOT NULL, time_ms INTEGER NOT NULL,"
    " request_id BLOB NOT NULL, fingerprint INTEGER NOT NULL, PRIMARY KEY (chat, number))"
    " WITHOUT ROWID;"
    "CREATE UNIQUE INDEX IF NOT EXISTS messages_by_request ON messages (chat, author, request_id)"
    " WHERE length(request_id) > 0;"
    // Who read which transcript without having its item.
    "CREATE TABLE IF NOT EXISTS transcript_reads ("
    " time_ms INTEGER NOT NULL, user BLOB NOT NULL, chat BLOB NOT NULL);";

#define WISSEL_CHAT_COLUMNS \
  "id, secret_hash, queue, display_name, language, started_ms, item, ended_ms, agent"

SqliteStatement& BindText(SqliteStatement& statement, int parameter, const std::string& text) {
  return statement.Bind(parameter, text.data(), text.size());
}

uint64_t Number(Instant t) { return static_cast<uint64_t>(t.millis()); }
Instant InstantOf(uint64_t number) { return Instant::FromMillis(static_cast<int64_t>(number)); }

Chat ReadChat(const SqliteStatement& row) {
  Chat chat;
  chat.id = row.Bytes(0);
  chat.secret_hash = row.Bytes(1);
  chat.queue = row.Bytes(2);
  chat.display_name = row.Bytes(3);
  chat.language = row.Bytes(4);
  chat.started = InstantOf(row.Number(5));
  if (row.Number(6) > 0) chat.item = ItemId(row.Number(6));
  if (row.Number(7) > 0) chat.ended = InstantOf(row.Number(7));
  chat.agent = row.Bytes(8);
  return chat;
}

absl::Status OtherContent() {
  return RefuseField("requestId", "this request id was used for other content",
                     "a new request id for a new request");
}

}  // namespace

absl::StatusOr<ContactTables> ContactTables::Open(const std::string& path) {
  WISSEL_ASSIGN_OR_RETURN(
      SqliteConnection connection,
      SqliteConnection::Open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, ""));
  ContactTables tables(std::move(connection));
  WISSEL_RETURN_IF_ERROR(tables.connection_.Run(kSchema));
  WISSEL_RETURN_IF_ERROR(tables.Prepare());
  return tables;
}

absl::Status ContactTables::Prepare() {
  const std::pair<SqliteStatement*, const char*> statements[] = {
      {&s_.insert_chat, "INSERT INTO chats VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, x'', ?7, ?8, ?9)"},
      {&s_.find_start, "SELECT " WISSEL_CHAT_COLUMNS
                       ", fingerprint, sealed_secret FROM chats WHERE request_hash = ?1 AND"
                       " length(request_hash) > 0"},
      {&s_.set_item, "UPDATE chats SET item = ?2, ended_ms = 0 WHERE id = ?1"},
      {&s_.forget_messages, "DELETE FROM messages WHERE chat = ?1"},
      {&s_.forget_chat, "DELETE FROM chats WHERE id = ?1"},
      {&s_.insert_message, "INSERT INTO messages VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"},
      {&s_.find_message,
       "SELECT number, author, author_name, text, time_ms, fingerprint FROM messages"
       " WHERE chat = ?1 AND author = ?2 AND request_id = ?3 AND length(request_id) > 0"},
      {&s_.last_number, "SELECT coalesce(max(number), 0) FROM messages WHERE chat = ?1"},
      {&s_.messages,
       "SELECT number, author, author_name, text, time_ms FROM messages WHERE chat = ?1"
       " ORDER BY number"},
      {&s_.end, "UPDATE chats SET ended_ms = ?2, agent = ?3 WHERE id = ?1 AND ended_ms = 0"},
      {&s_.chat, "SELECT " WISSEL_CHAT_COLUMNS " FROM chats WHERE id = ?1"},
      {&s_.chat_of_item, "SELECT " WISSEL_CHAT_COLUMNS " FROM chats WHERE item = ?1 AND item > 0"},
      {&s_.live, "SELECT " WISSEL_CHAT_COLUMNS " FROM chats WHERE ended_ms = 0"},
      {&s_.insert_read, "INSERT INTO transcript_reads VALUES (?1, ?2, ?3)"},
  };
  for (const auto& [statement, sql] : statements) {
    WISSEL_ASSIGN_OR_RETURN(*statement, connection_.Prepare(sql));
  }
  return absl::OkStatus();
}

absl::Status ContactTables::Begin() { return connection_.Run("BEGIN IMMEDIATE"); }
absl::Status ContactTables::Commit() { return connection_.Run("COMMIT"); }
void ContactTables::Rollback() {
  if (connection_.in_transaction()) connection_.Run("ROLLBACK").IgnoreError();
}

ContactTables::Result<ContactStore::Started> ContactTables::Start(const NewChat& start) {
  using Started = ContactStore::Started;
  BindText(s_.find_start, 1, start.request_hash);
  WISSEL_ASSIGN_OR_RETURN(const bool repeated, s_.find_start.Step());
  if (repeated) {
    Started started{ReadChat(s_.find_start), std::string(s_.find_start.Bytes(10)), true};
    const bool same = s_.find_start.Number(9) == start.fingerprint;
    s_.find_start.Reset();
    if (!same) return absl::StatusOr<Started>(OtherContent());
    if (start.chat.started - started.chat.started > ContactStore::kStartRepeatable) {
      return absl::StatusOr<Started>(
          Refuse(absl::StatusCode::kAborted, "requestId",
                 "this request id began a conversation longer than ten minutes ago",
                 "a new request id for a new conversation"));
    }
    WISSEL_RETURN_IF_ERROR(ReadMessages(started.chat));
    return absl::StatusOr<Started>(std::move(started));
  }
  s_.find_start.Reset();
  Started started{start.chat, start.sealed_secret, false};
  const Chat& chat = start.chat;
  BindText(s_.insert_chat, 1, chat.id);
  BindText(s_.insert_chat, 2, chat.secret_hash);
  BindText(s_.insert_chat, 3, chat.queue);
  BindText(s_.insert_chat, 4, chat.display_name);
  BindText(s_.insert_chat, 5, chat.language);
  s_.insert_chat.Bind(6, Number(chat.started));
  BindText(s_.insert_chat, 7, start.request_hash);
  s_.insert_chat.Bind(8, start.fingerprint);
  BindText(s_.insert_chat, 9, start.sealed_secret);
  WISSEL_RETURN_IF_ERROR(s_.insert_chat.Run());
  if (start.first_message) {
    Message first = *start.first_message;
    WISSEL_ASSIGN_OR_RETURN(first.number, InsertMessage(chat.id, first, "", 0));
    started.chat.messages.push_back(std::move(first));
  }
  return absl::StatusOr<Started>(std::move(started));
}

absl::Status ContactTables::SetItem(const std::string& chat, ItemId item) {
  BindText(s_.set_item, 1, chat);
  s_.set_item.Bind(2, item.value());
  return s_.set_item.Run();
}

absl::Status ContactTables::Forget(const std::string& chat) {
  BindText(s_.forget_messages, 1, chat);
  WISSEL_RETURN_IF_ERROR(s_.forget_messages.Run());
  BindText(s_.forget_chat, 1, chat);
  return s_.forget_chat.Run();
}

ContactTables::Result<ContactStore::Appended> ContactTables::Append(const NewMessage& added) {
  using Appended = ContactStore::Appended;
  BindText(s_.find_message, 1, added.chat);
  s_.find_message.Bind(2, static_cast<uint64_t>(added.message.author));
  BindText(s_.find_message, 3, added.request_id);
  WISSEL_ASSIGN_OR_RETURN(const bool repeated, s_.find_message.Step());
  if (repeated) {
    const SqliteStatement& row = s_.find_message;
    Message message{static_cast<int64_t>(row.Number(0)), static_cast<Author>(row.Number(1)),
                    std::string(row.Bytes(2)), std::string(row.Bytes(3)), InstantOf(row.Number(4))};
    const bool same = row.Number(5) == added.fingerprint;
    s_.find_message.Reset();
    if (!same) return absl::StatusOr<Appended>(OtherContent());
    return absl::StatusOr<Appended>(Appended{std::move(message), true});
  }
  s_.find_message.Reset();
  if (!added.may_add.ok()) return absl::StatusOr<Appended>(added.may_add);
  Appended appended{added.message, false};
  WISSEL_ASSIGN_OR_RETURN(
      appended.message.number,
      InsertMessage(added.chat, added.message, added.request_id, added.fingerprint));
  return absl::StatusOr<Appended>(std::move(appended));
}

absl::StatusOr<int64_t> ContactTables::InsertMessage(const std::string& chat,
                                                     const Message& message,
                                                     const std::string& request_id,
                                                     uint64_t fingerprint) {
  BindText(s_.last_number, 1, chat);
  WISSEL_RETURN_IF_ERROR(s_.last_number.Step().status());
  const uint64_t number = s_.last_number.Number(0) + 1;
  s_.last_number.Reset();
  BindText(s_.insert_message, 1, chat);
  s_.insert_message.Bind(2, number);
  s_.insert_message.Bind(3, static_cast<uint64_t>(message.author));
  BindText(s_.insert_message, 4, message.author_name);
  BindText(s_.insert_message, 5, message.text);
  s_.insert_message.Bind(6, Number(message.time));
  BindText(s_.insert_message, 7, request_id);
  s_.insert_message.Bind(8, fingerprint);
  WISSEL_RETURN_IF_ERROR(s_.insert_message.Run());
  return static_cast<int64_t>(number);
}

absl::Status ContactTables::End(const std::string& chat, Instant at, const std::string& agent) {
  BindText(s_.end, 1, chat);
  s_.end.Bind(2, Number(at));
  BindText(s_.end, 3, agent);
  return s_.end.Run();
}

absl::StatusOr<std::optional<Chat>> ContactTables::Load(const std::string& chat) {
  BindText(s_.chat, 1, chat);
  return ReadOne(s_.chat);
}

absl::StatusOr<std::optional<Chat>> ContactTables::LoadOfItem(ItemId item) {
  s_.chat_of_item.Bind(1, item.value());
  return ReadOne(s_.chat_of_item);
}

absl::StatusOr<std::optional<Chat>> ContactTables::ReadOne(SqliteStatement& query) {
  WISSEL_ASSIGN_OR_RETURN(const bool found, query.Step());
  std::optional<Chat> chat;
  if (found) chat = ReadChat(query);
  query.Reset();
  if (chat) WISSEL_RETURN_IF_ERROR(ReadMessages(*chat));
  return chat;
}

absl::StatusOr<std::vector<Chat>> ContactTables::LoadLive() {
  std::vector<Chat> chats;
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, s_.live.Step());
    if (!more) break;
    chats.push_back(ReadChat(s_.live));
  }
  s_.live.Reset();
  for (Chat& chat : chats) WISSEL_RETURN_IF_ERROR(ReadMessages(chat));
  return chats;
}

absl::Status ContactTables::ReadMessages(Chat& chat) {
  BindText(s_.messages, 1, chat.id);
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, s_.messages.Step());
    if (!more) break;
    const SqliteStatement& row = s_.messages;
    chat.messages.push_back({static_cast<int64_t>(row.Number(0)),
                             static_cast<Author>(row.Number(1)), std::string(row.Bytes(2)),
                             std::string(row.Bytes(3)), InstantOf(row.Number(4))});
  }
  s_.messages.Reset();
  return absl::OkStatus();
}

absl::Status ContactTables::RecordRead(const std::string& user, const std::string& chat,
                                       Instant at) {
  s_.insert_read.Bind(1, Number(at));
  BindText(s_.insert_read, 2, user);
  BindText(s_.insert_read, 3, chat);
  return s_.insert_read.Run();
}

}  // namespace wissel::chat
