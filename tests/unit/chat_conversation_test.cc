// What each side of a conversation may do and sees, apart from threads and stores.
#include <gtest/gtest.h>

#include "channels/chat/conversation.h"
#include "channels/chat/lines.h"

namespace wissel::chat {
namespace {

using Stage = Conversation::Stage;

constexpr Duration kGrace = Duration::Seconds(60);
Instant At(int64_t seconds) { return Instant::FromMillis(seconds * 1000); }

Conversation Fresh() {
  Contact chat;
  chat.name = "chats/c";
  return Conversation(chat, At(0), kGrace);
}

ItemFact Fact(ItemState state, const std::string& agent = "") {
  return {ItemId(7), state, QueueId(1), agent, At(0)};
}

TEST(Conversation, GoesFromWaitingOverTheAgentToItsEnd) {
  Conversation c = Fresh();
  EXPECT_EQ(c.stage(), Stage::kWaiting);
  c.OnItem(Fact(ItemState::kWaiting), At(1));
  c.OnPlace(3);
  EXPECT_EQ(c.ForCustomer(At(1)).place, 3);
  EXPECT_EQ(c.ForCustomer(At(1)).entered, At(0));
  c.OnItem(Fact(ItemState::kOffered), At(2));
  EXPECT_EQ(c.ForCustomer(At(2)).place, 1);
  c.OnItem(Fact(ItemState::kActive, "anna"), At(3));
  EXPECT_EQ(c.stage(), Stage::kWithAgent);
  EXPECT_EQ(c.ForCustomer(At(3)).agent, "anna");
  EXPECT_EQ(c.ForCustomer(At(3)).place, 0);
  c.OnItem(Fact(ItemState::kWrapping, "anna"), At(4));
  EXPECT_EQ(c.stage(), Stage::kEnded);
  EXPECT_FALSE(c.ended()) << "the item may still be handed on";
  c.OnItem(Fact(ItemState::kCompleted, ""), At(5));
  EXPECT_TRUE(c.ended());
  EXPECT_TRUE(c.IsOf("anna")) << "who ended it may still look at it";
}

TEST(Conversation, OnlyWhoHasTheItemWrites) {
  Conversation c = Fresh();
  EXPECT_EQ(c.MayAgentWrite("anna").code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(c.MayAgentWrite("").code(), absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(c.MayCustomerWrite().ok());
  c.OnItem(Fact(ItemState::kActive, "anna"), At(1));
  EXPECT_TRUE(c.MayAgentWrite("anna").ok());
  EXPECT_EQ(c.MayAgentWrite("bert").code(), absl::StatusCode::kPermissionDenied);
  c.OnItem(Fact(ItemState::kActive, "bert"), At(2));
  EXPECT_EQ(c.MayAgentWrite("anna").code(), absl::StatusCode::kPermissionDenied);
  c.OnItem(Fact(ItemState::kCompleted), At(3));
  EXPECT_EQ(c.MayAgentWrite("bert").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(c.MayCustomerWrite().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Conversation, WakesForWhatIsSaidSinceItWasSetAside) {
  Contact contact;
  contact.name = "messages/c";
  contact.channel = Channel::kMessage;
  Conversation c(contact, At(0), kGrace);
  const auto set_aside = [&](int64_t at) {
    ItemFact fact = Fact(ItemState::kAwaitingCustomer, "anna");
    fact.since = At(at);
    c.OnItem(fact, At(at));
  };
  const auto say = [&](int64_t number, Author author, EntryKind kind, int64_t at) {
    c.OnMessage({.number = number, .author = author, .kind = kind, .time = At(at)});
  };
  c.OnItem(Fact(ItemState::kWaiting), At(0));
  EXPECT_FALSE(c.WaitsForNobody(At(100'000))) << "its customer may go";
  say(1, Author::kCustomer, EntryKind::kMessage, 5);
  EXPECT_FALSE(c.MustWake()) << "nobody has it";
  set_aside(10);
  EXPECT_EQ(c.stage(), Stage::kAwaitsCustomer);
  EXPECT_TRUE(c.IsOf("anna"));
  EXPECT_EQ(c.ForCustomer(At(10)).agent, "anna");
  EXPECT_FALSE(c.MustWake()) << "what was said before is known";
  say(2, Author::kAgent, EntryKind::kMessage, 11);
  EXPECT_FALSE(c.MustWake()) << "its agent said it";
  say(3, Author::kCustomer, EntryKind::kEvent, 12);
  EXPECT_FALSE(c.MustWake()) << "nobody said it";
  say(4, Author::kCustomer, EntryKind::kMessage, 13);
  EXPECT_TRUE(c.MustWake());
  set_aside(14);
  EXPECT_FALSE(c.MustWake());
  c.OnEnd(At(15));
  EXPECT_TRUE(c.MustWake()) << "so that its agent completes it";
  c.OnItem(Fact(ItemState::kActive, "anna"), At(16));
  EXPECT_FALSE(c.MustWake());
}

TEST(Conversation, CountsAsDesertedAfterTheGrace) {
  Conversation c = Fresh();
  c.OnItem(Fact(ItemState::kWaiting), At(0));
  EXPECT_FALSE(c.WaitsForNobody(At(59)));
  EXPECT_EQ(c.NextChange(At(0)), At(60));
  EXPECT_TRUE(c.WaitsForNobody(At(60)));
  c.OnStreamOpened();
  c.OnStreamOpened();
  EXPECT_FALSE(c.WaitsForNobody(At(600)));
  EXPECT_EQ(c.NextChange(At(600)), std::nullopt);
  c.OnStreamClosed(At(600));
  EXPECT_FALSE(c.IsDeserted(At(700))) << "another stream is open";
  c.OnStreamClosed(At(700));
  EXPECT_FALSE(c.IsDeserted(At(759)));
  EXPECT_TRUE(c.IsDeserted(At(760)));
  c.OnItem(Fact(ItemState::kActive, "anna"), At(761));
  EXPECT_FALSE(c.WaitsForNobody(At(761))) << "an agent has it";
  EXPECT_FALSE(c.ForAgent(At(761)).customer_present);
}

TEST(Conversation, TypingShowsForFiveSecondsOrUntilTheMessage) {
  Conversation c = Fresh();
  c.OnStreamOpened();
  c.OnItem(Fact(ItemState::kActive, "anna"), At(0));
  c.OnCustomerTyping(At(0));
  c.OnAgentTyping(At(0));
  EXPECT_TRUE(c.ForAgent(At(4)).customer_typing);
  EXPECT_TRUE(c.ForCustomer(At(4)).agent_typing);
  EXPECT_EQ(c.NextChange(At(4)), At(5));
  EXPECT_FALSE(c.ForAgent(At(5)).customer_typing);
  c.OnCustomerTyping(At(5));
  c.OnMessage({1, Author::kCustomer, EntryKind::kMessage, "", "hello", At(6)});
  EXPECT_FALSE(c.ForAgent(At(6)).customer_typing);
}

TEST(Conversation, AnEndByTheCustomerEndsItForBoth) {
  Conversation c = Fresh();
  c.OnStreamOpened();
  c.OnItem(Fact(ItemState::kActive, "anna"), At(1));
  c.OnEnd(At(2));
  EXPECT_EQ(c.stage(), Stage::kEnded);
  EXPECT_FALSE(c.ForAgent(At(2)).customer_present);
  EXPECT_TRUE(c.ForAgent(At(2)).ended);
  EXPECT_FALSE(c.MayAgentWrite("anna").ok());
  c.OnItem(Fact(ItemState::kWaiting), At(3));
  EXPECT_TRUE(c.WaitsForNobody(At(3))) << "it was given back, and nobody waits for it";
}

TEST(Conversation, ShowsAWaitWhileInLine) {
  const auto seconds = [](int64_t p50, int64_t p80) {
    return WaitEstimate{Duration::Seconds(p50), Duration::Seconds(p80)};
  };
  Conversation c = Fresh();
  c.OnItem(Fact(ItemState::kWaiting), At(1));
  EXPECT_FALSE(c.ForCustomer(At(1)).wait);
  c.OnWait(seconds(84, 192));
  EXPECT_EQ(c.ForCustomer(At(1)).wait, seconds(60, 240));
  c.OnItem(Fact(ItemState::kOffered), At(2));
  c.OnItem(Fact(ItemState::kWaiting), At(3));
  EXPECT_FALSE(c.ForCustomer(At(3)).wait) << "until the next look";
}

TEST(Conversation, SaysAWaitInWholeMinutes) {
  const auto said = [](int64_t p50, int64_t p80) {
    const WaitEstimate wait = InWholeMinutes({Duration::Seconds(p50), Duration::Seconds(p80)});
    return std::pair(wait.p50.millis() / 60'000, wait.p80.millis() / 60'000);
  };
  EXPECT_EQ(said(0, 1), std::pair(0L, 1L));
  EXPECT_EQ(said(29, 60), std::pair(0L, 1L));
  EXPECT_EQ(said(30, 61), std::pair(1L, 2L)) << "p80 is rounded up";
  EXPECT_EQ(said(230, 410), std::pair(4L, 7L));
  EXPECT_EQ(said(570, 601), std::pair(10L, 15L)) << "from ten minutes on five at a time";
  EXPECT_EQ(said(740, 2'000), std::pair(10L, 35L));
}

TEST(Conversation, IsFullAtSomePoint) {
  Conversation c = Fresh();
  for (int64_t i = 1; i <= kMostMessages; ++i)
    c.OnMessage({i, Author::kCustomer, EntryKind::kMessage, "", "x", At(1)});
  EXPECT_EQ(c.MayCustomerWrite().code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace wissel::chat
