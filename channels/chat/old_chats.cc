#include "channels/chat/old_chats.h"

#include <filesystem>
#include <future>
#include <optional>
#include <system_error>
#include <vector>

#include "base/sql/database.h"
#include "base/status.h"

namespace wissel::chat {
namespace {

using contacts::ContactStore;
using contacts::NewContact;
using contacts::NewEntry;
using sql::Database;
using sql::Query;

struct OldChat {
  NewContact start;
  std::optional<ItemId> item;
  std::optional<Instant> ended;
  std::string agent;
  std::vector<NewEntry> messages;
};

template <class T, class Ask>
absl::Status Wait(Ask ask) {
  std::promise<absl::Status> promise;
  ask([&](const absl::StatusOr<T>& answer) { promise.set_value(answer.status()); });
  return promise.get_future().get();
}

absl::StatusOr<std::vector<OldChat>> ReadChats(Database& db) {
  std::vector<OldChat> chats;
  WISSEL_ASSIGN_OR_RETURN(
      Query row, db.Ask("SELECT id, queue, display_name, language, started_ms, item, ended_ms,"
                        " agent FROM chats"));
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, row.Next());
    if (!more) return chats;
    OldChat chat;
    chat.start.contact.name = "chats/" + row.Text(0);
    chat.start.contact.queue = row.Text(1);
    chat.start.contact.display_name = row.Text(2);
    chat.start.contact.language = row.Text(3);
    chat.start.contact.started = Instant::FromMillis(row.Number(4));
    chat.start.request_key = "taken over " + row.Text(0);
    if (row.Number(5) > 0) chat.item = ItemId(static_cast<uint64_t>(row.Number(5)));
    if (row.Number(6) > 0) chat.ended = Instant::FromMillis(row.Number(6));
    chat.agent = row.Text(7);
    chats.push_back(std::move(chat));
  }
}

absl::Status ReadMessages(Database& db, OldChat& chat) {
  const std::string& name = chat.start.contact.name;
  WISSEL_ASSIGN_OR_RETURN(Query row,
                          db.Ask("SELECT number, author, author_name, text, time_ms FROM messages"
                                 " WHERE chat = ?1 ORDER BY number",
                                 name.substr(name.find('/') + 1)));
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, row.Next());
    if (!more) return absl::OkStatus();
    NewEntry message;
    message.contact = name;
    message.entry.author = static_cast<contacts::Author>(row.Number(1));
    message.entry.author_name = row.Text(2);
    message.entry.text = row.Text(3);
    message.entry.time = Instant::FromMillis(row.Number(4));
    message.request_id = "taken over " + std::to_string(row.Number(0));
    chat.messages.push_back(std::move(message));
  }
}

absl::Status Keep(const OldChat& chat, ContactStore& store) {
  const std::string& name = chat.start.contact.name;
  WISSEL_RETURN_IF_ERROR(
      Wait<ContactStore::Started>([&](auto done) { store.Start(chat.start, std::move(done)); }));
  for (const NewEntry& message : chat.messages) {
    WISSEL_RETURN_IF_ERROR(
        Wait<ContactStore::Appended>([&](auto done) { store.Append(message, std::move(done)); }));
  }
  if (chat.item) store.SetItem(name, *chat.item);
  if (!chat.ended) return absl::OkStatus();
  return Wait<bool>([&](auto done) { store.End(name, *chat.ended, chat.agent, std::move(done)); });
}

absl::Status KeepReads(Database& db, ContactStore& store) {
  WISSEL_ASSIGN_OR_RETURN(Query row, db.Ask("SELECT time_ms, user, chat FROM transcript_reads"));
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(const bool more, row.Next());
    if (!more) return absl::OkStatus();
    WISSEL_RETURN_IF_ERROR(Wait<bool>([&](auto done) {
      store.RecordRead(row.Text(1), {"chats/" + row.Text(2)}, Instant::FromMillis(row.Number(0)),
                       std::move(done));
    }));
  }
}

}  // namespace

absl::StatusOr<int> TakeOverOldChats(const std::string& path, ContactStore& store) {
  if (!std::filesystem::exists(path)) return 0;
  int taken = 0;
  {
    WISSEL_ASSIGN_OR_RETURN(Database db, Database::Open(path, ""));
    WISSEL_ASSIGN_OR_RETURN(std::vector<OldChat> chats, ReadChats(db));
    for (OldChat& chat : chats) {
      WISSEL_RETURN_IF_ERROR(ReadMessages(db, chat));
      WISSEL_RETURN_IF_ERROR(Keep(chat, store));
      ++taken;
    }
    WISSEL_RETURN_IF_ERROR(KeepReads(db, store));
    for (const char* sql :
         {"DELETE FROM messages", "DELETE FROM chats", "DELETE FROM transcript_reads"}) {
      WISSEL_RETURN_IF_ERROR(db.Do(sql));
    }
    WISSEL_RETURN_IF_ERROR(db.Forget("messages"));
  }
  std::error_code error;
  for (const char* end : {"-wal", "-shm", ""}) std::filesystem::remove(path + end, error);
  if (error) return absl::UnavailableError(path + " cannot be deleted: " + error.message());
  return taken;
}

}  // namespace wissel::chat
