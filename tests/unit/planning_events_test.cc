// Events and overrides of planners: kept with their reason, changed only on what was seen, once for
// each request, and refused where they say nothing that could be meant.
#include "forecasting/service/event_service.h"

#include "gmock/gmock.h"
#include "tests/unit/service_testing.h"

namespace wissel::forecasting {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using wissel::testing::With;

class PlanningEventsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    center_.SetUp();
    RegisterEvents(center_.table(), office_);
  }

  v1::PlanningEvent Create(const std::string& event) {
    return center_.Must<v1::PlanningEvent>("ForecastService.CreatePlanningEvent",
                                           R"({"planningEvent": )" + event + "}", kPlanner);
  }
  void NoEvent(const std::string& event, const std::string& field,
               StatusCode code = StatusCode::kInvalidArgument) {
    center_.Refused<v1::PlanningEvent>("ForecastService.CreatePlanningEvent",
                                       R"({"planningEvent": )" + event + "}", code,
                                       "planningEvent." + field, kPlanner);
  }
  std::vector<std::string> Listed(const std::string& days) {
    std::vector<std::string> names;
    const auto response = center_.Must<v1::ListPlanningEventsResponse>(
        "ForecastService.ListPlanningEvents", days, kPlanner);
    for (const auto& event : response.planning_events()) {
      names.push_back(event.display_name());
    }
    return names;
  }
  absl::StatusOr<v1::Override> Override(const std::string& days, const std::string& rest = "") {
    return center_.Call<v1::Override>(
        "ForecastService.CreateOverride",
        R"({"override": {"queue": "queues/tax", "factor": 1.2, "reason": "fair", )" + days + rest +
            "}}",
        kPlanner);
  }

  const rpc::Caller kPlanner = With(rpc::Role::kPlanner);
  wissel::testing::TestCenter center_;
  Office office_{center_.shard(), *PlanStore::Open(":memory:")};
};

TEST_F(PlanningEventsTest, AnEventIsCompletedKeptAndListedByItsDays) {
  const auto letter = Create(
      R"({"displayName": "Letter", "startDate": "2026-12-01", "endDate": "2026-12-04",
          "contacts": 1200, "shape": "DECAYING", "queues": ["queues/tax"], "kind": "mailing"})");
  EXPECT_EQ(letter.name(), "planningEvents/1");
  EXPECT_EQ(letter.uncertainty(), 0.3);
  const auto snow = Create(R"({"displayName": "Snow", "startDate": "2026-11-30", "factor": 1.3})");
  EXPECT_EQ(snow.end_date(), "2026-11-30");
  EXPECT_EQ(snow.shape(), v1::PlanningEvent::FLAT);
  EXPECT_THAT(Listed("{}"), ElementsAre("Snow", "Letter"));
  EXPECT_THAT(Listed(R"({"startDate": "2026-12-04"})"), ElementsAre("Letter"));
  EXPECT_THAT(Listed(R"({"endDate": "2026-11-30"})"), ElementsAre("Snow"));
}

TEST_F(PlanningEventsTest, WhatCouldNotBeMeantIsRefusedAtItsField) {
  NoEvent(R"({"startDate": "2026-12-01", "factor": 2})", "displayName");
  NoEvent(R"({"displayName": "a", "startDate": "2026-02-30", "factor": 2})", "startDate");
  NoEvent(R"({"displayName": "a", "startDate": "1.12.2026", "factor": 2})", "startDate");
  NoEvent(R"({"displayName": "a", "startDate": "2026-12-02", "endDate": "2026-12-01",
              "factor": 2})",
          "endDate");
  NoEvent(R"({"displayName": "a", "startDate": "2026-12-01"})", "size");
  NoEvent(R"({"displayName": "a", "startDate": "2026-12-01", "factor": -1})", "factor");
  NoEvent(R"({"displayName": "a", "startDate": "2026-12-01", "contacts": "NaN"})", "contacts");
  NoEvent(R"({"displayName": "a", "startDate": "2026-12-01", "factor": 1, "uncertainty": 9})",
          "uncertainty");
  NoEvent(R"({"displayName": "a", "startDate": "2026-12-01", "factor": 1,
              "scenario": "scenarios/odd"})",
          "scenario");
  NoEvent(R"({"displayName": "a", "startDate": "2026-12-01", "factor": 1,
              "queues": ["queues/none"]})",
          "queues", StatusCode::kNotFound);
  EXPECT_THAT(Listed("{}"), ElementsAre());
}

TEST_F(PlanningEventsTest, WhoChangesWhatSomebodyChangedSinceIsToldSo) {
  const auto seen = Create(R"({"displayName": "Snow", "startDate": "2026-11-30", "factor": 1.3})");
  const auto update = [&](const std::string& factor, const std::string& etag) {
    return center_.Call<v1::PlanningEvent>(
        "ForecastService.UpdatePlanningEvent",
        R"({"planningEvent": {"name": "planningEvents/1", "displayName": "Snow",
            "startDate": "2026-11-30", "factor": )" +
            factor + R"(, "etag": ")" + etag + R"("}})",
        kPlanner);
  };
  const auto newer = update("1.5", seen.etag());
  ASSERT_TRUE(newer.ok()) << newer.status();
  EXPECT_NE(newer->etag(), seen.etag());
  EXPECT_EQ(update("1.7", seen.etag()).status().code(), StatusCode::kAborted);
  EXPECT_EQ(update("1.7", "")->factor(), 1.7);
  EXPECT_EQ(
      center_
          .Call<google::protobuf::Empty>("ForecastService.DeletePlanningEvent",
                                         R"({"name": "planningEvents/1", "etag": "1"})", kPlanner)
          .status()
          .code(),
      StatusCode::kAborted);
  center_.Must<google::protobuf::Empty>("ForecastService.DeletePlanningEvent",
                                        R"({"name": "planningEvents/1"})", kPlanner);
  EXPECT_EQ(update("1.7", "").status().code(), StatusCode::kNotFound);
}

TEST_F(PlanningEventsTest, ARequestThatComesAgainMakesNoSecondEvent) {
  const std::string request =
      R"({"planningEvent": {"displayName": "Snow", "startDate": "2026-11-30", "factor": 1.3},
          "requestId": "r-1"})";
  const std::string method = "ForecastService.CreatePlanningEvent";
  const auto first = center_.Must<v1::PlanningEvent>(method, request, kPlanner);
  EXPECT_EQ(center_.Must<v1::PlanningEvent>(method, request, kPlanner).name(), first.name());
  EXPECT_THAT(Listed("{}"), ElementsAre("Snow"));
  center_.Refused<v1::PlanningEvent>(
      method,
      R"({"planningEvent": {"displayName": "Ice", "startDate": "2026-11-30", "factor": 1.3},
          "requestId": "r-1"})",
      StatusCode::kInvalidArgument, "requestId", kPlanner);
}

TEST_F(PlanningEventsTest, AnOverrideHasAReasonAndNoOtherInItsWay) {
  const auto made = Override(R"("startDate": "2026-12-01", "endDate": "2026-12-03")");
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->to_minute(), 1440);
  EXPECT_EQ(made->user(), "users/someone");
  EXPECT_TRUE(made->has_create_time());
  const auto meets = Override(R"("startDate": "2026-12-03", "fromMinute": 600)");
  EXPECT_EQ(meets.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(meets.status().message()), HasSubstr("fair"));
  EXPECT_TRUE(Override(R"("startDate": "2026-12-04", "toMinute": 600)").ok());
  EXPECT_TRUE(Override(R"("startDate": "2026-12-04", "fromMinute": 600)").ok());
  EXPECT_EQ(FieldAtFault(Override(R"("startDate": "2026-12-08", "reason": "")").status()),
            "override.reason");
  EXPECT_EQ(
      FieldAtFault(
          Override(R"("startDate": "2026-12-08", "fromMinute": 700, "toMinute": 600)").status()),
      "override.toMinute");
  center_.Must<google::protobuf::Empty>("ForecastService.DeleteOverride",
                                        R"({"name": "overrides/1"})", kPlanner);
  EXPECT_TRUE(Override(R"("startDate": "2026-12-03")").ok());
}

TEST_F(PlanningEventsTest, ManagersLookAndAgentsDoNot) {
  const std::string event =
      R"({"planningEvent": {"displayName": "a", "startDate": "2026-11-30", "factor": 1}})";
  EXPECT_EQ(center_
                .Call<v1::PlanningEvent>("ForecastService.CreatePlanningEvent", event,
                                         With(rpc::Role::kManager))
                .status()
                .code(),
            StatusCode::kPermissionDenied);
  center_.Must<v1::ListPlanningEventsResponse>("ForecastService.ListPlanningEvents", "{}",
                                               With(rpc::Role::kManager));
  EXPECT_EQ(center_
                .Call<v1::ListPlanningEventsResponse>("ForecastService.ListPlanningEvents", "{}",
                                                      With(rpc::Role::kAgent))
                .status()
                .code(),
            StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace wissel::forecasting
