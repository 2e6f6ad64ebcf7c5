// The chat channel on the contact store: what others add to its contacts, and what is erased.
#include <sqlite3.h>

#include <filesystem>
#include <future>

#include "channels/chat/old_chats.h"
#include "tests/unit/chat_testing.h"

namespace wissel::testing {
namespace {

using Update = v1::CustomerChatUpdate;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

// What an agent notes for colleagues has a number of its own, and is none of the customer's.
TEST_F(ChatCenter, NotesAreNoMessages) {
  const auto chat = StartChat(R"(, "firstMessage": "hello")");
  auto customer = Watch(chat);
  contacts::NewEntry note;
  note.contact = chat.chat();
  note.entry.author = contacts::Author::kAgent;
  note.entry.kind = contacts::EntryKind::kNote;
  note.entry.text = "was angry";
  store_->Append(note, [](const absl::StatusOr<contacts::ContactStore::Appended>& appended) {
    EXPECT_TRUE(appended.ok()) << appended.status();
  });
  EXPECT_EQ(Say(chat, "still there?").number(), 3);
  EXPECT_EQ(customer->last().messages_size(), 1);
  OpenChannel();
  auto again = Watch(chat);
  const Update first = again->updates()[0];
  ASSERT_EQ(first.messages_size(), 2) << "without the note";
  EXPECT_EQ(first.messages(0).text(), "hello");
  EXPECT_EQ(first.messages(1).text(), "still there?");
}

TEST_F(ChatCenter, WhoIsErasedIsNotWaitedFor) {
  const auto erase = [&](const v1::StartChatResponse& chat) {
    std::promise<std::string> customer;
    store_->Load(chat.chat(), [&](absl::StatusOr<std::optional<contacts::Contact>> contact) {
      customer.set_value((*contact)->customer);
    });
    std::promise<int64_t> erased;
    store_->EraseCustomer(customer.get_future().get(), "users/root", kStart,
                          [&](absl::StatusOr<int64_t> n) { erased.set_value(n.value_or(-1)); });
    EXPECT_EQ(erased.get_future().get(), 1);
    channel_->Settle();
  };
  center_.Available("anna");
  const auto handled = StartChat(R"(, "firstMessage": "one")");
  const std::string item = Accept("anna");
  auto desk = WatchAs(Desk("anna"), item);
  auto customer = Watch(handled);
  erase(handled);
  EXPECT_EQ(desk->WaitForFinish().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(customer->WaitForFinish().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Watch(handled)->WaitForFinish().code(), kDenied);
  Refused<v1::Transcript>("ChatService.GetTranscript", R"({"workItem": ")" + item + R"("})",
                          absl::StatusCode::kNotFound, "workItem", Desk("anna"));
  EXPECT_EQ(Item(item).state(), v1::WorkItem::ACTIVE) << "who has it completes it";
  Act("CompleteAssignment", "anna", item, R"(, "reasonCodes": ["solved"])");

  center_.Must<v1::AgentState>("AgentService.SetPresence",
                               R"({"presence": "AWAY", "awayReason": "break"})", Desk("anna"));
  const auto waiting = StartChat();
  erase(waiting);
  EXPECT_EQ(Item("workItems/2").state(), v1::WorkItem::ABANDONED);

  // Erased while the server was down: nobody is offered what has no conversation.
  const auto last = StartChat();
  channel_->Stop();
  erase(last);
  EXPECT_EQ(Item("workItems/3").state(), v1::WorkItem::WAITING);
  OpenChannel();
  channel_->Settle();
  EXPECT_EQ(Item("workItems/3").state(), v1::WorkItem::ABANDONED);
}

constexpr char kOldFile[] =
    "PRAGMA journal_mode=WAL;"
    "CREATE TABLE chats ("
    " id BLOB PRIMARY KEY, secret_hash BLOB NOT NULL, queue BLOB NOT NULL,"
    " display_name BLOB NOT NULL, language BLOB NOT NULL, started_ms INTEGER NOT NULL,"
    " item INTEGER NOT NULL, ended_ms INTEGER NOT NULL, agent BLOB NOT NULL,"
    " request_hash BLOB NOT NULL, fingerprint INTEGER NOT NULL, sealed_secret BLOB NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE messages ("
    " chat BLOB NOT NULL, number INTEGER NOT NULL, author INTEGER NOT NULL,"
    " author_name BLOB NOT NULL, text BLOB NOT NULL, time_ms INTEGER NOT NULL,"
    " request_id BLOB NOT NULL, fingerprint INTEGER NOT NULL, PRIMARY KEY (chat, number))"
    " WITHOUT ROWID;"
    "CREATE TABLE transcript_reads (time_ms INTEGER NOT NULL, user BLOB NOT NULL, chat BLOB NOT "
    "NULL);"
    "INSERT INTO chats VALUES (x'41414141414141414141414141414141414141414141', x'00', 'tax', "
    "'Mia',"
    " 'nl', 1000, 7, 3000, 'anna', x'', 0, x''), ('BBBBBBBBBBBBBBBBBBBBBB', x'00', 'tax', 'Bo', '',"
    " 2000, 0, 0, '', x'', 0, x'');"
    "INSERT INTO messages VALUES (x'41414141414141414141414141414141414141414141', 1, 1, 'Mia',"
    " 'hello', 1500, '', 0), (x'41414141414141414141414141414141414141414141', 2, 2, 'The anna',"
    " 'good morning', 1600, '', 0);"
    "INSERT INTO transcript_reads VALUES (4000, 'users/mieke', 'AAAAAAAAAAAAAAAAAAAAAA');";

// A data folder of before there was one contact store for all channels.
TEST_F(ChatCenter, TakesOverAnOlderFile) {
  const std::string path = (folder_ / "chats.sqlite").string();
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, kOldFile, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  EXPECT_EQ(*chat::TakeOverOldChats(path, *store_), 2);
  for (const char* end : {"", "-wal", "-shm"}) EXPECT_FALSE(std::filesystem::exists(path + end));
  EXPECT_EQ(*chat::TakeOverOldChats(path, *store_), 0);

  std::promise<contacts::Contact> loaded;
  store_->LoadOfItem(ItemId(7), [&](absl::StatusOr<std::optional<contacts::Contact>> contact) {
    loaded.set_value(**contact);
  });
  const contacts::Contact mia = loaded.get_future().get();
  EXPECT_EQ(mia.name, "chats/AAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(mia.display_name, "Mia");
  EXPECT_EQ(mia.agent, "anna");
  EXPECT_EQ(mia.ended, Instant::FromMillis(3000));
  ASSERT_EQ(mia.entries.size(), 2u);
  EXPECT_EQ(mia.entries[1].text, "good morning");
  EXPECT_EQ(mia.entries[1].author, contacts::Author::kAgent);
  std::promise<std::vector<contacts::Action>> read;
  store_->ListActions(mia.name, 0, 10, [&](absl::StatusOr<std::vector<contacts::Action>> actions) {
    read.set_value(*std::move(actions));
  });
  EXPECT_EQ(read.get_future().get().at(0).user, "users/mieke");
}

}  // namespace
}  // namespace wissel::testing
