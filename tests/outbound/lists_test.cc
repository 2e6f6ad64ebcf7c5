// The lists' doors: what is taken once, what is refused and changes nothing, who may look.
#include "tests/outbound/outbound_testing.h"

namespace wissel::testing {
namespace {

using absl::StatusCode;
using Result = v1::AddOutboundEntryResult;
using ListsTest = OutboundCenter;

constexpr char kCreate[] = "OutboundService.CreateOutboundList";
constexpr char kAdd[] = "OutboundService.AddOutboundEntries";

TEST_F(ListsTest, TheSameListAgainIsTheSameAndAnotherIsRefused) {
  const std::string list = R"("list": {"queue": "queues/sales", "mostOpen": 4})";
  const auto made = Must<v1::OutboundList>(kCreate, R"({"listId": "a", )" + list + "}");
  EXPECT_EQ(made.name(), "outboundLists/a");
  EXPECT_EQ(made.state(), v1::OutboundList::PAUSED);
  EXPECT_EQ(made.channel(), v1::OUTBOUND);
  EXPECT_EQ(made.attempts(), 3);
  EXPECT_EQ(made.pause().seconds(), 4 * 3600);
  const auto again = Must<v1::OutboundList>(kCreate, R"({"listId": "a", )" + list + "}");
  EXPECT_EQ(again.SerializeAsString(), made.SerializeAsString());
  Refused<v1::OutboundList>(kCreate, R"({"listId": "a", "list": {"queue": "queues/sales"}})",
                            StatusCode::kAlreadyExists, "listId");
  EXPECT_EQ(
      Must<v1::ListOutboundListsResponse>("OutboundService.ListOutboundLists", "{}").lists_size(),
      1);
}

TEST_F(ListsTest, WhatIsWrongWithAListIsSaidAtItsField) {
  const auto refused = [&](const std::string& list, const std::string& field,
                           StatusCode code = StatusCode::kInvalidArgument) {
    Refused<v1::OutboundList>(kCreate, R"({"listId": "a", "list": {)" + list + "}}", code, field);
  };
  refused(R"("queue": "queues/none")", "list.queue", StatusCode::kNotFound);
  refused(R"("queue": "sales")", "list.queue");
  refused(R"("queue": "queues/sales", "mostOpen": 1001)", "list.mostOpen");
  refused(R"("queue": "queues/sales", "mostOpen": -1)", "list.mostOpen");
  refused(R"("queue": "queues/sales", "attempts": 21)", "list.attempts");
  refused(R"("queue": "queues/sales", "pause": "59s")", "list.pause");
  refused(R"("queue": "queues/sales", "channel": "VOICE")", "list.channel");
  refused(R"("queue": "queues/sales", "refusedReasons": ["nope"])", "list.refusedReasons");
  refused(R"("queue": "queues/sales", "displayName": "a\nb")", "list.displayName");
  Refused<v1::OutboundList>(kCreate, R"({"listId": "A b", "list": {"queue": "queues/sales"}})",
                            StatusCode::kInvalidArgument, "listId");
  EXPECT_EQ(
      Must<v1::ListOutboundListsResponse>("OutboundService.ListOutboundLists", "{}").lists_size(),
      0);
}

TEST_F(ListsTest, EachEntryIsTakenOnceByItsKey) {
  MakeList("", false);
  const std::string mia = R"({"key": "mia", "number": "02 555 01 23", "displayName": "Mia"})";
  auto response = Add(mia + R"(, {"key": "jan", "number": "+32 2 555 01 24"}, )" + mia +
                      R"(, {"key": "bad", "number": "12"}, {"number": "+3225550125"},
                          {"key": "mia", "number": "+3225550199"})");
  ASSERT_EQ(response.results_size(), 6);
  EXPECT_EQ(response.results(0).kind(), Result::ADDED);
  EXPECT_EQ(response.results(0).entry(), "outboundLists/spring/entries/1");
  EXPECT_EQ(response.results(1).entry(), "outboundLists/spring/entries/2");
  EXPECT_EQ(response.results(2).kind(), Result::UNCHANGED);
  EXPECT_EQ(response.results(3).kind(), Result::REFUSED);
  EXPECT_EQ(response.results(3).field(), "number");
  EXPECT_NE(response.results(3).reason(), "");
  EXPECT_EQ(response.results(4).field(), "key");
  EXPECT_EQ(response.results(5).field(), "key");
  response = Add(mia);
  EXPECT_EQ(response.results(0).kind(), Result::UNCHANGED);
  response = Add(R"({"key": "mia", "number": "02 555 01 29", "displayName": "Mia"})");
  EXPECT_EQ(response.results(0).kind(), Result::REFUSED);
  EXPECT_EQ(Counts(), "PENDING 2");
  OpenRoom();
  EXPECT_EQ(Add(mia).results(0).kind(), Result::UNCHANGED);
  EXPECT_EQ(EntryAt(1).number(), "+3225550123");
  EXPECT_EQ(EntryAt(1).display_name(), "Mia");
}

TEST_F(ListsTest, WhoHasTheNumberIsTheCustomer) {
  MakeList("", false);
  Add(R"({"key": "a", "number": "+3225550101", "externalId": "crm:1"},
         {"key": "b", "number": "+3225550102", "externalId": "crm:1"},
         {"key": "c", "number": "+3225550101"})");
  EXPECT_EQ(EntryAt(1).customer(), EntryAt(2).customer());
  EXPECT_EQ(EntryAt(1).customer(), EntryAt(3).customer());
  const auto unknown = Add(
      R"({"key": "d", "number": "+3225550104", "customer": "customers/AAAAAAAAAAAAAAAAAAAAAA"})",
      true);
  EXPECT_EQ(unknown.results(0).kind(), Result::REFUSED);
  EXPECT_EQ(unknown.results(0).field(), "customer");
}

TEST_F(ListsTest, ATrialChangesNothing) {
  MakeList();
  const auto trial = Add(R"({"key": "a", "number": "+3225550101"})", true);
  EXPECT_EQ(trial.results(0).kind(), Result::ADDED);
  EXPECT_EQ(trial.results(0).entry(), "");
  EXPECT_EQ(Counts(), "");
  EXPECT_TRUE(Items().empty());
}

TEST_F(ListsTest, PausedAndResumedAndStoppedForGood) {
  MakeList(R"("mostOpen": 2)");
  AddPeople(4);
  center_.Available("olga");
  const std::string taken = Accept("olga");
  const auto change = [&](const char* method) {
    return Must<v1::OutboundList>(std::string("OutboundService.") + method,
                                  R"({"name": "outboundLists/spring"})");
  };
  EXPECT_EQ(change("PauseOutboundList").state(), v1::OutboundList::PAUSED);
  Complete("olga", taken, "sold");
  EXPECT_EQ(Counts(), "PENDING 2, OPEN 1, REACHED 1");
  change("StartOutboundList");
  EXPECT_EQ(Counts(), "PENDING 1, OPEN 2, REACHED 1");
  const std::string talking = Accept("olga");
  change("StopOutboundList");
  room_->Settle();
  // Who is being called is called to the end; the others are not called any more.
  EXPECT_EQ(Counts(), "OPEN 1, REACHED 1, WITHDRAWN 2");
  ASSERT_EQ(Items().size(), 1u);
  Miss("olga", talking);
  EXPECT_EQ(Counts(), "REACHED 1, WITHDRAWN 3");
  EXPECT_TRUE(Items().empty());
  Refused<v1::OutboundList>("OutboundService.StartOutboundList",
                            R"({"name": "outboundLists/spring"})", StatusCode::kFailedPrecondition,
                            "name");
  Refused<v1::AddOutboundEntriesResponse>(
      kAdd,
      R"({"list": "outboundLists/spring", "entries": [{"key": "x", "number": "+3225550101"}]})",
      StatusCode::kFailedPrecondition, "list");
  change("StopOutboundList");
}

TEST_F(ListsTest, NewRulesHoldForWhatComes) {
  MakeList(R"("mostOpen": 1)");
  AddPeople(4);
  const auto update = [&](const std::string& list, const std::string& field) {
    return Must<v1::OutboundList>("OutboundService.UpdateOutboundList",
                                  R"({"list": {"name": "outboundLists/spring", )" + list +
                                      R"(}, "fields": [")" + field + "\"]}");
  };
  EXPECT_EQ(update(R"("mostOpen": 3)", "most_open").most_open(), 3);
  EXPECT_EQ(Items().size(), 3u);
  OpenRoom();
  EXPECT_EQ(List().most_open(), 3);
  Refused<v1::OutboundList>("OutboundService.UpdateOutboundList",
                            R"({"list": {"name": "outboundLists/spring"}, "fields": ["state"]})",
                            StatusCode::kInvalidArgument, "fields");
}

TEST_F(ListsTest, TheAgentWhoHasTheItemSeesWhomToCallAndNobodyElse) {
  MakeList();
  Add(R"({"key": "mia", "number": "+3225550123", "displayName": "Mia", "language": "nl",
          "fields": [{"name": "contract", "value": "<b>42</b>"}]})");
  center_.Available("olga");
  const std::string offered = center_.StateOf("olga").offers(0).work_item();
  const std::string ask = R"({"workItem": ")" + offered + "\"}";
  const auto entry = Must<v1::OutboundEntry>("OutboundService.GetOutboundEntry", ask, Desk("olga"));
  EXPECT_EQ(entry.number(), "+3225550123");
  EXPECT_EQ(entry.display_name(), "Mia");
  EXPECT_EQ(entry.list_display_name(), "Spring offer");
  ASSERT_EQ(entry.fields_size(), 1);
  EXPECT_EQ(entry.fields(0).value(), "<b>42</b>");
  Refused<v1::OutboundEntry>("OutboundService.GetOutboundEntry", ask, StatusCode::kPermissionDenied,
                             "", Desk("omar"));
  Refused<v1::OutboundEntry>("OutboundService.GetOutboundEntry", R"({"workItem": "workItems/99"})",
                             StatusCode::kNotFound, "workItem");
  Refused<v1::OutboundEntry>("OutboundService.GetOutboundEntry", "{}", StatusCode::kInvalidArgument,
                             "name");
  // A manager may, and it is on record.
  Must<v1::OutboundEntry>("OutboundService.GetOutboundEntry", ask);
  std::promise<std::vector<contacts::Action>> actions;
  store_->ListActions(entry.contact(), 0, 10,
                      [&](const absl::StatusOr<std::vector<contacts::Action>>& list) {
                        actions.set_value(list.ok() ? *list : std::vector<contacts::Action>());
                      });
  EXPECT_EQ(actions.get_future().get().size(), 1u);
  Complete("olga", Accept("olga"), "sold");
  Refused<v1::OutboundEntry>("OutboundService.GetOutboundEntry", ask, StatusCode::kPermissionDenied,
                             "", Desk("olga"));
}

TEST_F(ListsTest, EntriesAreListedInPagesWithoutWhoTheyAre) {
  MakeList("", false);
  AddPeople(5);
  std::string token;
  std::vector<std::string> names;
  for (int page = 0; page < 3; ++page) {
    const auto response = Must<v1::ListOutboundEntriesResponse>(
        "OutboundService.ListOutboundEntries",
        fmt::format(R"({{"list": "outboundLists/spring", "state": "PENDING", "pageSize": 2,
                         "pageToken": "{}"}})",
                    token));
    for (const auto& entry : response.entries()) {
      names.push_back(entry.name());
      EXPECT_EQ(entry.number(), "");
    }
    token = response.next_page_token();
  }
  EXPECT_EQ(names.size(), 5u);
  EXPECT_EQ(token, "");
}

}  // namespace
}  // namespace wissel::testing
