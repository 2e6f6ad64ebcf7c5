// Consults, transfers to a partner, and conversations that are set aside, at the doors of agents
// and of integrations.
#include <gmock/gmock.h>

#include "tests/unit/service_testing.h"

namespace wissel::testing {
namespace {

using absl::StatusCode;

class TalkTest : public ::testing::Test {
 protected:
  void SetUp() override {
    center_.SetUp();
    center_.Must<v1::RoutingProfile>("ConfigService.UpdateRoutingProfile",
                                     R"({"routingProfile": {"name": "routingProfiles/chat",
            "channels": [{"channel": "CHAT", "limit": 2, "cost": 50},
                         {"channel": "MESSAGE", "limit": 1, "cost": 50}]},
            "updateMask": "channels"})");
    center_.Must<v1::Queue>("ConfigService.CreateQueue",
                            R"({"queueId": "app", "queue": {"channel": "MESSAGE",
            "answerWithin": "300s", "wakeHold": "60s", "conversationExpires": "7200s"}})");
    center_.Available("anna");
  }

  v1::AgentState Act(const std::string& method, const std::string& agent, int item,
                     const std::string& more = "") {
    return center_.Must<v1::AgentState>("AgentService." + method, Request(agent, item, more),
                                        Desk(agent));
  }
  void Refused(const std::string& method, const std::string& agent, int item,
               const std::string& more, StatusCode code, const std::string& field) {
    center_.Refused<v1::AgentState>("AgentService." + method, Request(agent, item, more), code,
                                    field, Desk(agent));
  }
  static std::string Request(const std::string& agent, int item, const std::string& more) {
    return R"({"name": "agents/)" + agent + "/assignments/" + std::to_string(item) + "\"" +
           (more.empty() ? "" : ", " + more) + "}";
  }
  void Accept(const std::string& agent) {
    const v1::AgentState state = center_.StateOf(agent);
    ASSERT_EQ(state.offers_size(), 1);
    center_.Must<v1::AgentState>("AgentService.AcceptOffer",
                                 R"({"name": ")" + state.offers(0).name() + "\"}", Desk(agent));
  }
  v1::WorkItem Item(int item) {
    return center_.Must<v1::WorkItem>("WorkService.GetWorkItem",
                                      R"({"name": "workItems/)" + std::to_string(item) + "\"}");
  }

  TestCenter center_;
};

TEST_F(TalkTest, AColleagueIsAskedAndTheContactHandedOver) {
  center_.Enter();
  Accept("anna");
  center_.Available("bert");
  const v1::AgentState asking = Act("StartConsult", "anna", 1, R"("agent": "agents/bert")");
  ASSERT_TRUE(asking.assignments(0).has_consult());
  EXPECT_EQ(asking.assignments(0).consult().work_item(), "workItems/2");
  EXPECT_EQ(asking.assignments(0).consult().state(), v1::WorkItem::OFFERED);
  EXPECT_EQ(asking.assignments(0).consult().agent(), "agents/bert");
  EXPECT_EQ(center_.StateOf("bert").offers(0).question().work_item(), "workItems/1");
  EXPECT_EQ(center_.StateOf("bert").offers(0).question().asked_by(), "agents/anna");
  Refused("CompleteConsult", "anna", 1, R"("transfer": true)", StatusCode::kFailedPrecondition,
          "name");
  Refused("SetConference", "anna", 1, R"("conference": true)", StatusCode::kFailedPrecondition,
          "name");
  Accept("bert");
  EXPECT_EQ(center_.StateOf("anna").assignments(0).consult().state(), v1::WorkItem::ACTIVE);
  const v1::AgentState both = Act("SetConference", "anna", 1, R"("conference": true)");
  EXPECT_TRUE(both.assignments(0).consult().conference());
  EXPECT_TRUE(center_.StateOf("bert").assignments(0).question().conference());
  EXPECT_FALSE(center_.StateOf("bert").assignments(0).reason_code_required());
  EXPECT_TRUE(Item(1).conference());
  EXPECT_EQ(Item(1).consult(), "workItems/2");
  EXPECT_EQ(Item(2).question().work_item(), "workItems/1");

  EXPECT_EQ(Act("CompleteConsult", "anna", 1, R"("transfer": true)").assignments_size(), 0);
  const v1::AgentState bert = center_.StateOf("bert");
  ASSERT_EQ(bert.assignments_size(), 1);
  EXPECT_EQ(bert.assignments(0).work_item(), "workItems/1");
  EXPECT_EQ(Item(2).state(), v1::WorkItem::COMPLETED);
  const auto why = center_.Must<v1::WorkItemExplanation>("WorkService.ExplainWorkItem",
                                                         R"({"name": "workItems/1"})");
  EXPECT_TRUE(why.decisions(1).handed_over());
}

TEST_F(TalkTest, TheAgentGoesOnAlone) {
  center_.Enter();
  Accept("anna");
  Act("StartConsult", "anna", 1, R"("queue": "queues/tax")");
  Refused("StartConsult", "anna", 1, R"("queue": "queues/tax")", StatusCode::kFailedPrecondition,
          "name");
  EXPECT_FALSE(Act("CompleteConsult", "anna", 1).assignments(0).has_consult());
  EXPECT_EQ(Item(2).state(), v1::WorkItem::CANCELLED);
  Refused("CompleteConsult", "anna", 1, "", StatusCode::kFailedPrecondition, "name");
  Refused("StartConsult", "anna", 1, "", StatusCode::kInvalidArgument, "queue");
  Refused("StartConsult", "anna", 1, R"("queue": "queues/none")", StatusCode::kNotFound, "queue");
}

TEST_F(TalkTest, ATransferNamesAPartner) {
  center_.Must<v1::Partner>("ConfigService.CreatePartner", R"({"partnerId": "acme"})");
  center_.Enter();
  Accept("anna");
  const std::string acme = R"("partner": "partners/acme")";
  Refused("TransferAssignment", "anna", 1, acme, StatusCode::kFailedPrecondition, "partner");
  Refused("TransferAssignment", "anna", 1, R"("partner": "partners/none")", StatusCode::kNotFound,
          "partner");
  center_.Must<v1::Agent>("ConfigService.UpdateAgent",
                          R"({"agent": {"name": "agents/bert", "partner": "partners/acme"},
                              "updateMask": "partner"})");
  EXPECT_EQ(Act("TransferAssignment", "anna", 1, acme).assignments_size(), 0);
  EXPECT_EQ(Item(1).partner(), "partners/acme");
  EXPECT_EQ(Item(1).queue(), "queues/tax");
  EXPECT_EQ(center_.Available("bert").offers_size(), 1);
}

TEST_F(TalkTest, AConversationIsSetAsideAndWoken) {
  center_.Enter("app");
  Accept("anna");
  EXPECT_TRUE(center_.StateOf("anna").assignments(0).set_aside_allowed());
  const v1::AgentState aside = Act("SetAsideAssignment", "anna", 1);
  EXPECT_EQ(aside.assignments(0).state(), v1::WorkItem::AWAITING_CUSTOMER);
  EXPECT_TRUE(aside.assignments(0).has_await_until_time());
  EXPECT_TRUE(Item(1).has_await_until_time());
  const std::string wake = R"({"name": "workItems/1"})";
  EXPECT_EQ(center_.Must<v1::WorkItem>("WorkService.WakeWorkItem", wake).state(),
            v1::WorkItem::ACTIVE);
  center_.Refused<v1::WorkItem>("WorkService.WakeWorkItem", wake, StatusCode::kFailedPrecondition,
                                "name");
  Act("SetAsideAssignment", "anna", 1);
  center_.Enter("app");
  Accept("anna");
  Refused("ResumeAssignment", "anna", 1, "", StatusCode::kFailedPrecondition, "name");
  const auto waits = center_.Must<v1::WorkItem>("WorkService.WakeWorkItem", wake);
  EXPECT_EQ(waits.state(), v1::WorkItem::WAITING);
  const auto why = center_.Must<v1::WorkItemExplanation>("WorkService.ExplainWorkItem", wake);
  EXPECT_EQ(why.order_key().held_for(), "agents/anna");
}

// Nobody here takes mails, so that they wait.
TEST_F(TalkTest, ACustomerPausesAndGoesOnOnAnotherChannel) {
  center_.Must<v1::Queue>("ConfigService.CreateQueue",
                          R"({"queueId": "mail", "queue": {"channel": "EMAIL",
          "answerWithin": "3600s", "longestPause": "7200s"}})");
  const auto mail = center_.Must<v1::WorkItem>(
      "WorkService.CreateWorkItem", R"({"workItem": {"queue": "queues/mail", "contact": "mails/1",
                                        "customer": "customers/1"}})");
  EXPECT_EQ(mail.customer(), "customers/1");
  const std::string name = R"({"name": "workItems/1"})";
  center_.Refused<v1::WorkItem>("WorkService.ResumeWorkItem", name, StatusCode::kFailedPrecondition,
                                "name");
  const auto paused = center_.Must<v1::WorkItem>("WorkService.PauseWorkItem", name);
  EXPECT_TRUE(paused.paused());
  EXPECT_EQ(paused.state(), v1::WorkItem::SCHEDULED);
  const auto waits = center_.Must<v1::WorkItem>("WorkService.ResumeWorkItem", name);
  EXPECT_FALSE(waits.paused());
  EXPECT_EQ(waits.state(), v1::WorkItem::WAITING);
  center_.Refused<v1::WorkItem>(
      "WorkService.CreateWorkItem",
      R"({"workItem": {"queue": "queues/tax", "customer": "customers/2", "continues": "workItems/1"}})",
      StatusCode::kInvalidArgument, "workItem.continues");
  center_.Refused<v1::WorkItem>("WorkService.CreateWorkItem",
                                R"({"workItem": {"queue": "queues/tax", "customer": "a b"}})",
                                StatusCode::kInvalidArgument, "workItem.customer");
  center_.Must<v1::WorkItem>(
      "WorkService.CreateWorkItem",
      R"({"workItem": {"queue": "queues/tax", "customer": "customers/1", "continues": "workItems/1"}})");
  EXPECT_EQ(Item(1).state(), v1::WorkItem::MERGED);
}

TEST_F(TalkTest, TheQueueSaysHowLong) {
  const auto app = center_.Must<v1::Queue>("ConfigService.GetQueue", R"({"name": "queues/app"})");
  EXPECT_EQ(app.wake_hold().seconds(), 60);
  EXPECT_EQ(app.conversation_expires().seconds(), 7200);
  center_.Refused<v1::Queue>("ConfigService.UpdateQueue",
                             R"({"queue": {"name": "queues/app", "conversationExpires": "1s"},
                                 "updateMask": "conversationExpires"})",
                             StatusCode::kInvalidArgument, "queue.conversationExpires");
  center_.Refused<v1::Queue>("ConfigService.UpdateQueue",
                             R"({"queue": {"name": "queues/app", "longestPause": "-1s"},
                                 "updateMask": "longestPause"})",
                             StatusCode::kInvalidArgument, "queue.longestPause");
}

}  // namespace
}  // namespace wissel::testing
