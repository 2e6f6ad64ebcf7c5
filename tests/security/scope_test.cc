// People who are confined to teams and queues, at the table that the doors have: south's manager
// sees and moves south's people, tax's manager tax's work, and neither more.
#include "fmt/format.h"
#include "gtest/gtest.h"
#include "server/scope/confined_methods.h"
#include "server/scope/scope_rules.h"
#include "tests/unit/live_testing.h"
#include "tests/unit/service_testing.h"
#include "wissel/v1/audit.pb.h"
#include "wissel/v1/live.pb.h"

namespace wissel::scope {
namespace {

using absl::StatusCode;
using rpc::Role;
using testing::CallOn;
using testing::ReaderStream;

rpc::Caller South() {
  return {.user = "users/zoe", .agent = "", .roles = {Role::kManager}, .teams = {"teams/south"}};
}
rpc::Caller Tax() {
  return {.user = "users/tim", .agent = "", .roles = {Role::kManager}, .queues = {"queues/tax"}};
}

class ScopeTest : public ::testing::Test {
 protected:
  // anna is of south, bert of north; queues "tax" and "rent".
  void SetUp() override {
    center_.SetUp();
    for (const char* team : {"south", "north"}) {
      center_.Must<v1::Team>("ConfigService.CreateTeam",
                             fmt::format(R"({{"teamId": "{}"}})", team));
    }
    center_.Must<v1::Queue>(
        "ConfigService.CreateQueue",
        R"({"queueId": "rent", "queue": {"channel": "CHAT", "answerWithin": "60s"}})");
    PutInto("anna", "south");
    PutInto("bert", "north");
    methods_ = ConfinedMethods(center_.table(), center_.shard());
  }
  void PutInto(const char* agent, const char* team) {
    center_.Must<v1::Agent>("ConfigService.UpdateAgent",
                            fmt::format(R"({{"agent": {{"name": "agents/{}", "team": "teams/{}"}},
                         "updateMask": "team"}})",
                                        agent, team));
  }

  template <class Response>
  absl::StatusOr<Response> As(const rpc::Caller& caller, const std::string& name,
                              const std::string& json) {
    return CallOn<Response>(methods_, name, json, caller);
  }
  // Refused at this field, and nothing has happened.
  template <class Response>
  void Refused(const rpc::Caller& caller, const std::string& name, const std::string& json,
               const std::string& field) {
    const uint64_t before = center_.shard().engine().Digest();
    const auto answer = As<Response>(caller, name, json);
    EXPECT_EQ(answer.status().code(), StatusCode::kPermissionDenied) << name << answer.status();
    EXPECT_EQ(FieldAtFault(answer.status()), field) << name << answer.status();
    EXPECT_FALSE(WhatWouldBeRight(answer.status()).empty()) << name;
    EXPECT_EQ(center_.shard().engine().Digest(), before) << name;
  }

  testing::TestCenter center_;
  rpc::MethodTable methods_;
};

TEST_F(ScopeTest, AMethodWithoutALineIsRefused) {
  EXPECT_EQ(RuleOf("wissel.v1.WorkService.ListWorkItems").teams, Within::kFiltered);
  for (const char* method : {"wissel.v1.AuditService.ListAuditEntries", "wissel.v1.No.Such",
                             "other.WorkService.ListWorkItems", "WorkService.ListWorkItems", ""}) {
    EXPECT_EQ(RuleOf(method).teams, Within::kNo) << method;
    EXPECT_EQ(RuleOf(method).queues, Within::kNo) << method;
  }
}

TEST_F(ScopeTest, WhoIsNotConfinedSeesAll) {
  const auto agents =
      As<v1::ListAgentsResponse>(testing::Admin(), "ConfigService.ListAgents", "{}");
  ASSERT_TRUE(agents.ok());
  EXPECT_EQ(agents->agents_size(), 2);
}

TEST_F(ScopeTest, AManagerOfATeamSeesItsPeopleAlone) {
  const auto agents = As<v1::ListAgentsResponse>(South(), "ConfigService.ListAgents", "{}");
  ASSERT_TRUE(agents.ok()) << agents.status();
  ASSERT_EQ(agents->agents_size(), 1);
  EXPECT_EQ(agents->agents(0).name(), "agents/anna");
  const auto teams = As<v1::ListTeamsResponse>(South(), "ConfigService.ListTeams", "{}");
  ASSERT_EQ(teams->teams_size(), 1);
  EXPECT_EQ(teams->teams(0).name(), "teams/south");
  EXPECT_TRUE(
      As<v1::AgentState>(South(), "AgentService.GetAgentState", R"({"agent": "agents/anna"})")
          .ok());
  Refused<v1::AgentState>(South(), "AgentService.GetAgentState", R"({"agent": "agents/bert"})",
                          "agent");
  Refused<v1::Agent>(South(), "ConfigService.GetAgent", R"({"name": "agents/bert"})", "name");
  // One who is not there is refused with the same words.
  const auto bert = As<v1::Agent>(South(), "ConfigService.GetAgent", R"({"name": "agents/bert"})");
  const auto none = As<v1::Agent>(South(), "ConfigService.GetAgent", R"({"name": "agents/kees"})");
  EXPECT_EQ(none.status().code(), bert.status().code());
  // Queues are all the same to them.
  EXPECT_EQ(As<v1::ListQueuesResponse>(South(), "ConfigService.ListQueues", "{}")->queues_size(),
            2);
}

TEST_F(ScopeTest, AndMovesThemAlone) {
  const std::string away = R"("presence": "AWAY", "awayReason": "break"})";
  center_.Available("anna");
  center_.Available("bert");
  Refused<v1::AgentState>(South(), "AgentService.ForcePresence",
                          R"({"agent": "agents/bert", )" + away, "agent");
  EXPECT_TRUE(As<v1::AgentState>(South(), "AgentService.ForcePresence",
                                 R"({"agent": "agents/anna", )" + away)
                  .ok());
  Refused<v1::AgentState>(South(), "AgentService.SignOut", R"({"agent": "agents/bert"})", "agent");
  // Nobody is brought in from elsewhere, nor sent there.
  Refused<v1::Agent>(South(), "ConfigService.UpdateAgent",
                     R"({"agent": {"name": "agents/anna", "team": "teams/north"},
                         "updateMask": "team"})",
                     "agent.team");
  Refused<v1::Agent>(South(), "ConfigService.UpdateAgent",
                     R"({"agent": {"name": "agents/bert", "team": "teams/south"},
                         "updateMask": "team"})",
                     "agent.name");
  EXPECT_TRUE(As<v1::Agent>(South(), "ConfigService.UpdateAgent",
                            R"({"agent": {"name": "agents/anna", "order": 3},
                                "updateMask": "order"})")
                  .ok());
  Refused<v1::Queue>(South(), "ConfigService.UpdateQueue",
                     R"({"queue": {"name": "queues/tax"}, "updateMask": "openedStep"})", "");
  Refused<v1::ListAuditEntriesResponse>(South(), "AuditService.ListAuditEntries", "{}", "");
}

TEST_F(ScopeTest, AnItemIsOfTheTeamOfWhoHasIt) {
  center_.Must<v1::AgentState>("AgentService.SignIn", "{}", testing::Desk("bert"));
  center_.Enter();
  center_.Enter();
  const std::string to_bert = R"({"name": "workItems/1", "agent": "agents/bert"})";
  Refused<v1::WorkItem>(South(), "WorkService.ForceAssignWorkItem", to_bert, "agent");
  center_.Must<v1::WorkItem>("WorkService.ForceAssignWorkItem", to_bert);
  Refused<v1::WorkItem>(South(), "WorkService.PullBackWorkItem", R"({"name": "workItems/1"})",
                        "name");
  Refused<v1::AgentState>(South(), "AgentService.HoldAssignment",
                          R"({"name": "agents/bert/assignments/1"})", "name");
  const auto items = As<v1::ListWorkItemsResponse>(South(), "WorkService.ListWorkItems", "{}");
  ASSERT_TRUE(items.ok()) << items.status();
  ASSERT_EQ(items->work_items_size(), 1);
  EXPECT_EQ(items->work_items(0).name(), "workItems/2");
  EXPECT_TRUE(As<v1::WorkItem>(South(), "WorkService.CancelWorkItem",
                               R"({"name": "workItems/2", "cause": "WITHDRAWN"})")
                  .ok());
}

TEST_F(ScopeTest, AManagerOfAQueueSeesItsWorkAlone) {
  center_.Enter("tax");
  center_.Enter("rent");
  const auto items = As<v1::ListWorkItemsResponse>(Tax(), "WorkService.ListWorkItems", "{}");
  ASSERT_EQ(items->work_items_size(), 1);
  EXPECT_EQ(items->work_items(0).queue(), "queues/tax");
  const auto queues = As<v1::ListQueuesResponse>(Tax(), "ConfigService.ListQueues", "{}");
  ASSERT_EQ(queues->queues_size(), 1);
  EXPECT_TRUE(
      As<v1::WorkItem>(Tax(), "WorkService.GetWorkItem", R"({"name": "workItems/1"})").ok());
  EXPECT_TRUE(As<v1::WorkItemExplanation>(Tax(), "WorkService.ExplainWorkItem",
                                          R"({"name": "workItems/1"})")
                  .ok());
  for (const char* method : {"GetWorkItem", "PauseWorkItem", "PullBackWorkItem"}) {
    Refused<v1::WorkItem>(Tax(), fmt::format("WorkService.{}", method),
                          R"({"name": "workItems/2"})", "name");
    Refused<v1::WorkItem>(Tax(), fmt::format("WorkService.{}", method),
                          R"({"name": "workItems/99"})", "name");
  }
  Refused<v1::WorkItem>(Tax(), "WorkService.TransferWorkItem",
                        R"({"name": "workItems/1", "queue": "queues/rent"})", "queue");
  Refused<v1::WorkItem>(Tax(), "WorkService.CreateWorkItem",
                        R"({"workItem": {"queue": "queues/rent"}})", "workItem.queue");
  Refused<v1::WorkItem>(Tax(), "WorkService.CreateWorkItem",
                        R"({"workItem": {"queue": "queues/tax", "continues": "workItems/2"}})",
                        "workItem.continues");
  Refused<v1::WorkItemExplanation>(Tax(), "WorkService.ExplainWorkItem",
                                   R"({"name": "workItems/2"})", "name");
  Refused<v1::BatchCreateWorkItemsResponse>(
      Tax(), "WorkService.BatchCreateWorkItems",
      R"({"requests": [{"workItem": {"queue": "queues/tax"}}]})", "");
  // Of an agent, the work that is theirs.
  center_.Must<v1::AgentState>("AgentService.SignIn", "{}", testing::Desk("bert"));
  center_.Must<v1::WorkItem>("WorkService.ForceAssignWorkItem",
                             R"({"name": "workItems/2", "agent": "agents/bert"})");
  const auto bert =
      As<v1::AgentState>(Tax(), "AgentService.GetAgentState", R"({"agent": "agents/bert"})");
  ASSERT_TRUE(bert.ok()) << bert.status();
  EXPECT_EQ(bert->assignments_size(), 0);
}

TEST_F(ScopeTest, AnAgentDoesTheirOwnWorkWhateverTheyAreConfinedTo) {
  const rpc::Caller anna = {.user = "users/anna",
                            .agent = "agents/anna",
                            .roles = {Role::kAgent, Role::kManager},
                            .teams = {"teams/north"},
                            .queues = {"queues/rent"}};
  center_.Available("anna");
  center_.Enter();  // to tax, and offered to her
  const auto state = As<v1::AgentState>(anna, "AgentService.GetAgentState", "{}");
  ASSERT_TRUE(state.ok()) << state.status();
  const v1::AgentState whole = center_.StateOf("anna");
  ASSERT_EQ(whole.offers_size(), 1);
  EXPECT_TRUE(As<v1::AgentState>(anna, "AgentService.AcceptOffer",
                                 fmt::format(R"({{"name": "{}"}})", whole.offers(0).name()))
                  .ok());
}

// A stream of live updates as a test writes them, through the table above it.
TEST_F(ScopeTest, LiveUpdatesShowTheirRowsAndSayWhichAreGone) {
  rpc::MethodTable below;
  std::optional<rpc::ServerStream<v1::LiveUpdate>> from;
  v1::WatchLiveRequest asked;
  below.ServerStreaming<v1::WatchLiveRequest, v1::LiveUpdate>(
      "wissel.v1.LiveService.WatchLive", rpc::Access::Of({Role::kManager}),
      [&](const rpc::Context&, const v1::WatchLiveRequest& request,
          rpc::ServerStream<v1::LiveUpdate> stream) {
        asked = request;
        from.emplace(std::move(stream));
      });
  const rpc::MethodTable over = ConfinedMethods(below, center_.shard());
  const auto to = std::make_shared<ReaderStream<v1::LiveUpdate>>();
  to->GiveRoom(3);
  v1::WatchLiveRequest request;
  request.set_resume_sequence(7);
  over.Find("wissel.v1.LiveService.WatchLive")->server_streaming({South(), "test"}, request, to);
  ASSERT_TRUE(from.has_value());
  EXPECT_EQ(asked.resume_sequence(), 0);  // whoever was confined less before begins anew
  v1::LiveUpdate update;
  update.set_snapshot(true);
  for (const char* name : {"anna", "bert"}) {
    v1::AgentLive* row = update.add_agents();
    row->set_name(fmt::format("agents/{}", name));
    row->set_team(name[0] == 'a' ? "teams/south" : "teams/north");
  }
  v1::RadarAlarm* alarm = update.mutable_radar()->add_alarms();
  v1::RadarProposal* proposal = alarm->add_proposals();
  proposal->add_agents("agents/bert");
  proposal->add_agents("agents/anna");
  from->Write(update);
  PutInto("anna", "north");
  v1::LiveUpdate moved;
  *moved.add_agents() = update.agents(0);
  moved.mutable_agents(0)->set_team("teams/north");
  moved.add_removed("agents/bert");
  from->Write(moved);
  ASSERT_EQ(to->count(), 2u);
  const v1::LiveUpdate first = to->updates()[0];
  ASSERT_EQ(first.agents_size(), 1);
  EXPECT_EQ(first.agents(0).name(), "agents/anna");
  ASSERT_EQ(first.radar().alarms(0).proposals(0).agents_size(), 1);
  EXPECT_EQ(first.radar().alarms(0).proposals(0).agents(0), "agents/anna");
  const v1::LiveUpdate second = to->updates()[1];
  EXPECT_EQ(second.agents_size(), 0);
  ASSERT_EQ(second.removed_size(), 1);  // not bert, of whom they had never heard
  EXPECT_EQ(second.removed(0), "agents/anna");
}

}  // namespace
}  // namespace wissel::scope
