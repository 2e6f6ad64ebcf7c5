// WorkService through its method table: bad input is refused at its field and changes nothing,
// repeated requests are answered as the first time, lists come in pages, explanations in words.
#include <gmock/gmock.h>

#include "tests/unit/service_testing.h"

namespace wissel::testing {
namespace {

using absl::StatusCode;
using rpc::Role;

class WorkTest : public ::testing::Test {
 protected:
  void SetUp() override { center_.SetUp(); }

  void RefusedItem(const std::string& item, StatusCode code, const std::string& field) {
    center_.Refused<v1::WorkItem>("WorkService.CreateWorkItem", R"({"workItem": )" + item + "}",
                                  code, field);
  }
  // One step with this in it, "..." of {"steps": [{...}]}.
  void RefusedStep(const std::string& step, const std::string& field) {
    RefusedItem(R"({"queue": "queues/tax", "requirement": {"steps": [{)" + step + "}]}}",
                StatusCode::kInvalidArgument, "workItem.requirement.steps[0]." + field);
  }
  void RefusedSteps(const std::string& steps, const std::string& field) {
    RefusedItem(R"({"queue": "queues/tax", "requirement": {"steps": [)" + steps + "]}}",
                StatusCode::kInvalidArgument, "workItem.requirement." + field);
  }
  v1::WorkItem Create(const std::string& item) {
    return center_.Must<v1::WorkItem>("WorkService.CreateWorkItem",
                                      R"({"workItem": )" + item + "}");
  }

  TestCenter center_;
};

TEST_F(WorkTest, AnItemIsAnsweredAsItStands) {
  const auto item = Create(R"({"queue": "queues/tax", "contact": "chats/7", "band": 2,
      "headStart": "1.5s", "preferredAgents": [{"agent": "agents/anna", "holdFor": "60s"}],
      "requirement": {"steps": [
          {"skills": [{"skill": "skills/french", "minLevel": 3},
                      {"skill": "skills/dutch", "preferred": true, "weight": 2}],
           "constraint": {"any": {"constraints": [
               {"test": {"attribute": "site", "operator": "IN", "texts": ["a", "b"]}},
               {"not": {"test": {"attribute": "year", "operator": "AT_MOST", "number": "3"}}}]}},
           "expiresAfter": "30s", "skipIfNone": true},
          {}]}})");
  EXPECT_EQ(item.name(), "workItems/1");
  EXPECT_EQ(item.queue(), "queues/tax");
  EXPECT_EQ(item.channel(), v1::CHAT);
  EXPECT_EQ(item.contact(), "chats/7");
  EXPECT_EQ(item.band(), 2);
  EXPECT_EQ(item.state(), v1::WorkItem::WAITING);
  EXPECT_EQ(item.enter_time().seconds() * 1000, kStart.millis());
  EXPECT_EQ(item.due_time().seconds() * 1000 + item.due_time().nanos() / 1'000'000,
            kStart.millis() + 60'000 - 1'500);
  ASSERT_EQ(item.requirement().steps_size(), 2);
  EXPECT_EQ(item.requirement().steps(0).skills(0).min_level(), 3);
  EXPECT_EQ(item.requirement().steps(0).constraint().any().constraints_size(), 2);
  EXPECT_EQ(item.preferred_agents(0).agent(), "agents/anna");
  const auto got = center_.Must<v1::WorkItem>("WorkService.GetWorkItem",
                                              R"({"name": "workItems/1"})", With(Role::kPlanner));
  EXPECT_EQ(got.SerializeAsString(), item.SerializeAsString());
}

TEST_F(WorkTest, AnItemThatAsksForNothingHasTheQueuesRequirement) {
  EXPECT_FALSE(Create(R"({"queue": "queues/tax"})").has_requirement());
}

TEST_F(WorkTest, RefusesItemsThatCannotBe) {
  RefusedItem("{}", StatusCode::kInvalidArgument, "workItem.queue");
  RefusedItem(R"({"queue": "tax"})", StatusCode::kInvalidArgument, "workItem.queue");
  RefusedItem(R"({"queue": "queues/Tax"})", StatusCode::kInvalidArgument, "workItem.queue");
  RefusedItem(R"({"queue": "queues/unknown"})", StatusCode::kNotFound, "workItem.queue");
  const auto with = [&](const std::string& more, StatusCode code, const std::string& field) {
    RefusedItem(R"({"queue": "queues/tax", )" + more + "}", code, "workItem." + field);
  };
  with(R"("channel": 77)", StatusCode::kInvalidArgument, "channel");
  with(R"("contact": "Anna Peeters")", StatusCode::kInvalidArgument, "contact");
  with(R"("contact": ")" + std::string(65, 'x') + "\"", StatusCode::kInvalidArgument, "contact");
  with(R"("band": 10)", StatusCode::kInvalidArgument, "band");
  with(R"("band": -1)", StatusCode::kInvalidArgument, "band");
  with(R"("headStart": "-1s")", StatusCode::kInvalidArgument, "headStart");
  with(R"("headStart": "0.0005s")", StatusCode::kInvalidArgument, "headStart");
  with(R"("headStart": "2592001s")", StatusCode::kInvalidArgument, "headStart");
  with(R"("headStart": "315576000000s")", StatusCode::kInvalidArgument, "headStart");
  with(R"("preferredAgents": [{"agent": "agents/nobody"}])", StatusCode::kNotFound,
       "preferredAgents[0].agent");
  with(R"("preferredAgents": [{"agent": "agents/anna"}, {"agent": "agents/anna"}])",
       StatusCode::kInvalidArgument, "preferredAgents[1].agent");
  with(R"("preferredAgents": [{"agent": "agents/anna", "holdFor": "-0.001s"}])",
       StatusCode::kInvalidArgument, "preferredAgents[0].holdFor");
  with(R"("preferredAgents": [{},{},{},{},{},{},{},{},{},{},{}])", StatusCode::kInvalidArgument,
       "preferredAgents");
  with(R"("requirement": {"steps": [{"skills": [{"skill": "skills/greek"}]}]})",
       StatusCode::kNotFound, "requirement.steps[0].skills[0].skill");
}

TEST_F(WorkTest, RefusesImpossibleSkillLevels) {
  RefusedStep(R"("skills": [{"skill": "skills/french", "minLevel": 11}])", "skills[0].minLevel");
  RefusedStep(R"("skills": [{"skill": "skills/french", "minLevel": 0}])", "skills[0].minLevel");
  RefusedStep(R"("skills": [{"skill": "skills/french", "minLevel": 266}])", "skills[0].minLevel");
  RefusedStep(R"("skills": [{"skill": "skills/french", "preferred": true, "weight": 101}])",
              "skills[0].weight");
  RefusedStep(R"("skills": [{"skill": "skills/french", "weight": 2}])", "skills[0].weight");
  RefusedStep(R"("skills": [{"skill": "skills/french"}, {"skill": "skills/french"}])",
              "skills[1].skill");
  std::string many = R"({"skill": "skills/french"})";
  for (int i = 0; i < 20; ++i) many += R"(, {"skill": "skills/french"})";
  RefusedStep("\"skills\": [" + many + "]", "skills");
}

TEST_F(WorkTest, RefusesAStepListThatNeverEnds) {
  RefusedSteps("", "steps");
  RefusedSteps("{}, {}", "steps[0].expiresAfter");
  RefusedSteps(R"({"expiresAfter": "30s"})", "steps[0].expiresAfter");
  RefusedSteps(R"({"expiresAfter": "0.999s"}, {})", "steps[0].expiresAfter");
  RefusedSteps(R"({"expiresAfter": "2592000.001s"}, {})", "steps[0].expiresAfter");
  std::string eleven;
  for (int i = 0; i < 10; ++i) eleven += R"({"expiresAfter": "30s"},)";
  RefusedSteps(eleven + "{}", "steps");
}

TEST_F(WorkTest, RefusesConstraintsThatSayNothingOrTooMuch) {
  RefusedStep(R"("constraint": {})", "constraint");
  RefusedStep(R"("constraint": {"all": {}})", "constraint.all.constraints");
  RefusedStep(R"("constraint": {"not": {}})", "constraint.not");
  RefusedStep(R"("constraint": {"test": {"attribute": "Site", "operator": "IN", "texts": ["a"]}})",
              "constraint.test.attribute");
  RefusedStep(R"("constraint": {"test": {"attribute": "site"}})", "constraint.test.operator");
  RefusedStep(R"("constraint": {"test": {"attribute": "site", "operator": 9}})",
              "constraint.test.operator");
  RefusedStep(R"("constraint": {"test": {"attribute": "a", "operator": "EQUALS",
                                         "texts": ["a", "b"]}})",
              "constraint.test.texts");
  RefusedStep(R"("constraint": {"all": {"constraints": [{"test": {"attribute": "a",
                  "operator": "IN"}}]}})",
              "constraint.all.constraints[0].test.texts");
  RefusedStep(R"("constraint": {"test": {"attribute": "a", "operator": "AT_LEAST",
                                         "texts": ["b"]}})",
              "constraint.test.texts");
  std::string deep = R"({"test": {"attribute": "a", "operator": "AT_LEAST"}})";
  std::string field = "constraint";
  for (int i = 0; i < 8; ++i) deep = R"({"not": )" + deep + "}", field += ".not";
  RefusedStep(R"("constraint": )" + deep, field);
  std::string wide = R"({"test": {"attribute": "a", "operator": "AT_LEAST"}})";
  for (int i = 0; i < 100; ++i) wide += R"(, {"test": {"attribute": "a", "operator": "AT_LEAST"}})";
  RefusedStep(R"("constraint": {"any": {"constraints": [)" + wide + "]}}",
              "constraint.any.constraints[99]");
}

TEST_F(WorkTest, ARepeatedRequestIsAnsweredAsTheFirst) {
  const std::string request = R"({"requestId": "r1", "workItem": {"queue": "queues/tax"}})";
  const auto first = center_.Must<v1::WorkItem>("WorkService.CreateWorkItem", request);
  const uint64_t digest = center_.shard().engine().Digest();
  const auto again = center_.Must<v1::WorkItem>("WorkService.CreateWorkItem", request);
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(center_.shard().engine().Digest(), digest);
  // Another caller's id is another id.
  const auto other =
      center_.Must<v1::WorkItem>("WorkService.CreateWorkItem", request, With(Role::kIntegration));
  EXPECT_EQ(other.name(), "workItems/2");
  center_.Refused<v1::WorkItem>("WorkService.CreateWorkItem",
                                R"({"requestId": "r1", "workItem": {"queue": "queues/tax",
                                    "band": 1}})",
                                StatusCode::kInvalidArgument, "requestId");
  center_.Refused<v1::WorkItem>("WorkService.CancelWorkItem",
                                R"({"requestId": "r1", "name": "workItems/1",
                                    "cause": "WITHDRAWN"})",
                                StatusCode::kInvalidArgument, "requestId");
  center_.Refused<v1::WorkItem>(
      "WorkService.CreateWorkItem",
      R"({"requestId": ")" + std::string(65, 'x') + R"(", "workItem": {"queue": "queues/tax"}})",
      StatusCode::kInvalidArgument, "requestId");
}

TEST_F(WorkTest, ARepeatedRequestIsAnsweredThoughItsQueueIsGone) {
  center_.Must<v1::Queue>("ConfigService.CreateQueue", R"({"queueId": "short", "queue":
      {"channel": "CHAT", "answerWithin": "60s"}})");
  const std::string request = R"({"requestId": "r1", "workItem": {"queue": "queues/short"}})";
  const auto item = center_.Must<v1::WorkItem>("WorkService.CreateWorkItem", request);
  const std::string transfer =
      R"({"requestId": "r2", "name": ")" + item.name() + R"(", "queue": "queues/tax"})";
  center_.Must<v1::WorkItem>("WorkService.TransferWorkItem", transfer);
  center_.Must<google::protobuf::Empty>("ConfigService.DeleteQueue", R"({"name": "queues/short"})");
  const auto again = center_.Must<v1::WorkItem>("WorkService.CreateWorkItem", request);
  EXPECT_EQ(again.name(), item.name());
  EXPECT_EQ(again.queue(), "queues/tax");
  center_.Refused<v1::WorkItem>("WorkService.CreateWorkItem",
                                R"({"requestId": "r3", "workItem": {"queue": "queues/short"}})",
                                StatusCode::kNotFound, "workItem.queue");
}

TEST_F(WorkTest, ABatchIsAnsweredItemByItem) {
  const auto batch = center_.Must<v1::BatchCreateWorkItemsResponse>(
      "WorkService.BatchCreateWorkItems", R"({"requests": [
          {"workItem": {"queue": "queues/tax"}, "requestId": "r1"},
          {"workItem": {"queue": "queues/unknown"}},
          {"workItem": {"queue": "queues/tax", "band": 12}},
          {"workItem": {"queue": "queues/tax"}, "requestId": "r1"},
          {"workItem": {"queue": "queues/tax", "band": 1}, "requestId": "r1"},
          {"workItem": {"queue": "queues/tax"}}]})");
  ASSERT_EQ(batch.results_size(), 6);
  EXPECT_EQ(batch.results(0).work_item().name(), "workItems/1");
  EXPECT_EQ(batch.results(1).refusal().code(), 5);
  EXPECT_EQ(batch.results(1).refusal().detail().field(), "requests[1].workItem.queue");
  EXPECT_EQ(batch.results(2).refusal().code(), 3);
  EXPECT_EQ(batch.results(2).refusal().detail().field(), "requests[2].workItem.band");
  EXPECT_EQ(batch.results(3).work_item().name(), "workItems/1");
  EXPECT_EQ(batch.results(4).refusal().detail().field(), "requests[4].requestId");
  EXPECT_EQ(batch.results(5).work_item().name(), "workItems/2");
  // A request keeps its id outside the batch.
  const auto single = center_.Must<v1::WorkItem>(
      "WorkService.CreateWorkItem", R"({"workItem": {"queue": "queues/tax"}, "requestId": "r1"})");
  EXPECT_EQ(single.name(), "workItems/1");
  center_.Refused<v1::BatchCreateWorkItemsResponse>("WorkService.BatchCreateWorkItems", "{}",
                                                    StatusCode::kInvalidArgument, "requests");
  std::string many = R"({"requests": [{})";
  for (int i = 0; i < 1000; ++i) many += ",{}";
  center_.Refused<v1::BatchCreateWorkItemsResponse>("WorkService.BatchCreateWorkItems", many + "]}",
                                                    StatusCode::kInvalidArgument, "requests");
}

TEST_F(WorkTest, ListsComeInPages) {
  center_.Must<v1::Queue>("ConfigService.CreateQueue", R"({"queueId": "other", "queue":
      {"channel": "CHAT", "answerWithin": "60s"}})");
  for (int i = 0; i < 5; ++i) center_.Enter("tax"), center_.Enter("other");
  center_.Must<v1::WorkItem>("WorkService.CancelWorkItem",
                             R"({"name": "workItems/3", "cause": "WITHDRAWN"})");
  const auto list = [&](const std::string& json) {
    const auto page = center_.Must<v1::ListWorkItemsResponse>("WorkService.ListWorkItems", json);
    std::string names;
    for (const auto& item : page.work_items()) names += item.name().substr(10) + " ";
    return std::pair(names, page.next_page_token());
  };
  EXPECT_EQ(list("{}"), std::pair(std::string("1 2 4 5 6 7 8 9 10 "), std::string()));
  const auto [first, token] = list(R"({"queue": "queues/tax", "pageSize": 3})");
  EXPECT_EQ(first, "1 5 7 ");
  ASSERT_NE(token, "");
  EXPECT_EQ(list(R"({"queue": "queues/tax", "pageSize": 3, "pageToken": ")" + token + "\"}"),
            std::pair(std::string("9 "), std::string()));
  EXPECT_EQ(list(R"({"state": "OFFERED"})").first, "");
  const auto refused = [&](const std::string& json, StatusCode code, const std::string& field) {
    center_.Refused<v1::ListWorkItemsResponse>("WorkService.ListWorkItems", json, code, field);
  };
  refused(R"({"pageToken": ")" + token + "\"}", StatusCode::kInvalidArgument, "pageToken");
  refused(R"({"pageToken": "zzz"})", StatusCode::kInvalidArgument, "pageToken");
  refused(R"({"pageSize": -1})", StatusCode::kInvalidArgument, "pageSize");
  refused(R"({"pageSize": 1001})", StatusCode::kInvalidArgument, "pageSize");
  refused(R"({"queue": "queues/unknown"})", StatusCode::kNotFound, "queue");
  refused(R"({"state": "COMPLETED"})", StatusCode::kInvalidArgument, "state");
  refused(R"({"state": 99})", StatusCode::kInvalidArgument, "state");
}

TEST_F(WorkTest, AnItemThatWaitsIsUpdated) {
  center_.Enter();
  const auto item = center_.Must<v1::WorkItem>(
      "WorkService.UpdateWorkItem",
      R"({"workItem": {"name": "workItems/1", "band": 1, "contact": "ignored",
          "requirement": {"steps": [{"skills": [{"skill": "skills/french"}]}]}},
          "updateMask": "band,headStart,requirement"})");
  EXPECT_EQ(item.band(), 1);
  EXPECT_EQ(item.contact(), "");
  EXPECT_EQ(item.requirement().steps(0).skills(0).skill(), "skills/french");
  const auto refused = [&](const std::string& json, StatusCode code, const std::string& field) {
    center_.Refused<v1::WorkItem>("WorkService.UpdateWorkItem", json, code, field);
  };
  refused(R"({"workItem": {"name": "workItems/1"}})", StatusCode::kInvalidArgument, "updateMask");
  refused(R"({"workItem": {"name": "workItems/1"}, "updateMask": "queue"})",
          StatusCode::kInvalidArgument, "updateMask");
  refused(R"({"workItem": {"name": "workItems/1"}, "updateMask": "band"})",
          StatusCode::kInvalidArgument, "workItem.band");
  refused(R"({"workItem": {"name": "workItems/1"}, "updateMask": "requirement"})",
          StatusCode::kInvalidArgument, "workItem.requirement.steps");
  refused(R"({"workItem": {"name": "items/1"}, "updateMask": "band"})",
          StatusCode::kInvalidArgument, "workItem.name");
  refused(R"({"workItem": {"name": "workItems/9", "band": 1}, "updateMask": "band"})",
          StatusCode::kNotFound, "workItem.name");
}

TEST_F(WorkTest, CancelEndsWhatNobodyHandles) {
  center_.Enter(), center_.Enter();
  EXPECT_EQ(center_
                .Must<v1::WorkItem>("WorkService.CancelWorkItem",
                                    R"({"name": "workItems/1", "cause": "CUSTOMER_LEFT"})")
                .state(),
            v1::WorkItem::ABANDONED);
  EXPECT_EQ(center_
                .Must<v1::WorkItem>("WorkService.CancelWorkItem",
                                    R"({"name": "workItems/2", "cause": "WITHDRAWN"})")
                .state(),
            v1::WorkItem::CANCELLED);
  const auto refused = [&](const std::string& json, StatusCode code, const std::string& field) {
    center_.Refused<v1::WorkItem>("WorkService.CancelWorkItem", json, code, field);
  };
  refused(R"({"name": "workItems/1", "cause": "WITHDRAWN"})", StatusCode::kFailedPrecondition,
          "name");
  refused(R"({"name": "workItems/3", "cause": "WITHDRAWN"})", StatusCode::kNotFound, "name");
  refused(R"({"name": "workItems/1"})", StatusCode::kInvalidArgument, "cause");
  refused(R"({"name": "workItems/1", "cause": 9})", StatusCode::kInvalidArgument, "cause");
  for (const char* name : {"", "workItems/", "workItems/0", "workItems/01", "workItems/-1",
                           "workItems/x", "workItems/99999999999999999999", "1"}) {
    refused(R"({"name": ")" + std::string(name) + R"(", "cause": "WITHDRAWN"})",
            StatusCode::kInvalidArgument, "name");
  }
}

TEST_F(WorkTest, TransferHasOneTarget) {
  center_.Enter();
  const auto refused = [&](const std::string& json, StatusCode code, const std::string& field) {
    center_.Refused<v1::WorkItem>("WorkService.TransferWorkItem", json, code, field);
  };
  refused(R"({"name": "workItems/1"})", StatusCode::kInvalidArgument, "queue");
  refused(R"({"name": "workItems/1", "queue": "queues/unknown"})", StatusCode::kNotFound, "queue");
  refused(R"({"name": "workItems/1", "agent": "agents/nobody"})", StatusCode::kNotFound, "agent");
  refused(R"({"name": "workItems/1", "agent": "agents/anna"})", StatusCode::kFailedPrecondition,
          "agent");
  refused(R"({"name": "workItems/2", "queue": "queues/tax"})", StatusCode::kNotFound, "name");
}

TEST_F(WorkTest, AWaitingItemIsExplained) {
  Create(R"({"queue": "queues/tax", "requirement": {"steps": [
      {"skills": [{"skill": "skills/french", "minLevel": 8}], "expiresAfter": "60s"},
      {"skills": [{"skill": "skills/french", "minLevel": 7}]}]}})");
  center_.Available("bert");
  const auto why = center_.Must<v1::WorkItemExplanation>(
      "WorkService.ExplainWorkItem", R"({"name": "workItems/1"})", Desk("anna"));
  EXPECT_EQ(why.state(), v1::WorkItem::WAITING);
  EXPECT_EQ(why.place(), 1);
  EXPECT_GE(why.sentences_size(), 1);
  EXPECT_EQ(why.order_key().id(), 1);
  EXPECT_EQ(why.order_key().band(), 5);
  int64_t agents = 0;
  for (const auto& check : why.failed_checks()) {
    agents += check.agent_count();
    EXPECT_EQ(check.agents_size(), check.agent_count());
    EXPECT_NE(check.sentence(), "");
    EXPECT_EQ(check.skill(), "skills/french");
    EXPECT_EQ(check.min_level(), check.check() == v1::FailedCheck::SKILL_LEVEL ? 8 : 0);
  }
  EXPECT_EQ(agents, 2);
  EXPECT_EQ(why.queue(), "queues/tax");
  EXPECT_EQ(why.agent(), "");
  ASSERT_EQ(why.upcoming_changes_size(), 1);
  EXPECT_EQ(why.upcoming_changes(0).kind(), v1::UpcomingChange::STEP);
  EXPECT_EQ(why.upcoming_changes(0).step(), 1);
  center_.Refused<v1::WorkItemExplanation>(
      "WorkService.ExplainWorkItem", R"({"name": "workItems/2"})", StatusCode::kNotFound, "name");
}

TEST_F(WorkTest, ForgottenIsToldFromUnknown) {
  EngineOptions few;
  few.ended_items_kept = 1;
  TestCenter center({}, few);
  center.SetUp();
  for (int i = 1; i <= 3; ++i) {
    center.Must<v1::WorkItem>(
        "WorkService.CreateWorkItem",
        R"({"requestId": "r)" + std::to_string(i) + R"(", "workItem": {"queue": "queues/tax"}})");
    center.Must<v1::WorkItem>(
        "WorkService.CancelWorkItem",
        R"({"cause": "WITHDRAWN", "name": "workItems/)" + std::to_string(i) + "\"}");
  }
  const auto gone =
      center.Call<v1::WorkItem>("WorkService.GetWorkItem", R"({"name": "workItems/1"})");
  EXPECT_EQ(gone.status().code(), StatusCode::kNotFound);
  EXPECT_THAT(std::string(gone.status().message()), ::testing::HasSubstr("no longer kept"));
  // Its creation, repeated, still says which one it was.
  EXPECT_EQ(center
                .Must<v1::WorkItem>("WorkService.CreateWorkItem",
                                    R"({"requestId": "r1", "workItem": {"queue": "queues/tax"}})")
                .name(),
            "workItems/1");
}

TEST_F(WorkTest, RolesAreKept) {
  const std::string create = R"({"workItem": {"queue": "queues/tax"}})";
  for (const Role role : {Role::kAgent, Role::kPlanner}) {
    center_.Refused<v1::WorkItem>("WorkService.CreateWorkItem", create,
                                  StatusCode::kPermissionDenied, "", With(role));
  }
  for (const Role role : {Role::kIntegration, Role::kManager, Role::kAdmin}) {
    center_.Must<v1::WorkItem>("WorkService.CreateWorkItem", create, With(role));
  }
  center_.Refused<v1::WorkItem>("WorkService.GetWorkItem", R"({"name": "workItems/1"})",
                                StatusCode::kUnauthenticated, "", {});
}

TEST_F(WorkTest, AStoppingServerSaysSo) {
  center_.shard().Stop();
  for (const char* method : {"WorkService.GetWorkItem", "WorkService.CancelWorkItem"}) {
    EXPECT_EQ(center_
                  .Call<v1::WorkItem>(method, std::string(method) == "WorkService.GetWorkItem"
                                                  ? R"({"name": "workItems/1"})"
                                                  : R"({"name": "workItems/1", "cause": 1})")
                  .status()
                  .code(),
              StatusCode::kUnavailable);
  }
  EXPECT_EQ(
      center_.Call<v1::ListWorkItemsResponse>("WorkService.ListWorkItems", "{}").status().code(),
      StatusCode::kUnavailable);
}

}  // namespace
}  // namespace wissel::testing
