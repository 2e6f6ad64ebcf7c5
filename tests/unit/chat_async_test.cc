// Conversations that the customer may leave: on a queue of channel MESSAGE.
#include <functional>
#include <future>

#include "channels/tracking/tracking.h"
#include "tests/unit/chat_testing.h"
#include "wissel/v1/tracking.pb.h"

namespace wissel::testing {
namespace {

using Update = v1::CustomerChatUpdate;
using v1::WorkItem;

class AsyncChat : public ChatCenter {
 protected:
  AsyncChat() {
    center_.Must<v1::RoutingProfile>("ConfigService.UpdateRoutingProfile",
                                     R"({"routingProfile": {"name": "routingProfiles/chat",
            "channels": [{"channel": "CHAT", "limit": 2, "cost": 50},
                         {"channel": "MESSAGE", "limit": 1, "cost": 50}]},
            "updateMask": "channels"})");
    center_.Must<v1::Queue>("ConfigService.CreateQueue",
                            R"({"queueId": "app", "queue": {"channel": "MESSAGE",
            "answerWithin": "300s", "wakeHold": "60s", "conversationExpires": "7200s"}})");
  }

  v1::StartChatResponse StartHere(const std::string& name = "Mia") {
    return Must<v1::StartChatResponse>(
        "CustomerChatService.StartChat",
        R"({"topic": "queues/app", "firstMessage": "hello", "displayName": ")" + name + R"("})");
  }
  // As on the customer's tracking page.
  absl::StatusOr<v1::Tracking> Track(const std::string& method, const std::string& json) {
    rpc::MethodTable table;
    tracking::TrackingOptions options;
    options.write_to_chat = [this](const std::string& chat, std::string text, std::string id,
                                   std::function<void(absl::Status)> done) {
      channel_->SendAsCustomer(chat, {std::move(text), std::move(id)}, std::move(done));
    };
    tracking::Tracker tracker(center_.shard(), *store_, options);
    tracker.Register(table);
    auto told = CallOn<v1::Tracking>(table, "TrackingService." + method, json, {});
    channel_->Settle();
    return told;
  }
  absl::StatusOr<v1::Tracking> WriteByLink(const v1::StartChatResponse& chat,
                                           const std::string& text, const std::string& id = "") {
    return Track("AddTrackingMessage", R"({"token": ")" + chat.secret() + R"(", "text": ")" + text +
                                           R"(", "requestId": ")" + id + R"("})");
  }
  // Somebody has it, has answered and set it aside.
  std::string SetAside(const std::string& agent) {
    const std::string item = Accept(agent);
    Reply(agent, item, "which file?");
    center_.shard().Advance(Duration::Seconds(1));
    Act("SetAsideAssignment", agent, item);
    EXPECT_EQ(Item(item).state(), WorkItem::AWAITING_CUSTOMER);
    return item;
  }
};

TEST_F(AsyncChat, ItsCustomerMayGoBeforeAnybodyIsFree) {
  const auto topics = Must<v1::ListChatTopicsResponse>("CustomerChatService.ListChatTopics", "{}");
  ASSERT_EQ(topics.topics_size(), 2);
  for (const v1::ChatTopic& topic : topics.topics()) {
    EXPECT_EQ(topic.may_leave_page(), topic.name() == "queues/app");
  }
  const auto chat = StartHere();
  EXPECT_TRUE(chat.chat().starts_with("messages/"));
  {
    auto page = Watch(chat);
    EXPECT_TRUE(page->last().may_leave_page());
    page->Close();
  }
  Pass(Duration::Minutes(61));
  EXPECT_EQ(Watch(chat)->last().state(), Update::WAITING);
  center_.Available("anna");
  const std::string item = Accept("anna");
  EXPECT_EQ(Item(item).contact(), chat.chat());
  Reply("anna", item, "good morning");
  const auto told = Track("GetTracking", R"({"token": ")" + chat.secret() + R"("})");
  ASSERT_TRUE(told.ok()) << told.status();
  ASSERT_EQ(told->messages_size(), 2);
  EXPECT_EQ(told->messages(1).text(), "good morning");
  EXPECT_TRUE(told->may_write());
}

TEST_F(AsyncChat, WhatIsSetAsideWakesWhenTheCustomerWrites) {
  const auto chat = StartHere();
  auto page = Watch(chat);
  center_.Available("anna");
  const std::string item = SetAside("anna");
  EXPECT_EQ(page->last().state(), Update::AWAITING_CUSTOMER);
  EXPECT_EQ(page->last().agent_display_name(), "The anna");
  // Its agent reads it, and has room for another.
  EXPECT_FALSE(WatchAs(Desk("anna"), item)->finish().has_value());
  const auto other = StartHere("Zoe");
  const std::string second = Accept("anna");
  Act("CompleteAssignment", "anna", second);

  Pass(Duration::Minutes(30));
  EXPECT_EQ(Item(item).state(), WorkItem::AWAITING_CUSTOMER) << "it waits for the customer alone";
  EXPECT_EQ(Say(chat, "number 12").number(), 3);
  EXPECT_EQ(Item(item).state(), WorkItem::ACTIVE);
  EXPECT_EQ(Item(item).agent(), "agents/anna");
  EXPECT_EQ(page->last().state(), Update::WITH_AGENT);

  // Once more, as often as they like.
  Pass(Duration::Seconds(1));
  Act("SetAsideAssignment", "anna", item);
  EXPECT_EQ(Item(item).state(), WorkItem::AWAITING_CUSTOMER) << "what was said before is no news";
  Pass(Duration::Minutes(1));
  Say(chat, "and 13");
  EXPECT_EQ(Item(item).state(), WorkItem::ACTIVE);
}

TEST_F(AsyncChat, ItWakesByTheLinkAndIsKeptForTheSameAgentWhoIsBusy) {
  const auto chat = StartHere();
  center_.Available("anna");
  const std::string item = SetAside("anna");
  StartHere("Zoe");
  const std::string second = Accept("anna");
  center_.Available("bert");
  Pass(Duration::Minutes(5));
  const auto told = WriteByLink(chat, "number 12", "once");
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(told->messages_size(), 3);
  EXPECT_EQ(Item(item).state(), WorkItem::WAITING) << "anna has no room, and it is kept for her";
  EXPECT_EQ(center_.StateOf("bert").offers_size(), 0);
  ASSERT_TRUE(WriteByLink(chat, "number 12", "once").ok());
  // Nobody is on the chat page, and it waits all the same.
  Pass(Duration::Seconds(61));
  EXPECT_EQ(Item(item).state(), WorkItem::OFFERED) << "then anybody";
  EXPECT_EQ(Accept("bert"), item);
  auto desk = WatchAs(Desk("bert"), item);
  ASSERT_EQ(desk->last().messages_size(), 3) << "the same message once";
  EXPECT_EQ(desk->last().messages(2).text(), "number 12");
  // What is written by the link is seen at once.
  ASSERT_TRUE(WriteByLink(chat, "please").ok());
  EXPECT_EQ(desk->last().messages(0).text(), "please");
}

TEST_F(AsyncChat, AMessageBeforeARestartWakesIt) {
  const auto chat = StartHere();
  center_.Available("anna");
  const std::string item = SetAside("anna");
  Pass(Duration::Minutes(1));
  // The process ended between the message and the wake.
  contacts::NewEntry entry;
  entry.contact = chat.chat();
  entry.entry.text = "number 12";
  entry.entry.time = center_.shard().now();
  std::promise<absl::Status> stored;
  store_->Append(entry, [&](const absl::StatusOr<contacts::ContactStore::Appended>& appended) {
    stored.set_value(appended.status());
  });
  ASSERT_TRUE(stored.get_future().get().ok());
  EXPECT_EQ(Item(item).state(), WorkItem::AWAITING_CUSTOMER);
  OpenChannel();
  channel_->Settle();
  EXPECT_EQ(Item(item).state(), WorkItem::ACTIVE);
  EXPECT_EQ(Say(chat, "hello?").number(), 4);
}

TEST_F(AsyncChat, WhoLeavesItForGoodGivesItsAgentTheEnd) {
  const auto chat = StartHere();
  center_.Available("anna");
  const std::string item = SetAside("anna");
  Pass(Duration::Minutes(1));
  Must<v1::LeaveChatResponse>("CustomerChatService.LeaveChat", Key(chat));
  EXPECT_EQ(Item(item).state(), WorkItem::ACTIVE);
  EXPECT_TRUE(WatchAs(Desk("anna"), item)->last().ended());
  const auto late = WriteByLink(chat, "wait");
  EXPECT_EQ(late.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(AsyncChat, WhatIsNeverAnsweredIsOver) {
  const auto chat = StartHere();
  auto page = Watch(chat);
  center_.Available("anna");
  const std::string item = SetAside("anna");
  Pass(Duration::Minutes(121));
  EXPECT_EQ(page->last().state(), Update::ENDED);
  const auto told = Track("GetTracking", R"({"token": ")" + chat.secret() + R"("})");
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_FALSE(told->may_write());
}

// A chat that is held live is written on its own page.
TEST_F(AsyncChat, ALiveChatIsNotWrittenByTheLink) {
  const auto chat = StartChat();
  const auto told = WriteByLink(chat, "hello");
  EXPECT_EQ(told.status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace wissel::testing
