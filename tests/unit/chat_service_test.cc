// The chat channel through its method table: customer, agent and manager of one center.
#include <algorithm>
#include <future>

#include "tests/unit/chat_testing.h"

namespace wissel::testing {
namespace {

using Update = v1::CustomerChatUpdate;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;

TEST_F(ChatCenter, CarriesAWholeConversation) {
  const auto topics = Must<v1::ListChatTopicsResponse>("CustomerChatService.ListChatTopics", "{}");
  EXPECT_EQ(topics.center(), "Test");
  ASSERT_EQ(topics.topics_size(), 1) << "only chat queues";
  EXPECT_EQ(topics.topics(0).name(), "queues/tax");
  EXPECT_TRUE(topics.topics(0).open());

  const auto chat = StartChat(R"(, "firstMessage": "hello", "language": "nl")");
  EXPECT_EQ(chat.secret().size(), 22u);
  auto customer = Watch(chat);
  Pass(Duration::Seconds(1));
  EXPECT_EQ(customer->last().state(), Update::WAITING);
  EXPECT_EQ(customer->last().place(), 1);
  EXPECT_EQ(customer->updates()[0].messages(0).text(), "hello");
  EXPECT_EQ(customer->updates()[0].messages(0).author_name(), "Mia");
  EXPECT_EQ(customer->last().enter_time().seconds(), kStart.millis() / 1000);

  center_.Available("anna");
  const std::string item = Accept("anna");
  EXPECT_EQ(customer->last().state(), Update::WITH_AGENT);
  EXPECT_EQ(customer->last().agent_display_name(), "The anna");
  EXPECT_EQ(Item(item).contact(), chat.chat());

  auto desk = WatchAs(Desk("anna"), item);
  EXPECT_EQ(desk->last().messages(0).text(), "hello");
  EXPECT_EQ(desk->last().customer_display_name(), "Mia");
  EXPECT_EQ(desk->last().language(), "nl");
  EXPECT_TRUE(desk->last().customer_present());

  Must<v1::SetTypingResponse>("ChatService.SetTyping", R"({"workItem": ")" + item + R"("})",
                              Desk("anna"));
  EXPECT_TRUE(customer->last().agent_typing());
  EXPECT_EQ(Reply("anna", item, "good morning").number(), 2);
  EXPECT_EQ(customer->last().messages(0).text(), "good morning");
  EXPECT_EQ(customer->last().messages(0).author_name(), "The anna");
  EXPECT_EQ(customer->last().messages(0).author(), v1::ChatMessage::AGENT);
  EXPECT_FALSE(customer->last().agent_typing());

  Must<v1::SetTypingResponse>("CustomerChatService.SetCustomerTyping", Key(chat));
  EXPECT_TRUE(desk->last().customer_typing());
  Pass(Duration::Seconds(5));
  EXPECT_FALSE(desk->last().customer_typing()) << "after five seconds without a keystroke";
  EXPECT_EQ(Say(chat, "<b>thanks</b>").number(), 3);
  EXPECT_EQ(desk->last().messages(0).text(), "<b>thanks</b>");

  Act("CompleteAssignment", "anna", item, R"(, "reasonCodes": ["solved"])");
  EXPECT_EQ(customer->last().state(), Update::ENDED);
  EXPECT_TRUE(desk->last().ended());
  Refused<v1::ChatMessage>("CustomerChatService.SendCustomerMessage",
                           Key(chat, R"(, "text": "late")"), kPrecondition, "");
  Refused<v1::ChatMessage>("ChatService.SendMessage",
                           R"({"workItem": ")" + item + R"(", "text": "late"})", kPrecondition, "",
                           Desk("anna"));

  const auto transcript = Must<v1::Transcript>(
      "ChatService.GetTranscript", R"({"workItem": ")" + item + R"("})", With(rpc::Role::kManager));
  EXPECT_EQ(transcript.messages_size(), 3);
  EXPECT_EQ(transcript.duration().seconds(), 6);
}

TEST_F(ChatCenter, OnlyTheSecretOpensAConversation) {
  auto chat = StartChat();
  const auto other = StartChat();
  auto wrong = chat;
  wrong.set_secret(other.secret());
  Refused<v1::ChatMessage>("CustomerChatService.SendCustomerMessage",
                           Key(wrong, R"(, "text": "hello")"), kDenied, "secret");
  Refused<v1::LeaveChatResponse>("CustomerChatService.LeaveChat", Key(wrong), kDenied, "secret");
  Refused<v1::SetTypingResponse>("CustomerChatService.SetCustomerTyping", Key(wrong), kDenied,
                                 "secret");
  EXPECT_EQ(Watch(wrong)->WaitForFinish().code(), kDenied);
  auto unknown = chat;
  unknown.set_chat("chats/AAAAAAAAAAAAAAAAAAAAAA");
  Refused<v1::LeaveChatResponse>("CustomerChatService.LeaveChat", Key(unknown), kDenied, "secret");
  unknown.set_chat("chats/short");
  Refused<v1::LeaveChatResponse>("CustomerChatService.LeaveChat", Key(unknown), kInvalid, "chat");
  wrong.set_secret("");
  Refused<v1::LeaveChatResponse>("CustomerChatService.LeaveChat", Key(wrong), kDenied, "secret");
}

TEST_F(ChatCenter, RefusesWhatCannotStart) {
  const auto refused = [&](const std::string& json, absl::StatusCode code,
                           const std::string& field) {
    const size_t events = center_.shard().events().size();
    Refused<v1::StartChatResponse>("CustomerChatService.StartChat", json, code, field);
    EXPECT_EQ(center_.shard().events().size(), events);
  };
  refused(R"({"topic": "queues/none"})", absl::StatusCode::kNotFound, "topic");
  refused(R"({"topic": "queues/phone"})", absl::StatusCode::kNotFound, "topic");
  refused(R"({"topic": "tax"})", kInvalid, "topic");
  refused(R"({"topic": "queues/tax", "language": "dutch"})", kInvalid, "language");
  refused(R"({"topic": "queues/tax", "displayName": "a\nb"})", kInvalid, "displayName");
  refused(R"({"topic": "queues/tax", "firstMessage": "a\u0000b"})", kInvalid, "firstMessage");
  refused(R"({"topic": "queues/tax", "requestId": ")" + std::string(65, 'x') + R"("})", kInvalid,
          "requestId");
  center_.Must<v1::Queue>("ConfigService.CreateQueue",
                          R"({"queueId": "never", "queue": {"channel": "CHAT",
                              "answerWithin": "60s", "hours": {"closedAction":
                              {"kind": "REFUSE", "message": "we are closed"}}}})");
  const auto closed =
      Call<v1::StartChatResponse>("CustomerChatService.StartChat", R"({"topic": "queues/never"})");
  EXPECT_EQ(closed.status().code(), kPrecondition) << closed.status();
  EXPECT_EQ(FieldAtFault(closed.status()), "topic");
  EXPECT_NE(std::string(closed.status().message()).find("closed"), std::string::npos);
}

TEST_F(ChatCenter, RefusesTextsThatAreNone) {
  const auto chat = StartChat();
  for (const char* text : {"", "a\\u0000b"}) {
    Refused<v1::ChatMessage>("CustomerChatService.SendCustomerMessage",
                             Key(chat, fmt::format(R"(, "text": "{}")", text)), kInvalid, "text");
  }
  const std::string full(4000, 'x');
  EXPECT_EQ(Say(chat, full).text(), full);
  Refused<v1::ChatMessage>("CustomerChatService.SendCustomerMessage",
                           Key(chat, R"(, "text": "x)" + full + "\""), kInvalid, "text");
}

TEST_F(ChatCenter, ARepeatedRequestChangesNothing) {
  const std::string once = R"(, "requestId": "b2c1", "firstMessage": "hello")";
  const auto chat = StartChat(once);
  const auto again = StartChat(once);
  EXPECT_EQ(again.chat(), chat.chat());
  EXPECT_EQ(again.secret(), chat.secret());
  EXPECT_EQ(center_.shard().engine().WaitingCount(QueueId(1)), 1u);
  Refused<v1::StartChatResponse>(
      "CustomerChatService.StartChat",
      R"({"topic": "queues/tax", "displayName": "Bo", "requestId": "b2c1"})", kInvalid,
      "requestId");

  EXPECT_EQ(Say(chat, "one", R"(, "requestId": "m1")").number(), 2);
  EXPECT_EQ(Say(chat, "one", R"(, "requestId": "m1")").number(), 2);
  EXPECT_EQ(Say(chat, "two", R"(, "requestId": "m2")").number(), 3);
  Refused<v1::ChatMessage>("CustomerChatService.SendCustomerMessage",
                           Key(chat, R"(, "text": "three", "requestId": "m2")"), kInvalid,
                           "requestId");

  center_.Available("anna");
  const std::string item = Accept("anna");
  EXPECT_EQ(Reply("anna", item, "yes", R"(, "requestId": "m1")").number(), 4);
  EXPECT_EQ(Reply("anna", item, "yes", R"(, "requestId": "m1")").number(), 4);
  Act("CompleteAssignment", "anna", item, R"(, "reasonCodes": ["solved"])");
  EXPECT_EQ(Say(chat, "two", R"(, "requestId": "m2")").number(), 3) << "after the end too";

  OpenChannel();
  EXPECT_EQ(StartChat(once).secret(), chat.secret()) << "and after a restart";
  Pass(Duration::Minutes(11));
  Refused<v1::StartChatResponse>("CustomerChatService.StartChat",
                                 R"({"topic": "queues/tax", "displayName": "Mia")" + once + "}",
                                 absl::StatusCode::kAborted, "requestId");
}

TEST_F(ChatCenter, AbandonsAfterTheGraceAndNotBefore) {
  const auto chat = StartChat();
  auto first = Watch(chat);
  Pass(Duration::Minutes(10));
  EXPECT_EQ(first->last().state(), Update::WAITING) << "present, however long";
  first->Close();
  channel_->Settle();
  Pass(Duration::Seconds(59));
  auto second = Watch(chat);
  EXPECT_EQ(second->last().state(), Update::WAITING) << "a reload within the grace";
  Pass(Duration::Seconds(30));
  second->Close();
  channel_->Settle();
  Pass(Duration::Seconds(59));
  EXPECT_EQ(center_.shard().engine().WaitingCount(QueueId(1)), 1u);
  Pass(Duration::Seconds(1));
  EXPECT_EQ(center_.shard().engine().WaitingCount(QueueId(1)), 0u);
  EXPECT_EQ(Item("workItems/1").state(), v1::WorkItem::ABANDONED);
  EXPECT_EQ(Watch(chat)->last().state(), Update::ENDED);
}

TEST_F(ChatCenter, AbandonsWhoNeverLooked) {
  StartChat();
  Pass(Duration::Seconds(60));
  EXPECT_EQ(Item("workItems/1").state(), v1::WorkItem::ABANDONED);
}

TEST_F(ChatCenter, TellsTheAgentThatTheCustomerHasGone) {
  const auto chat = StartChat();
  auto customer = Watch(chat);
  center_.Available("anna");
  const std::string item = Accept("anna");
  auto desk = WatchAs(Desk("anna"), item);
  customer->Close();
  channel_->Settle();
  Pass(Duration::Seconds(59));
  EXPECT_TRUE(desk->last().customer_present());
  Pass(Duration::Seconds(1));
  EXPECT_FALSE(desk->last().customer_present());
  EXPECT_FALSE(desk->last().ended());
  Watch(chat);
  EXPECT_TRUE(desk->last().customer_present());
}

TEST_F(ChatCenter, LeavingEndsIt) {
  const auto waiting = StartChat();
  auto customer = Watch(waiting);
  Must<v1::LeaveChatResponse>("CustomerChatService.LeaveChat", Key(waiting));
  Must<v1::LeaveChatResponse>("CustomerChatService.LeaveChat", Key(waiting));
  EXPECT_EQ(customer->last().state(), Update::ENDED);
  EXPECT_EQ(Item("workItems/1").state(), v1::WorkItem::ABANDONED);

  center_.Available("anna");
  const auto handled = StartChat();
  const std::string item = Accept("anna");
  auto desk = WatchAs(Desk("anna"), item);
  Must<v1::LeaveChatResponse>("CustomerChatService.LeaveChat", Key(handled));
  EXPECT_FALSE(desk->last().customer_present());
  EXPECT_TRUE(desk->last().ended());
  EXPECT_EQ(Item(item).state(), v1::WorkItem::ACTIVE) << "the agent ends the work";
  Refused<v1::ChatMessage>("ChatService.SendMessage",
                           R"({"workItem": ")" + item + R"(", "text": "?"})", kPrecondition, "",
                           Desk("anna"));
  Act("ReturnAssignment", "anna", item);
  EXPECT_EQ(Item(item).state(), v1::WorkItem::ABANDONED) << "nobody waits for it";
}

TEST_F(ChatCenter, OnlyWhoHasTheItemWritesAndReads) {
  const auto chat = StartChat();
  const std::string unheld = R"({"workItem": "workItems/1", "text": "hello"})";
  Refused<v1::ChatMessage>("ChatService.SendMessage", unheld, kDenied, "workItem", Desk("anna"));
  center_.Available("anna");
  const std::string item = Accept("anna");
  auto desk = WatchAs(Desk("anna"), item);
  Refused<v1::ChatMessage>("ChatService.SendMessage", unheld, kDenied, "workItem", Desk("bert"));
  Refused<v1::SetTypingResponse>("ChatService.SetTyping", R"({"workItem": "workItems/1"})", kDenied,
                                 "workItem", Desk("bert"));
  Refused<v1::Transcript>("ChatService.GetTranscript", R"({"workItem": "workItems/1"})", kDenied,
                          "workItem", Desk("bert"));
  EXPECT_EQ(WatchAs(Desk("bert"), item)->WaitForFinish().code(), kDenied);
  Refused<v1::ChatMessage>("ChatService.SendMessage", unheld, kDenied, "",
                           With(rpc::Role::kManager));
  Refused<v1::Transcript>("ChatService.GetTranscript", R"({"workItem": "workItems/1"})", kDenied,
                          "", With(rpc::Role::kPlanner));
  Refused<v1::Transcript>("ChatService.GetTranscript", R"({"workItem": "workItems/99"})",
                          absl::StatusCode::kNotFound, "workItem", Desk("anna"));
  Refused<v1::Transcript>("ChatService.GetTranscript", R"({"workItem": "99"})", kInvalid,
                          "workItem", Desk("anna"));

  center_.Available("bert");
  Act("TransferAssignment", "anna", item, R"(, "agent": "agents/bert")");
  EXPECT_EQ(desk->WaitForFinish().code(), kDenied) << "it went on to bert";
  EXPECT_EQ(Accept("bert"), item);
  Refused<v1::ChatMessage>("ChatService.SendMessage", unheld, kDenied, "workItem", Desk("anna"));
  EXPECT_EQ(Reply("bert", item, "hello").number(), 1);
}

TEST_F(ChatCenter, WhoIsAskedReadsAlongAndWritesInAConference) {
  const auto chat = StartChat();
  center_.Available("anna");
  const std::string item = Accept("anna");
  Say(chat, "a hard question");
  center_.Available("bert");
  Act("StartConsult", "anna", item, R"(, "agent": "agents/bert")");
  Refused<v1::Transcript>("ChatService.GetTranscript", R"({"workItem": "workItems/1"})", kDenied,
                          "workItem", Desk("bert"));
  EXPECT_EQ(Accept("bert"), "workItems/2");
  auto bert = WatchAs(Desk("bert"), item);
  EXPECT_EQ(bert->last().messages_size(), 1);
  const std::string hello = R"({"workItem": "workItems/1", "text": "hello"})";
  Refused<v1::ChatMessage>("ChatService.SendMessage", hello, kDenied, "workItem", Desk("bert"));
  Act("SetConference", "anna", item, R"(, "conference": true)");
  EXPECT_EQ(Reply("bert", item, "hello").number(), 2);
  EXPECT_EQ(Reply("anna", item, "there").number(), 3);
  Act("CompleteConsult", "anna", item);
  EXPECT_EQ(bert->WaitForFinish().code(), kDenied) << "anna goes on alone";
  EXPECT_EQ(Item(item).state(), v1::WorkItem::ACTIVE);
  EXPECT_EQ(Reply("anna", item, "bye").number(), 4) << "the end of a consult is none of the chat";
}

TEST_F(ChatCenter, RecordsWhoReadsAlong) {
  StartChat();
  const auto reads = [&] {
    std::promise<std::vector<contacts::Action>> read;
    store_->ListActions("", 0, 10, [&](absl::StatusOr<std::vector<contacts::Action>> actions) {
      read.set_value(*std::move(actions));
    });
    return read.get_future().get();
  };
  center_.Available("anna");
  const std::string item = Accept("anna");
  WatchAs(Desk("anna"), item);
  EXPECT_EQ(reads().size(), 0u) << "who has the item reads what is theirs";
  Must<v1::Transcript>("ChatService.GetTranscript", R"({"workItem": ")" + item + R"("})",
                       With(rpc::Role::kManager));
  ASSERT_EQ(reads().size(), 1u);
  EXPECT_EQ(reads()[0].user, "users/someone");
  EXPECT_EQ(reads()[0].kind, contacts::ActionKind::kRead);
  EXPECT_EQ(reads()[0].subject, Item(item).contact());
  auto manager = WatchAs(Admin(), item);
  EXPECT_EQ(reads().size(), 2u);
  EXPECT_FALSE(manager->last().ended());
}

TEST_F(ChatCenter, AsksForTheLanguageWhenTheCenterHasASkillForIt) {
  StartChat(R"(, "language": "nl-BE")");
  const v1::WorkItem plain = Item("workItems/1");
  for (const v1::RequirementStep& step : plain.requirement().steps()) {
    EXPECT_EQ(step.skills_size(), 0) << "there is no such skill";
  }
  center_.Must<v1::Skill>("ConfigService.CreateSkill", R"({"skillId": "language-nl"})");
  StartChat(R"(, "language": "NL-be")");
  const v1::WorkItem item = Item("workItems/2");
  ASSERT_EQ(item.requirement().steps_size(), 1);
  ASSERT_EQ(item.requirement().steps(0).skills_size(), 1);
  EXPECT_EQ(item.requirement().steps(0).skills(0).skill(), "skills/language-nl");
  EXPECT_EQ(item.requirement().steps(0).skills(0).min_level(), 1);

  center_.Must<v1::Queue>("ConfigService.CreateQueue",
                          R"({"queueId": "nl", "queue": {"channel": "CHAT", "answerWithin": "60s",
                              "requirement": {"steps": [
                                {"skills": [{"skill": "skills/language-nl", "minLevel": 7}],
                                 "expiresAfter": "30s"},
                                {"skills": [{"skill": "skills/dutch"}]}]}}})");
  Must<v1::StartChatResponse>("CustomerChatService.StartChat",
                              R"({"topic": "queues/nl", "language": "nl"})");
  const v1::WorkItem third = Item("workItems/3");
  for (const v1::RequirementStep& step : third.requirement().steps()) {
    EXPECT_EQ(step.skills_size(), 1) << "the queue names it already";
  }
  Must<v1::StartChatResponse>("CustomerChatService.StartChat", R"({"topic": "queues/nl"})");
}

TEST_F(ChatCenter, ShowsThePlaceInLineAtMostOnceASecond) {
  const auto first = StartChat();
  const auto second = StartChat();
  auto ahead = Watch(first);
  auto behind = Watch(second);
  Pass(Duration::Seconds(1));
  EXPECT_EQ(ahead->last().place(), 1);
  EXPECT_EQ(behind->last().place(), 2);
  const size_t before = behind->count();
  Pass(Duration::Seconds(1));
  EXPECT_EQ(behind->count(), before) << "nothing has changed";
  Must<v1::LeaveChatResponse>("CustomerChatService.LeaveChat", Key(first));
  Pass(Duration::Seconds(1));
  EXPECT_EQ(behind->last().place(), 1);
}

TEST_F(ChatCenter, TellsHowLongOnceThatIsOnRecord) {
  center_.Available("anna");
  for (int i = 0; i < 6; ++i) {
    center_.Enter();
    const std::string item = Accept("anna");
    Pass(Duration::Seconds(310));
    Act("CompleteAssignment", "anna", item, R"(, "reasonCodes": ["solved"])");
  }
  std::string busy;
  for (int i = 0; i < 2; ++i) {
    center_.Enter();
    busy = Accept("anna");
  }
  const auto chat = StartChat();
  auto customer = Watch(chat);
  Pass(Duration::Seconds(1));
  Pass(Duration::Seconds(1));
  // A place comes free every 155 s: P50 is 109 s, P80 248 s.
  ASSERT_TRUE(customer->last().has_estimated_wait());
  EXPECT_EQ(customer->last().estimated_wait().p50().seconds(), 120);
  EXPECT_EQ(customer->last().estimated_wait().p80().seconds(), 300);
  const auto& events = center_.shard().events();
  const auto promises = std::count_if(events.begin(), events.end(), [](const Event& event) {
    return std::holds_alternative<WaitPromised>(event.body);
  });
  EXPECT_EQ(promises, 1);
  Act("CompleteAssignment", "anna", busy, R"(, "reasonCodes": ["solved"])");
  EXPECT_EQ(customer->last().place(), 1);
  EXPECT_FALSE(customer->last().has_estimated_wait()) << "it is being offered";
}

TEST_F(ChatCenter, TellsNoWaitThatNobodyCanKeep) {
  auto customer = Watch(StartChat());
  Pass(Duration::Seconds(1));
  Pass(Duration::Seconds(1));
  EXPECT_EQ(customer->last().place(), 1);
  EXPECT_FALSE(customer->last().has_estimated_wait());
}

TEST_F(ChatCenter, GoesOnAfterARestart) {
  center_.Available("anna");
  const auto handled = StartChat(R"(, "firstMessage": "one")");
  const std::string item = Accept("anna");
  Say(handled, "two");
  const auto ended = StartChat();
  Must<v1::LeaveChatResponse>("CustomerChatService.LeaveChat", Key(ended));
  const auto left = StartChat();
  auto old = Watch(handled);

  channel_->Stop();
  EXPECT_EQ(old->WaitForFinish().code(), absl::StatusCode::kUnavailable);
  // While the channel is away, the engine goes on.
  center_.Must<v1::WorkItem>("WorkService.CancelWorkItem",
                             R"({"name": "workItems/3", "cause": "WITHDRAWN"})");
  OpenChannel();
  auto customer = Watch(handled, R"(, "afterNumber": 1)");
  EXPECT_EQ(customer->last().state(), Update::WITH_AGENT);
  ASSERT_EQ(customer->last().messages_size(), 1) << "what came after the last one known";
  EXPECT_EQ(customer->last().messages(0).text(), "two");
  EXPECT_EQ(Watch(ended)->last().state(), Update::ENDED);
  EXPECT_EQ(Watch(left)->last().state(), Update::ENDED) << "withdrawn meanwhile";
  auto desk = WatchAs(Desk("anna"), item);
  EXPECT_EQ(desk->last().messages_size(), 2);
  EXPECT_EQ(Reply("anna", item, "three").number(), 3);
  EXPECT_EQ(customer->last().messages(0).text(), "three");
}

TEST_F(ChatCenter, WaitsForASlowReader) {
  const auto chat = StartChat();
  auto slow = Watch(chat, "", 1);
  EXPECT_EQ(slow->count(), 1u);
  for (int i = 0; i < 5; ++i) Say(chat, "message");
  EXPECT_EQ(slow->count(), 1u);
  slow->GiveRoom(1);
  channel_->Settle();
  EXPECT_EQ(slow->count(), 2u);
  EXPECT_EQ(slow->last().messages_size(), 5) << "all at once";
}

TEST_F(ChatCenter, SendsASignOfLifeAndForgetsTheEnded) {
  const auto chat = StartChat();
  auto customer = Watch(chat);
  Pass(Duration::Seconds(1));
  const size_t before = customer->count();
  Pass(Duration::Seconds(10));
  EXPECT_EQ(customer->count(), before + 1);
  EXPECT_EQ(customer->last().messages_size(), 0);
  Must<v1::LeaveChatResponse>("CustomerChatService.LeaveChat", Key(chat));
  customer->Close();
  channel_->Settle();
  Pass(Duration::Minutes(5));
  auto later = Watch(chat);
  EXPECT_EQ(later->last().state(), Update::ENDED) << "from the store";
}

TEST_F(ChatCenter, IsUnavailableWhenItStops) {
  const auto chat = StartChat();
  channel_->Stop();
  Refused<v1::ChatMessage>("CustomerChatService.SendCustomerMessage", Key(chat, R"(, "text": "x")"),
                           absl::StatusCode::kUnavailable, "");
}

}  // namespace
}  // namespace wissel::testing
