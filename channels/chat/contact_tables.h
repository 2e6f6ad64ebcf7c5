// The tables of the contact store, and each thing that is read or written as one function inside a
// transaction of the caller. Not thread-safe: one connection, one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "channels/chat/contact_store.h"
#include "router/journal/sqlite.h"

namespace wissel::chat {

class ContactTables {
 public:
  static absl::StatusOr<ContactTables> Open(const std::string& path);

  absl::Status Begin();
  absl::Status Commit();
  void Rollback();

  // A refusal of the field (a request id used for other content) is in the inner result; the outer
  // status is SQLite's.
  template <class T>
  using Result = absl::StatusOr<absl::StatusOr<T>>;

  Result<ContactStore::Started> Start(const NewChat& chat);
  absl::Status SetItem(const std::string& chat, ItemId item);
  absl::Status Forget(const std::string& chat);
  Result<ContactStore::Appended> Append(const NewMessage& message);
  absl::Status End(const std::string& chat, Instant at, const std::string& agent);
  absl::StatusOr<std::optional<Chat>> Load(const std::string& chat);
  absl::StatusOr<std::optional<Chat>> LoadOfItem(ItemId item);
  absl::StatusOr<std::vector<Chat>> LoadLive();
  absl::Status RecordRead(const std::string& user, const std::string& chat, Instant at);

 private:
  struct Statements {
    SqliteStatement insert_chat, find_start, set_item, forget_messages, forget_chat;
    SqliteStatement insert_message, find_message, last_number, messages;
    SqliteStatement end, chat, chat_of_item, live, insert_read;
  };

  explicit ContactTables(SqliteConnection connection) : connection_(std::move(connection)) {}
  absl::Status Prepare();
  // Reads the chat of a row of `query`, and its messages. None: no row.
  absl::StatusOr<std::optional<Chat>> ReadOne(SqliteStatement& query);
  absl::Status ReadMessages(Chat& chat);
  absl::StatusOr<int64_t> InsertMessage(const std::string& chat, const Message& message,
                                        const std::string& request_id, uint64_t fingerprint);

  SqliteConnection connection_;
  Statements s_;
};

}  // namespace wissel::chat
