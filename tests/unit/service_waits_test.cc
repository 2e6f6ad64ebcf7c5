// How long it will be, through WorkService.
#include "fmt/format.h"
#include "tests/unit/service_testing.h"

namespace wissel::testing {
namespace {

using absl::StatusCode;

class WaitsTest : public ::testing::Test {
 protected:
  WaitsTest() { center_.SetUp(); }

  std::string Accept() {
    const v1::AgentState anna = center_.StateOf("anna");
    EXPECT_EQ(anna.offers_size(), 1);
    center_.Must<v1::AgentState>("AgentService.AcceptOffer",
                                 fmt::format(R"({{"name": "{}"}})", anna.offers(0).name()),
                                 Desk("anna"));
    return anna.offers(0).work_item();
  }
  // Six chats of 310 s each, then two at once: a place comes free every 155 s.
  void MakeBusy() {
    center_.Available("anna");
    for (int i = 0; i < 6; ++i) {
      center_.Enter();
      const std::string item = Accept();
      center_.shard().Advance(Duration::Seconds(310));
      center_.Must<v1::AgentState>(
          "AgentService.CompleteAssignment",
          fmt::format(R"({{"name": "agents/anna/assignments/{}", "reasonCodes": ["solved"]}})",
                      item.substr(item.find('/') + 1)),
          Desk("anna"));
    }
    for (int i = 0; i < 2; ++i) {
      center_.Enter();
      Accept();
    }
  }
  v1::WorkItem Get(const std::string& name) {
    return center_.Must<v1::WorkItem>("WorkService.GetWorkItem",
                                      fmt::format(R"({{"name": "{}"}})", name));
  }

  TestCenter center_;
};

TEST_F(WaitsTest, AWaitingItemSaysHowLong) {
  MakeBusy();
  const std::string first = center_.Enter().name();
  const std::string second = center_.Enter().name();
  EXPECT_NEAR(static_cast<double>(Get(first).estimated_wait().p50().seconds()), 109, 2);
  EXPECT_NEAR(static_cast<double>(Get(first).estimated_wait().p80().seconds()), 248, 3);
  EXPECT_GT(Get(second).estimated_wait().p50().seconds(), 155);
  EXPECT_FALSE(Get(first).has_promised_wait()) << "to look is not to promise";
  const std::string done = "workItems/1";
  EXPECT_FALSE(Get(done).has_estimated_wait());
}

TEST_F(WaitsTest, WhatIsToldIsOnRecordOnce) {
  MakeBusy();
  const std::string name = center_.Enter().name();
  const std::string request = fmt::format(R"({{"name": "{}", "requestId": "r1"}})", name);
  const v1::EstimatedWait looked = Get(name).estimated_wait();
  const auto told = center_.Must<v1::WorkItem>("WorkService.PromiseWait", request);
  EXPECT_EQ(told.promised_wait().wait().p50().seconds(), looked.p50().seconds());
  EXPECT_EQ(told.promised_wait().wait().p80().seconds(), looked.p80().seconds());
  EXPECT_EQ(told.promised_wait().time().seconds(), center_.shard().now().millis() / 1000);
  // The same request is answered again, another one is refused.
  center_.shard().Advance(Duration::Seconds(10));
  const auto again = center_.Must<v1::WorkItem>("WorkService.PromiseWait", request);
  EXPECT_EQ(again.promised_wait().time().seconds(), told.promised_wait().time().seconds());
  center_.Refused<v1::WorkItem>("WorkService.PromiseWait", fmt::format(R"({{"name": "{}"}})", name),
                                StatusCode::kFailedPrecondition, "name");
}

TEST_F(WaitsTest, NothingHonestToSayIsRefused) {
  const std::string name = center_.Enter().name();
  EXPECT_FALSE(Get(name).has_estimated_wait());
  const std::string request = fmt::format(R"({{"name": "{}"}})", name);
  center_.Refused<v1::WorkItem>("WorkService.PromiseWait", request, StatusCode::kFailedPrecondition,
                                "name");
  center_.Refused<v1::WorkItem>("WorkService.PromiseWait", R"({"name": "workItems/99"})",
                                StatusCode::kNotFound, "name");
  center_.Refused<v1::WorkItem>("WorkService.PromiseWait", R"({"name": "x"})",
                                StatusCode::kInvalidArgument, "name");
  EXPECT_EQ(
      center_.Call<v1::WorkItem>("WorkService.PromiseWait", request, With(rpc::Role::kPlanner))
          .status()
          .code(),
      StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace wissel::testing
