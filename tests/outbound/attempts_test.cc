// Entries become items, one after the other, and what becomes of the items becomes of the entries.
#include <fstream>
#include <iterator>

#include "tests/outbound/outbound_testing.h"

namespace wissel::testing {
namespace {

using AttemptsTest = OutboundCenter;

TEST_F(AttemptsTest, NoMoreItemsAreOpenThanTheListAllows) {
  MakeList(R"("mostOpen": 2)");
  AddPeople(5);
  ASSERT_EQ(Items().size(), 2u);
  EXPECT_EQ(Items()[0].channel, Channel::kOutbound);
  EXPECT_EQ(Counts(), "PENDING 3, OPEN 2");
  center_.Available("olga");
  Complete("olga", Accept("olga"), "sold");
  EXPECT_EQ(Counts(), "PENDING 2, OPEN 2, REACHED 1");
  EXPECT_EQ(Items().size(), 2u);
}

TEST_F(AttemptsTest, NoNameNumberOrKeyIsInTheEngineOrTheFile) {
  MakeList();
  Add(R"({"key": "Quetzalcoatl-7", "number": "02 555 01 11", "displayName": "Quetzal Coatl",
          "fields": [{"name": "offer", "value": "quetzal feathers"}]})");
  ASSERT_EQ(Items().size(), 1u);
  const Item item = Items()[0];
  EXPECT_EQ(item.contact.substr(0, 10), "outbounds/");
  EXPECT_EQ(item.customer.substr(0, 10), "customers/");
  CloseRoom();
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    for (const char* secret : {"uetzal", "25550111", "feathers"}) {
      EXPECT_EQ(bytes.find(secret), std::string::npos) << secret << " in " << file.path();
    }
  }
  OpenRoom();
}

TEST_F(AttemptsTest, AgainAfterThePauseWhileNobodyAnswers) {
  MakeList(R"("attempts": 2, "pause": "7200s")");
  AddPeople(1);
  center_.Available("olga");
  const std::string first = Accept("olga");
  Miss("olga", first);
  // The queue's own rule would offer the same item again a minute later.
  EXPECT_TRUE(Items().empty());
  v1::OutboundEntry entry = EntryAt(1);
  EXPECT_EQ(entry.state(), v1::OutboundEntry::PENDING);
  EXPECT_EQ(entry.attempts(), 1);
  ASSERT_EQ(entry.history_size(), 1);
  EXPECT_EQ(entry.history(0).work_item(), first);
  EXPECT_EQ(entry.history(0).end(), v1::OutboundAttempt::MISSED);
  EXPECT_EQ(entry.history(0).agent(), "agents/olga");
  EXPECT_EQ(entry.next_time().seconds(),
            (center_.shard().now() + Duration::Hours(2)).millis() / 1000);
  Advance(Duration::Hours(2) - Duration::Seconds(1));
  EXPECT_TRUE(Items().empty());
  Advance(Duration::Seconds(1));
  const std::string second = Accept("olga");
  EXPECT_NE(second, first);
  Miss("olga", second);
  EXPECT_EQ(EntryAt(1).state(), v1::OutboundEntry::NO_ANSWER);
  Advance(Duration::Days(2));
  EXPECT_TRUE(Items().empty());
  EXPECT_EQ(Counts(), "NO_ANSWER 1");
}

TEST_F(AttemptsTest, TheReasonSaysWhetherTheyRefused) {
  MakeList(R"("mostOpen": 1)");
  AddPeople(3);
  center_.Available("olga");
  Complete("olga", Accept("olga"), "no");
  Complete("olga", Accept("olga"), "");
  Complete("olga", Accept("olga"), "never again");
  EXPECT_EQ(Counts(), "REACHED 1, REFUSED 1, DO_NOT_CONTACT 1");
  const auto check = Must<v1::CheckDoNotContactResponse>(
      "DoNotContactService.CheckDoNotContact",
      fmt::format(R"({{"address": {{"kind": "PHONE", "text": "{}"}}}})", NumberOf(3)));
  EXPECT_TRUE(check.forbidden());
  EXPECT_EQ(check.mark().reason(), v1::DoNotContact::ASKED);
  EXPECT_EQ(check.mark().creator(), "outboundLists/spring");
}

TEST_F(AttemptsTest, NothingBeginsBeforeItsTimeOrAfterItsDeadline) {
  MakeList(R"("mostOpen": 5, "pause": "3600s")");
  Add(R"({"key": "later", "number": "+3225550101", "notBeforeTime": "2026-03-02T10:00:00Z",
          "notAfterTime": "2026-03-02T11:00:00Z"})");
  EXPECT_TRUE(Items().empty());
  Advance(Duration::Hours(1));
  ASSERT_EQ(Items().size(), 1u);
  EXPECT_EQ(Items()[0].not_after, kStart + Duration::Hours(2));
  Advance(Duration::Hours(1));
  EXPECT_EQ(EntryAt(1).state(), v1::OutboundEntry::EXPIRED);
  EXPECT_TRUE(Items().empty());
  // Missed so late that the next attempt would be after the deadline.
  Add(R"({"key": "soon", "number": "+3225550102", "notAfterTime": "2026-03-02T11:30:00Z"})");
  center_.Available("olga");
  Miss("olga", Accept("olga"));
  EXPECT_EQ(EntryAt(2).state(), v1::OutboundEntry::PENDING);
  Advance(Duration::Minutes(30));
  EXPECT_EQ(EntryAt(2).state(), v1::OutboundEntry::EXPIRED);
  Advance(Duration::Days(1));
  EXPECT_TRUE(Items().empty());
}

TEST_F(AttemptsTest, AfterARestartThereIsOneItemAndWhatWasDoneIsKnown) {
  MakeList(R"("mostOpen": 3, "pause": "600s")");
  AddPeople(4);
  center_.Available("olga");
  const std::string taken = Accept("olga");
  ASSERT_EQ(Items().size(), 3u);
  OpenRoom();
  EXPECT_EQ(Items().size(), 3u);
  EXPECT_EQ(Counts(), "PENDING 1, OPEN 3");
  // What happens while the room is away is seen when it comes back.
  room_->Stop();
  center_.Must<v1::AgentState>(
      "AgentService.MissCustomer",
      fmt::format(R"({{"name": "agents/olga/assignments/{}"}})", taken.substr(10)), Desk("olga"));
  OpenRoom();
  EXPECT_EQ(EntryAt(1).attempts(), 1);
  EXPECT_EQ(EntryAt(1).state(), v1::OutboundEntry::PENDING);
  const std::vector<Item> items = Items();
  ASSERT_EQ(items.size(), 3u);
  for (size_t i = 1; i < items.size(); ++i) EXPECT_NE(items[i - 1].contact, items[i].contact);
}

TEST_F(AttemptsTest, AnItemThatACancelTakesAwayIsWithdrawn) {
  MakeList();
  AddPeople(1);
  center_.Must<v1::WorkItem>(
      "WorkService.CancelWorkItem",
      fmt::format(R"({{"name": "workItems/{}", "cause": "WITHDRAWN"}})", Items()[0].id.value()));
  room_->Settle();
  EXPECT_EQ(EntryAt(1).state(), v1::OutboundEntry::WITHDRAWN);
  EXPECT_TRUE(Items().empty());
}

TEST_F(AttemptsTest, WhoeverIsErasedIsNotCalled) {
  MakeList(R"("mostOpen": 1)");
  AddPeople(2);
  for (int64_t number : {1, 2}) {
    const std::string customer = EntryAt(number).customer();
    std::promise<void> erased;
    store_->EraseCustomer(customer, "users/root", center_.shard().now(),
                          [&](const absl::StatusOr<int64_t>&) { erased.set_value(); });
    erased.get_future().wait();
    room_->Settle();
  }
  EXPECT_EQ(Counts(), "WITHDRAWN 2");
  EXPECT_TRUE(Items().empty());
}

TEST_F(AttemptsTest, AClosedQueueIsAskedAgainLaterAndCountsAsNoAttempt) {
  MakeList();
  center_.Must<v1::Queue>(
      "ConfigService.UpdateQueue",
      R"({"queue": {"name": "queues/sales", "hours": {"timeZone": "UTC", "weekly": [
          {"days": ["monday"], "ranges": [{"from": "12:00", "to": "13:00"}]}],
          "closedAction": {"kind": "REFUSE"}}}, "updateMask": "hours"})");
  AddPeople(1);
  EXPECT_TRUE(Items().empty());
  EXPECT_NE(List().last_refusal(), "");
  EXPECT_EQ(EntryAt(1).attempts(), 0);
  Advance(Duration::Hours(3) + Duration::Minutes(1));
  EXPECT_EQ(Items().size(), 1u);
  EXPECT_EQ(List().last_refusal(), "");
}

}  // namespace
}  // namespace wissel::testing
