// What a manager does over the head of the rules, its etags, and the record of who did what.
#include <gmock/gmock.h>

#include "tests/unit/service_testing.h"
#include "wissel/v1/audit.pb.h"

namespace wissel::testing {
namespace {

using absl::StatusCode;
using rpc::Role;

rpc::Caller Maya() { return {"users/maya", "", {Role::kManager}}; }

class SuperviseTest : public ::testing::Test {
 protected:
  void SetUp() override { center_.SetUp(); }

  v1::WorkItem Assign(const std::string& item, const std::string& agent,
                      const std::string& more = "") {
    return center_.Must<v1::WorkItem>(
        "WorkService.ForceAssignWorkItem",
        R"({"name": ")" + item + R"(", "agent": "agents/)" + agent + "\"" + more + "}", Maya());
  }
  v1::WorkItem PullBack(const std::string& item) {
    return center_.Must<v1::WorkItem>("WorkService.PullBackWorkItem",
                                      R"({"name": ")" + item + "\"}", Maya());
  }
  v1::ListAuditEntriesResponse Entries(const std::string& json = "{}") {
    return center_.Must<v1::ListAuditEntriesResponse>("AuditService.ListAuditEntries", json,
                                                      Maya());
  }
  std::vector<std::string> Sentences(const std::string& json = "{}") {
    std::vector<std::string> sentences;
    const v1::ListAuditEntriesResponse entries = Entries(json);
    for (const auto& entry : entries.audit_entries()) sentences.push_back(entry.sentence());
    return sentences;
  }

  TestCenter center_;
};

TEST_F(SuperviseTest, AnItemIsAssignedAndPulledBack) {
  center_.Must<v1::AgentState>("AgentService.SignIn", "{}", Desk("bert"));
  center_.Enter();
  const v1::WorkItem assigned = Assign("workItems/1", "bert");
  EXPECT_EQ(assigned.state(), v1::WorkItem::ACTIVE);
  EXPECT_EQ(assigned.agent(), "agents/bert");
  const v1::AgentState bert = center_.StateOf("bert");
  ASSERT_EQ(bert.assignments_size(), 1);
  EXPECT_TRUE(bert.assignments(0).forced());
  const auto why = center_.Must<v1::WorkItemExplanation>("WorkService.ExplainWorkItem",
                                                         R"({"name": "workItems/1"})");
  ASSERT_EQ(why.decisions_size(), 1);
  EXPECT_TRUE(why.decisions(0).forced());
  const v1::WorkItem back = PullBack("workItems/1");
  EXPECT_EQ(back.state(), v1::WorkItem::WAITING);
  EXPECT_EQ(back.refusals(), 0);
  EXPECT_EQ(center_.StateOf("bert").assignments_size(), 0);
}

TEST_F(SuperviseTest, RefusalsNameTheField) {
  center_.Enter();
  const auto refused = [&](const std::string& method, const std::string& json, StatusCode code,
                           const std::string& field) {
    center_.Refused<v1::WorkItem>("WorkService." + method, json, code, field, Maya());
  };
  refused("ForceAssignWorkItem", R"({"name": "workItems/1", "agent": "agents/anna"})",
          StatusCode::kFailedPrecondition, "agent");
  refused("ForceAssignWorkItem", R"({"name": "workItems/1", "agent": "agents/nobody"})",
          StatusCode::kNotFound, "agent");
  refused("ForceAssignWorkItem", R"({"name": "workItems/9", "agent": "agents/anna"})",
          StatusCode::kNotFound, "name");
  refused("ForceAssignWorkItem", R"({"name": "workItems/1", "agent": "agents/anna", "etag": "x"})",
          StatusCode::kAborted, "etag");
  refused("PullBackWorkItem", R"({"name": "workItems/1"})", StatusCode::kFailedPrecondition,
          "name");
  center_.Refused<v1::AgentState>("AgentService.ForcePresence", R"({"agent": "agents/anna"})",
                                  StatusCode::kInvalidArgument, "presence", Maya());
  center_.Refused<v1::AgentState>("AgentService.ForcePresence",
                                  R"({"agent": "agents/anna", "presence": "AWAY"})",
                                  StatusCode::kInvalidArgument, "awayReason", Maya());
  center_.Refused<v1::AgentState>("AgentService.ForcePresence",
                                  R"({"agent": "agents/anna", "presence": "AVAILABLE"})",
                                  StatusCode::kFailedPrecondition, "agent", Maya());
}

TEST_F(SuperviseTest, OnlyManagersAndUp) {
  center_.Enter();
  for (const Role role : {Role::kAgent, Role::kPlanner, Role::kIntegration}) {
    center_.Refused<v1::WorkItem>("WorkService.PullBackWorkItem", R"({"name": "workItems/1"})",
                                  StatusCode::kPermissionDenied, "", With(role));
    center_.Refused<v1::AgentState>("AgentService.ForcePresence", R"({"agent": "agents/anna"})",
                                    StatusCode::kPermissionDenied, "", With(role));
    center_.Refused<v1::ListAuditEntriesResponse>("AuditService.ListAuditEntries", "{}",
                                                  StatusCode::kPermissionDenied, "", With(role));
  }
}

TEST_F(SuperviseTest, AnEtagStandsForWhatPeopleDecided) {
  const std::string before = center_.Enter().etag();
  const auto change = [&](const std::string& etag, int band) {
    return center_.Call<v1::WorkItem>("WorkService.UpdateWorkItem",
                                      R"({"workItem": {"name": "workItems/1", "etag": ")" + etag +
                                          R"(", "band": )" + std::to_string(band) +
                                          R"(}, "updateMask": "band"})",
                                      Maya());
  };
  const auto first = change(before, 2);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(change(before, 3).status().code(), StatusCode::kAborted);
  EXPECT_EQ(FieldAtFault(change(before, 3).status()), "workItem.etag");
  // An offer that lapses is no decision of a person.
  center_.Available("anna");
  center_.shard().Advance(Duration::Seconds(25));
  EXPECT_EQ(
      center_.Must<v1::WorkItem>("WorkService.GetWorkItem", R"({"name": "workItems/1"})").etag(),
      first->etag());
  const auto back = change(first->etag(), 5);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->etag(), before);
}

TEST_F(SuperviseTest, APresenceIsSetOnTheStateThatWasSeen) {
  const std::string seen = center_.Available("anna").etag();
  const auto away = center_.Must<v1::AgentState>(
      "AgentService.ForcePresence",
      R"({"agent": "agents/anna", "presence": "AWAY", "awayReason": "break", "etag": ")" + seen +
          "\"}",
      Maya());
  EXPECT_EQ(away.presence(), v1::AWAY);
  center_.shard().Advance(Duration::Seconds(1));
  center_.Must<v1::AgentState>("AgentService.SetPresence", R"({"presence": "AVAILABLE"})",
                               Desk("anna"));
  center_.Refused<v1::AgentState>(
      "AgentService.ForcePresence",
      R"({"agent": "agents/anna", "presence": "OFFLINE", "etag": ")" + away.etag() + "\"}",
      StatusCode::kAborted, "etag", Maya());
}

TEST_F(SuperviseTest, WhoDidWhatIsListedNewestFirst) {
  center_.Must<v1::Team>("ConfigService.CreateTeam", R"({"teamId": "ghent"})", Maya());
  center_.Must<v1::Agent>(
      "ConfigService.UpdateAgent",
      R"({"agent": {"name": "agents/anna", "team": "teams/ghent"}, "updateMask": "team"})", Maya());
  center_.Available("anna");
  center_.Enter();
  center_.Must<v1::AgentState>("AgentService.ForcePresence",
                               R"({"agent": "agents/anna", "presence": "AWAY",
                                   "awayReason": "meeting", "requestId": "r1"})",
                               Maya());
  // A repetition is no second deed.
  center_.Must<v1::AgentState>("AgentService.ForcePresence",
                               R"({"agent": "agents/anna", "presence": "AWAY",
                                   "awayReason": "meeting", "requestId": "r1"})",
                               Maya());
  const v1::ListAuditEntriesResponse all = Entries(R"({"pageSize": 3})");
  ASSERT_EQ(all.audit_entries_size(), 3);
  const v1::AuditEntry& newest = all.audit_entries(0);
  EXPECT_EQ(newest.user(), "users/maya");
  EXPECT_EQ(newest.kind(), v1::AuditEntry::PRESENCE_SET);
  ASSERT_EQ(newest.changes_size(), 1);
  EXPECT_EQ(newest.changes(0).before(), "available");
  EXPECT_EQ(newest.changes(0).after(), "away: meeting");
  EXPECT_EQ(all.audit_entries(1).sentence(),
            "users/maya changes agents/anna: team nothing -> teams/ghent");
  EXPECT_EQ(all.audit_entries(2).kind(), v1::AuditEntry::CREATED);
  // The set-up of the center, by its administrator, is on the next page.
  const v1::ListAuditEntriesResponse rest =
      Entries(R"({"pageToken": ")" + all.next_page_token() + "\"}");
  ASSERT_GT(rest.audit_entries_size(), 0);
  EXPECT_EQ(rest.audit_entries(0).user(), "users/root");
  EXPECT_THAT(Sentences(R"({"subject": "teams/ghent"})"),
              ::testing::ElementsAre("users/maya creates teams/ghent"));
}

TEST_F(SuperviseTest, AnItemsEntriesAreFoundByItsAgentAndQueueToo) {
  center_.Must<v1::AgentState>("AgentService.SignIn", "{}", Desk("bert"));
  center_.Enter();
  Assign("workItems/1", "bert");
  PullBack("workItems/1");
  for (const char* subject : {"workItems/1", "agents/bert", "queues/tax"}) {
    EXPECT_EQ(Entries(R"({"pageSize": 2, "subject": ")" + std::string(subject) + "\"}")
                  .audit_entries(0)
                  .kind(),
              v1::AuditEntry::ITEM_PULLED_BACK)
        << subject;
  }
}

TEST_F(SuperviseTest, AgentsAndSystemsLeaveNoEntries) {
  const size_t before = Sentences().size();
  center_.Available("anna");
  const std::string create = R"({"workItem": {"queue": "queues/tax"}})";
  center_.Must<v1::WorkItem>("WorkService.CreateWorkItem", create, With(Role::kIntegration));
  center_.Must<v1::WorkItem>("WorkService.CancelWorkItem",
                             R"({"name": "workItems/1", "cause": "CUSTOMER_LEFT"})",
                             With(Role::kIntegration));
  EXPECT_EQ(Sentences().size(), before);
  // A manager in an agent's place is told, a manager who is that agent is not.
  const rpc::Caller both = {"users/anna", "agents/anna", {Role::kAgent, Role::kManager}};
  center_.Must<v1::AgentState>("AgentService.SignOut", R"({"agent": "agents/anna"})", both);
  EXPECT_EQ(Sentences().size(), before);
  center_.Must<v1::AgentState>("AgentService.SignIn", R"({"agent": "agents/anna"})", Maya());
  EXPECT_EQ(Sentences().size(), before + 1);
}

TEST_F(SuperviseTest, ThePagesOfAnotherListAreRefused) {
  const std::string token = Entries(R"({"pageSize": 1})").next_page_token();
  center_.Refused<v1::ListAuditEntriesResponse>(
      "AuditService.ListAuditEntries",
      R"({"subject": "agents/anna", "pageToken": ")" + token + "\"}", StatusCode::kInvalidArgument,
      "pageToken", Maya());
}

}  // namespace
}  // namespace wissel::testing
