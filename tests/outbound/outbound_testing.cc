#include "tests/outbound/outbound_testing.h"
#include "tests/postgres/places.h"

#include "absl/strings/str_join.h"

namespace wissel::testing {
namespace {

// "7" of "workItems/7".
std::string Last(const std::string& name) { return name.substr(name.rfind('/') + 1); }

}  // namespace

OutboundCenter::OutboundCenter() {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  folder_ = std::filesystem::path(::testing::TempDir()) / (std::string("outbound-") + test->name());
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directories(folder_);
  center_.SetUp();
  center_.Must<v1::RoutingProfile>("ConfigService.CreateRoutingProfile",
                                   R"({"routingProfileId": "calls", "routingProfile": {"channels": [
                                       {"channel": "OUTBOUND", "limit": 1, "cost": 100},
                                       {"channel": "CALLBACK", "limit": 1, "cost": 100}]}})");
  center_.Must<v1::Queue>("ConfigService.CreateQueue",
                          R"({"queueId": "sales", "queue": {"channel": "OUTBOUND",
                              "answerWithin": "3600s", "retry": {"attempts": 5, "gap": "60s"},
                              "reasonCodes": ["sold", "no", "never again"]}})");
  for (const char* agent : {"olga", "omar"}) {
    center_.Must<v1::Agent>("ConfigService.CreateAgent",
                            fmt::format(R"({{"agentId": "{}", "agent": {{
                                "routingProfile": "routingProfiles/calls"}}}})",
                                        agent));
  }
  OpenRoom();
}

OutboundCenter::~OutboundCenter() {
  CloseRoom();
  center_.shard().Stop();
  std::filesystem::remove_all(folder_);
}

void OutboundCenter::CloseRoom() {
  if (room_ != nullptr) room_->Stop();
  if (store_ != nullptr) store_->Close();
  room_.reset();
  store_.reset();
}

void OutboundCenter::OpenRoom() {
  CloseRoom();
  auto store = contacts::ContactStore::Open(wissel::testing::StoresIn(folder_.string()));
  ASSERT_TRUE(store.ok()) << store.status();
  store_ = *std::move(store);
  auto room =
      outbound::Outbound::Open(center_.shard(), *store_,
                               {wissel::testing::At((folder_ / "outbound.sqlite").string()), "BE"});
  ASSERT_TRUE(room.ok()) << room.status();
  room_ = *std::move(room);
  table_ = rpc::MethodTable();
  room_->Register(table_);
  room_->Start();
  room_->Settle();
}

void OutboundCenter::MakeList(const std::string& rules, bool start) {
  Must<v1::OutboundList>("OutboundService.CreateOutboundList",
                         R"({"listId": "spring", "list": {"displayName": "Spring offer",
                             "queue": "queues/sales", "refusedReasons": ["no"],
                             "doNotContactReasons": ["never again"])" +
                             (rules.empty() ? "" : ", " + rules) + "}}");
  if (!start) return;
  Must<v1::OutboundList>("OutboundService.StartOutboundList",
                         R"({"name": "outboundLists/spring"})");
}

v1::OutboundList OutboundCenter::List() {
  return Must<v1::OutboundList>("OutboundService.GetOutboundList",
                                R"({"name": "outboundLists/spring"})");
}

v1::AddOutboundEntriesResponse OutboundCenter::Add(const std::string& entries, bool validate_only) {
  return Must<v1::AddOutboundEntriesResponse>(
      "OutboundService.AddOutboundEntries",
      fmt::format(R"({{"list": "outboundLists/spring", "entries": [{}], "validateOnly": {}}})",
                  entries, validate_only));
}

void OutboundCenter::AddPeople(int people, const std::string& more) {
  std::vector<std::string> entries;
  for (int person = 1; person <= people; ++person) {
    entries.push_back(fmt::format(R"({{"key": "k{}", "number": "{}"{}}})", person, NumberOf(person),
                                  more.empty() ? "" : ", " + more));
  }
  const v1::AddOutboundEntriesResponse response = Add(absl::StrJoin(entries, ", "));
  for (const auto& result : response.results()) {
    EXPECT_EQ(result.kind(), v1::AddOutboundEntryResult::ADDED) << result.ShortDebugString();
  }
}

v1::OutboundEntry OutboundCenter::EntryAt(int64_t number) {
  return Must<v1::OutboundEntry>(
      "OutboundService.GetOutboundEntry",
      fmt::format(R"({{"name": "outboundLists/spring/entries/{}"}})", number));
}

std::string OutboundCenter::Counts() {
  std::vector<std::string> counts;
  const v1::OutboundList list = List();
  for (const v1::OutboundCount& count : list.counts()) {
    counts.push_back(
        fmt::format("{} {}", v1::OutboundEntry::State_Name(count.state()), count.entries()));
  }
  return absl::StrJoin(counts, ", ");
}

void OutboundCenter::Advance(Duration by) {
  center_.shard().Advance(by);
  // The room's clock is the shard's; a call makes it look.
  room_->Settle();
}

std::vector<Item> OutboundCenter::Items() {
  std::vector<Item> items;
  center_.shard().engine().ForEachLivingItem(ItemId(1), [&](const Item& item) {
    items.push_back(item);
    return true;
  });
  return items;
}

std::string OutboundCenter::Accept(const std::string& agent) {
  const v1::AgentState state = center_.StateOf(agent);
  if (state.offers().empty()) {
    ADD_FAILURE() << agent << " has no offer";
    return "";
  }
  center_.Must<v1::AgentState>("AgentService.AcceptOffer",
                               fmt::format(R"({{"name": "{}"}})", state.offers(0).name()),
                               Desk(agent));
  room_->Settle();
  return state.offers(0).work_item();
}

void OutboundCenter::Miss(const std::string& agent, const std::string& item) {
  center_.Must<v1::AgentState>(
      "AgentService.MissCustomer",
      fmt::format(R"({{"name": "agents/{}/assignments/{}"}})", agent, Last(item)), Desk(agent));
  room_->Settle();
}

void OutboundCenter::Complete(const std::string& agent, const std::string& item,
                              const std::string& reason) {
  center_.Must<v1::AgentState>(
      "AgentService.CompleteAssignment",
      fmt::format(R"({{"name": "agents/{}/assignments/{}", "reasonCodes": [{}]}})", agent,
                  Last(item), reason.empty() ? "" : "\"" + reason + "\""),
      Desk(agent));
  room_->Settle();
}

}  // namespace wissel::testing
