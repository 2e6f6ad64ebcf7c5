// The chat channel on the contact store: what others add to its contacts, and what is erased.
#include <future>

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

  center_.Must<v1::AgentState>("AgentService.SetPresence", R"({"presence": "AWAY", "awayReason": "break"})",
                               Desk("anna"));
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

}  // namespace
}  // namespace wissel::testing
