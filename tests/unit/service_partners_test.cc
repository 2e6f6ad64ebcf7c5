// Partners who share a queue, and opened steps, at the door: what is set is read back, what cannot
// be is refused at its field, and the accounts say who took what.
#include "tests/unit/service_testing.h"
#include "wissel/v1/partner.pb.h"
#include "wissel/v1/surge.pb.h"

namespace wissel::testing {
namespace {

using absl::StatusCode;
using google::protobuf::Empty;
using rpc::Role;

class PartnersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    center_.SetUp();
    Must<v1::Partner>("ConfigService.CreatePartner", R"({"partnerId": "callco"})");
    Must<v1::Agent>("ConfigService.UpdateAgent",
                    R"({"agent": {"name": "agents/bert", "partner": "partners/callco"},
                        "updateMask": "partner"})");
  }

  template <class Response>
  Response Must(const std::string& method, const std::string& json) {
    return center_.Must<Response>(method, json);
  }
  v1::Queue Share(const std::string& allocation) {
    return Must<v1::Queue>("ConfigService.UpdateQueue",
                           R"({"queue": {"name": "queues/tax", "partnerAllocation": )" +
                               allocation + R"(}, "updateMask": "partnerAllocation"})");
  }
  void Refused(const std::string& allocation, const std::string& field,
               StatusCode code = StatusCode::kInvalidArgument) {
    center_.Refused<v1::Queue>("ConfigService.UpdateQueue",
                               R"({"queue": {"name": "queues/tax", "partnerAllocation": )" +
                                   allocation + R"(}, "updateMask": "partnerAllocation"})",
                               code, "queue.partnerAllocation." + field);
  }
  v1::PartnerAccounts Accounts() {
    return Must<v1::PartnerAccounts>("PartnerService.GetPartnerAllocation",
                                     R"({"queue": "queues/tax"})");
  }
  // Somebody is given an item of the queue.
  void Take(const std::string& agent) {
    Must<v1::AgentState>("AgentService.SignIn",
                         R"({"agent": "agents/)" + agent + R"(", "takeOver": true})");
    const auto item = Must<v1::WorkItem>("WorkService.CreateWorkItem",
                                         R"({"workItem": {"queue": "queues/tax"}})");
    Must<v1::WorkItem>("WorkService.ForceAssignWorkItem",
                       R"({"name": ")" + item.name() + R"(", "agent": "agents/)" + agent + "\"}");
  }

  TestCenter center_;
};

constexpr char kHalves[] =
    R"({"shares": [{"share": 0.5}, {"partner": "partners/callco", "share": 0.5}],
                               "serviceLevelFloor": 0.8, "settlementInterval": "900s"})";

TEST_F(PartnersTest, AQueueSaysItsSharesAsTheyWereSet) {
  const auto queue = Share(kHalves);
  const v1::PartnerAllocation& allocation = queue.partner_allocation();
  ASSERT_EQ(allocation.shares_size(), 2);
  EXPECT_EQ(allocation.shares(0).partner(), "");
  EXPECT_EQ(allocation.shares(1).partner(), "partners/callco");
  EXPECT_DOUBLE_EQ(allocation.shares(1).share(), 0.5);
  EXPECT_DOUBLE_EQ(allocation.service_level_floor(), 0.8);
  EXPECT_EQ(allocation.settlement_interval().seconds(), 900);
  center_.Refused<Empty>("ConfigService.DeletePartner", R"({"name": "partners/callco"})",
                         StatusCode::kFailedPrecondition, "name");
}

TEST_F(PartnersTest, SharesThatCannotBeAreRefusedAtTheirField) {
  Refused(R"({"shares": [{"partner": "partners/nobody", "share": 0.5}]})", "shares[0].partner",
          StatusCode::kNotFound);
  Refused(R"({"shares": [{"share": 1.5}]})", "shares[0].share");
  Refused(R"({"shares": [{"share": 0.6}, {"partner": "partners/callco", "share": 0.6}]})",
          "shares");
  Refused(R"({"shares": [{"share": 0.6}, {"share": 0.1}]})", "shares[1].partner");
  Refused(R"({})", "shares");
  Refused(R"({"shares": [{"share": 0.6}], "serviceLevelFloor": 2})", "serviceLevelFloor");
  Refused(R"({"shares": [{"share": 0.6}], "settlementInterval": "7000s"})", "settlementInterval");
}

TEST_F(PartnersTest, TheAccountsSayWhoTookWhatAndWhoIsNext) {
  center_.Refused<v1::PartnerAccounts>("PartnerService.GetPartnerAllocation",
                                       R"({"queue": "queues/tax"})",
                                       StatusCode::kFailedPrecondition, "queue");
  Share(kHalves);
  EXPECT_FALSE(Accounts().has_start_time());
  EXPECT_EQ(Accounts().next().partner(), "");
  Take("bert");
  const v1::PartnerAccounts accounts = Accounts();
  EXPECT_EQ(accounts.end_time().seconds() - accounts.start_time().seconds(), 900);
  EXPECT_EQ(accounts.decision_parts(), 1000);
  ASSERT_EQ(accounts.accounts_size(), 2);
  const v1::PartnerAccount& house = accounts.accounts(0);
  EXPECT_EQ(house.credit(), 500);
  EXPECT_EQ(house.due(), 500);
  ASSERT_EQ(house.deviations_size(), 1);
  EXPECT_EQ(house.deviations(0).reason(), v1::FORCED_BY_MANAGER);
  EXPECT_EQ(accounts.accounts(1).credit(), -500);
  EXPECT_EQ(accounts.accounts(1).taken(), 1);
  EXPECT_EQ(accounts.accounts(1).taken_in_time(), 1);
  EXPECT_EQ(Must<v1::ListPartnerAllocationsResponse>("PartnerService.ListPartnerAllocations", "{}")
                .allocations_size(),
            1);
  const auto item =
      Must<v1::WorkItemExplanation>("WorkService.ExplainWorkItem", R"({"name": "workItems/1"})");
  ASSERT_EQ(item.decisions_size(), 1);
  EXPECT_TRUE(item.decisions(0).has_partner_turn());
  EXPECT_EQ(item.decisions(0).partner_turn().deviation(), v1::FORCED_BY_MANAGER);
}

TEST_F(PartnersTest, WhatWasSettledIsListedNewestFirst) {
  Share(kHalves);
  Take("bert");
  Share(R"({"shares": [{"share": 0.9}, {"partner": "partners/callco", "share": 0.1}]})");
  Take("anna");
  Share(kHalves);
  const auto list = [&](const std::string& json) {
    return Must<v1::ListPartnerSettlementsResponse>("PartnerService.ListPartnerSettlements", json);
  };
  const auto all = list("{}");
  ASSERT_EQ(all.settlements_size(), 2);
  EXPECT_EQ(all.settlements(0).name(), "partnerSettlements/2");
  EXPECT_EQ(all.settlements(0).accounts(0).taken(), 1);
  EXPECT_EQ(all.settlements(0).accounts(0).credit(), -100);
  EXPECT_EQ(all.settlements(1).accounts(1).taken(), 1);
  const auto first = list(R"({"queue": "queues/tax", "pageSize": 1})");
  ASSERT_EQ(first.settlements_size(), 1);
  const auto second = list(R"({"queue": "queues/tax", "pageSize": 1, "pageToken": ")" +
                           first.next_page_token() + "\"}");
  ASSERT_EQ(second.settlements_size(), 1);
  EXPECT_EQ(second.settlements(0).name(), "partnerSettlements/1");
  EXPECT_EQ(second.next_page_token(), "");
  EXPECT_EQ(list(R"({"endTime": "1970-01-01T00:00:01Z"})").settlements_size(), 0);
  EXPECT_EQ(list(R"({"startTime": "2999-01-01T00:00:00Z"})").settlements_size(), 0);
  center_.Refused<v1::ListPartnerSettlementsResponse>("PartnerService.ListPartnerSettlements",
                                                      R"({"queue": "queues/none"})",
                                                      StatusCode::kNotFound, "queue");
  center_.Refused<v1::ListPartnerSettlementsResponse>("PartnerService.ListPartnerSettlements", "{}",
                                                      StatusCode::kPermissionDenied, "",
                                                      With(Role::kAgent));
}

TEST_F(PartnersTest, AManagerOpensAStepAndClosesIt) {
  Must<v1::Queue>("ConfigService.UpdateQueue",
                  R"({"queue": {"name": "queues/tax", "requirement": {"steps": [
                      {"skills": [{"skill": "skills/french"}], "expiresAfter": "60s"}, {}]}},
                      "updateMask": "requirement"})");
  const auto set = [&](const std::string& step) {
    return Must<v1::QueueStep>("SurgeService.SetQueueStep",
                               R"({"queue": "queues/tax", "step": )" + step + "}");
  };
  EXPECT_EQ(set("1").step(), 1);
  const auto item =
      Must<v1::WorkItem>("WorkService.CreateWorkItem", R"({"workItem": {"queue": "queues/tax"}})");
  EXPECT_EQ(
      Must<v1::WorkItem>("WorkService.GetWorkItem", R"({"name": ")" + item.name() + "\"}").step(),
      1);
  EXPECT_EQ(set("0").step(), 0);
  for (const char* step : {"2", "-1", "300"}) {
    center_.Refused<v1::QueueStep>("SurgeService.SetQueueStep",
                                   R"({"queue": "queues/tax", "step": )" + std::string(step) + "}",
                                   StatusCode::kInvalidArgument, "step");
  }
  center_.Refused<v1::QueueStep>("SurgeService.SetQueueStep", R"({"queue": "queues/x", "step": 1})",
                                 StatusCode::kNotFound, "queue");
  center_.Refused<v1::QueueStep>("SurgeService.SetQueueStep",
                                 R"({"queue": "queues/tax", "step": 1})",
                                 StatusCode::kPermissionDenied, "", With(Role::kPlanner));
}

}  // namespace
}  // namespace wissel::testing
