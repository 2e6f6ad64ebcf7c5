// The rules of order and overflow, callbacks and surges at the door: what is set is read back, what
// cannot be is refused at its field, and what may be asked does what it says.
#include <gmock/gmock.h>

#include "base/status.h"
#include "tests/unit/service_testing.h"
#include "wissel/v1/surge.pb.h"

namespace wissel::testing {
namespace {

using absl::StatusCode;
using google::protobuf::Empty;
using rpc::Role;
using ::testing::HasSubstr;

class RulesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    center_.SetUp();
    Must<v1::Queue>("ConfigService.CreateQueue", R"({"queueId": "general",
        "queue": {"channel": "CHAT", "answerWithin": "300s"}})");
  }

  template <class Response>
  Response Must(const std::string& method, const std::string& json) {
    return center_.Must<Response>(method, json);
  }
  v1::Queue UpdateTax(const std::string& fields, const std::string& mask) {
    return Must<v1::Queue>(
        "ConfigService.UpdateQueue",
        R"({"queue": {"name": "queues/tax", )" + fields + R"(}, "updateMask": ")" + mask + "\"}");
  }
  void RefusedTax(const std::string& fields, const std::string& mask, const std::string& field,
                  StatusCode code = StatusCode::kInvalidArgument) {
    center_.Refused<v1::Queue>(
        "ConfigService.UpdateQueue",
        R"({"queue": {"name": "queues/tax", )" + fields + R"(}, "updateMask": ")" + mask + "\"}",
        code, "queue." + field);
  }
  void RefusedPreference(const std::string& preferences, const std::string& field,
                         StatusCode code = StatusCode::kInvalidArgument) {
    center_.Refused<v1::RoutingProfile>(
        "ConfigService.UpdateRoutingProfile",
        R"({"routingProfile": {"name": "routingProfiles/chat", "queues": [)" + preferences +
            R"(]}, "updateMask": "queues"})",
        code, "routingProfile." + field);
  }
  v1::WorkItem Create(const std::string& fields) {
    return Must<v1::WorkItem>("WorkService.CreateWorkItem",
                              R"({"workItem": {"queue": "queues/tax", )" + fields + "}}");
  }
  void RefusedItem(const std::string& fields, const std::string& field) {
    center_.Refused<v1::WorkItem>("WorkService.CreateWorkItem",
                                  R"({"workItem": {"queue": "queues/tax", )" + fields + "}}",
                                  StatusCode::kInvalidArgument, "workItem." + field);
  }

  TestCenter center_;
};

TEST_F(RulesTest, AQueueSaysItsRulesAsTheyWereSet) {
  const auto queue = UpdateTax(R"("shareFloor": 0.25,
      "entryGates": [{"when": "WAITING", "waiting": 3, "action": "REDIRECT", "queue": "queues/general"},
                     {"when": "NOBODY_SIGNED_IN", "action": "REFUSE", "message": "Nobody is here.",
                      "fromBand": 4},
                     {"when": "ESTIMATED_WAIT", "wait": "600s", "action": "REFUSE"}],
      "overflow": {"after": "90s", "queue": "queues/general"},
      "retry": {"attempts": 2, "gap": "60s", "expiresAfter": "3600s",
      "perSlot": 4}, "selection": ["RING", "WEIGHTED"], "surge": {"gates": [{"when": "WAITING", "waiting": 1, "action": "REFUSE"}],
                "mergeDuplicates": true})",
                               "shareFloor,entryGates,overflow,retry,selection,surge");
  EXPECT_DOUBLE_EQ(queue.share_floor(), 0.25);
  ASSERT_EQ(queue.entry_gates_size(), 3);
  EXPECT_EQ(queue.entry_gates(2).wait().seconds(), 600);
  EXPECT_EQ(queue.retry().per_slot(), 4);
  EXPECT_EQ(queue.selection(1), v1::WEIGHTED);
  EXPECT_EQ(queue.entry_gates(0).queue(), "queues/general");
  EXPECT_EQ(queue.entry_gates(1).from_band(), 4);
  EXPECT_EQ(queue.overflow().after().seconds(), 90);
  EXPECT_EQ(queue.retry().attempts(), 2);
  EXPECT_TRUE(queue.surge().merge_duplicates());
  const auto got = Must<v1::Queue>("ConfigService.GetQueue", R"({"name": "queues/tax"})");
  EXPECT_EQ(got.SerializeAsString(), queue.SerializeAsString());
  center_.Refused<Empty>("ConfigService.DeleteQueue", R"({"name": "queues/general"})",
                         StatusCode::kFailedPrecondition, "name");
}

TEST_F(RulesTest, RefusesQueueRulesThatCannotWork) {
  RefusedTax(R"("shareFloor": 1.5)", "shareFloor", "shareFloor");
  RefusedTax(R"("entryGates": [{"action": "REFUSE"}])", "entryGates", "entryGates[0].when");
  RefusedTax(R"("entryGates": [{"when": "WAITING", "waiting": 1}])", "entryGates",
             "entryGates[0].action");
  RefusedTax(R"("entryGates": [{"when": "WAITING", "action": "REFUSE"}])", "entryGates",
             "entryGates[0].waiting");
  RefusedTax(R"("entryGates": [{"when": "NOBODY_SIGNED_IN", "waiting": 2, "action": "REFUSE"}])",
             "entryGates", "entryGates[0].waiting");
  RefusedTax(R"("entryGates": [{"when": "WAITING", "waiting": 1, "action": "REFUSE",
                                "queue": "queues/general"}])",
             "entryGates", "entryGates[0].queue");
  RefusedTax(R"("entryGates": [{"when": "WAITING", "waiting": 1, "action": "REDIRECT",
                                "queue": "queues/unknown"}])",
             "entryGates", "entryGates[0].queue", StatusCode::kNotFound);
  RefusedTax(R"("entryGates": [{"when": "WAITING", "waiting": 1, "action": "REDIRECT",
                                "queue": "queues/tax"}])",
             "entryGates", "entryGates[0].queue");
  RefusedTax(R"("entryGates": [{"when": "ESTIMATED_WAIT", "action": "REFUSE"}])", "entryGates",
             "entryGates[0].wait");
  RefusedTax(R"("entryGates": [{"when": "NOBODY_SIGNED_IN", "wait": "9s", "action": "REFUSE"}])",
             "entryGates", "entryGates[0].wait");
  RefusedTax(R"("retry": {"perSlot": -1})", "retry", "retry.perSlot");
  RefusedTax(R"("hours": {"timeZone": "UTC", "closedAction": {"kind": "CALLBACK"}})", "hours",
             "retry");
  RefusedTax(R"("overflow": {"after": "0s", "queue": "queues/general"})", "overflow",
             "overflow.after");
  RefusedTax(R"("overflow": {"after": "9s", "queue": "queues/tax"})", "overflow", "overflow.queue");
  RefusedTax(R"("retry": {"attempts": 0})", "retry", "retry.attempts");
  RefusedTax(R"("retry": {"gap": "0s"})", "retry", "retry.gap");
  RefusedTax(R"("surge": {"gates": [{"when": "WAITING", "action": "REFUSE"}]})", "surge",
             "surge.gates[0].waiting");
}

TEST_F(RulesTest, AProfileRanksAndDelaysQueues) {
  const auto profile = Must<v1::RoutingProfile>("ConfigService.UpdateRoutingProfile",
                                                R"({"routingProfile": {
      "name": "routingProfiles/chat", "queues": [
          {"queue": "queues/general", "delay": "60s"},
          {"queue": "queues/tax", "channel": "CHAT", "rank": 0}]}, "updateMask": "queues"})");
  ASSERT_EQ(profile.queues_size(), 2);
  EXPECT_EQ(profile.queues(0).queue(), "queues/tax");
  EXPECT_EQ(profile.queues(0).rank(), 0);
  EXPECT_EQ(profile.queues(1).rank(), 5);
  EXPECT_EQ(profile.queues(1).delay().seconds(), 60);
  RefusedPreference(R"({"queue": "queues/tax", "rank": 10})", "queues[0].rank");
  RefusedPreference(R"({"queue": "queues/tax", "delay": "-1s"})", "queues[0].delay");
  RefusedPreference(R"({"queue": "queues/unknown"})", "queues[0].queue", StatusCode::kNotFound);
  RefusedPreference(R"({"queue": "queues/tax"}, {"queue": "queues/tax"})", "queues[1].queue");
  // What the explanation of an item says of it.
  Create(R"("contact": "x")");
  const auto why =
      Must<v1::WorkItemExplanation>("WorkService.ExplainWorkItem", R"({"name": "workItems/1"})");
  ASSERT_EQ(why.ranks_size(), 1);
  EXPECT_EQ(why.ranks(0).routing_profile(), "routingProfiles/chat");
  EXPECT_EQ(why.ranks(0).rank(), 0);
}

TEST_F(RulesTest, AnAppointmentIsScheduled) {
  const auto item = Create(R"("contact": "p-1", "topic": "visit",
      "notBeforeTime": "2026-03-02T14:00:00Z", "notAfterTime": "2026-03-02T14:15:00Z")");
  EXPECT_EQ(item.state(), v1::WorkItem::SCHEDULED);
  EXPECT_EQ(item.topic(), "visit");
  EXPECT_EQ(item.due_time().seconds() - item.not_before_time().seconds(), 60);
  RefusedItem(R"("topic": "A visit")", "topic");
  RefusedItem(R"("notAfterTime": "2026-03-02T08:00:00Z")", "notAfterTime");
  RefusedItem(R"("notBeforeTime": "2026-03-02T14:00:00Z", "notAfterTime": "2026-03-02T14:00:00Z")",
              "notAfterTime");
  RefusedItem(R"("notBeforeTime": "2036-03-02T14:00:00Z")", "notBeforeTime");
}

TEST_F(RulesTest, ACallbackIsPromisedAndMergedWithTheNextContact) {
  const std::string promise = R"({"name": "workItems/1"})";
  Create(R"("contact": "customer-1")");
  center_.Refused<v1::WorkItem>("WorkService.PromiseCallback", promise,
                                StatusCode::kFailedPrecondition, "name");
  UpdateTax(R"("retry": {})", "retry");
  center_.Refused<v1::WorkItem>(
      "WorkService.PromiseCallback",
      R"({"name": "workItems/1", "notAfterTime": "2026-03-02T08:00:00Z"})",
      StatusCode::kInvalidArgument, "notAfterTime");
  const auto promised = Must<v1::WorkItem>("WorkService.PromiseCallback", promise);
  EXPECT_EQ(promised.channel(), v1::CALLBACK);
  EXPECT_EQ(promised.not_after_time().seconds() * 1000, kStart.millis() + 2 * 86'400'000);
  const auto again = Create(R"("contact": "customer-1", "band": 7)");
  EXPECT_EQ(again.band(), 5);
  EXPECT_EQ(Must<v1::WorkItem>("WorkService.GetWorkItem", promise).state(), v1::WorkItem::MERGED);
}

TEST_F(RulesTest, CallbacksAreSpreadOverSlotsWithRoom) {
  UpdateTax(R"("retry": {"perSlot": 1})", "retry");
  Create(R"("contact": "customer-1")");
  Create(R"("contact": "customer-2")");
  const auto spread = [](int item, const char* over) {
    return R"({"name": "workItems/)" + std::to_string(item) + R"(", "spreadOver": ")" + over +
           "\"}";
  };
  const auto first = Must<v1::WorkItem>("WorkService.PromiseCallback", spread(1, "1800s"));
  EXPECT_EQ(first.state(), v1::WorkItem::SCHEDULED);
  EXPECT_EQ(first.not_before_time().seconds() % 900, 0);
  const auto full = center_.Call<v1::WorkItem>("WorkService.PromiseCallback", spread(2, "1800s"));
  EXPECT_EQ(full.status().code(), StatusCode::kFailedPrecondition);
  const Alternative next{Alternative::Kind::kCallback, "queues/tax",
                         Instant::FromMillis((first.not_before_time().seconds() + 900) * 1000)};
  EXPECT_EQ(AlternativesOf(full.status()), std::vector{next});
  const auto second = Must<v1::WorkItem>("WorkService.PromiseCallback", spread(2, "2700s"));
  EXPECT_EQ(second.not_before_time().seconds(), first.not_before_time().seconds() + 900);
  center_.Refused<v1::WorkItem>("WorkService.PromiseCallback", spread(2, "60s"),
                                StatusCode::kInvalidArgument, "spreadOver");
}

TEST_F(RulesTest, AFallbackIsReadBackAndRefusedWhereItCannotBe) {
  const std::string prefers = R"("contact": "p", "preferredAgents": [{"agent": "agents/anna",
      "skipSkills": true}], "fallback": )";
  const auto item = Create(prefers + R"({"kind": "STAY", "stayFor": "60s"})");
  EXPECT_TRUE(item.preferred_agents(0).skip_skills());
  EXPECT_EQ(item.fallback().kind(), v1::Fallback::STAY);
  EXPECT_EQ(item.fallback().stay_for().seconds(), 60);
  EXPECT_EQ(item.staying().until().seconds() - item.enter_time().seconds(), 60);
  const auto backup = Create(prefers + R"({"kind": "BACKUP_QUEUE", "queue": "queues/general"})");
  EXPECT_EQ(backup.queue(), "queues/general");
  EXPECT_EQ(backup.hops(), 1);
  RefusedItem(R"("fallback": {"kind": "STAY"})", "fallback.kind");
  RefusedItem(prefers + R"({"kind": "STAY", "queue": "queues/general"})", "fallback.queue");
  RefusedItem(prefers + R"({"kind": "BACKUP_QUEUE", "queue": "queues/general", "agent":
      "agents/anna"})",
              "fallback.agent");
  RefusedItem(prefers + R"({"stayFor": "60s"})", "fallback.stayFor");
  RefusedItem(prefers + R"({"kind": "STAY", "stayFor": "0s"})", "fallback.stayFor");
  RefusedItem(prefers + R"({"kind": "BACKUP_AGENT", "agent": "agents/anna"})", "fallback.agent");
}

TEST_F(RulesTest, ANoticeStandsUntilItIsWithdrawn) {
  Create(R"("contact": "a", "topic": "letter")");
  Create(R"("contact": "b")");
  const auto notice = Must<v1::Notice>("SurgeService.CreateNotice", R"({"notice": {
      "topic": "letter", "text": "The letter was sent by mistake."}})");
  EXPECT_EQ(notice.name(), "notices/1");
  const auto concerned = [&](const std::string& item) {
    return Must<v1::ListNoticesResponse>("SurgeService.ListNotices",
                                         R"({"workItem": ")" + item + "\"}")
        .notices_size();
  };
  EXPECT_EQ(concerned("workItems/1"), 1);
  EXPECT_EQ(concerned("workItems/2"), 0);
  const auto informed = Must<v1::WorkItem>("WorkService.CancelWorkItem", R"({"name": "workItems/1",
      "cause": "ANSWERED_BY_NOTICE", "notice": "notices/1"})");
  EXPECT_EQ(informed.state(), v1::WorkItem::INFORMED);
  center_.Refused<v1::WorkItem>("WorkService.CancelWorkItem", R"({"name": "workItems/2",
      "cause": "ANSWERED_BY_NOTICE"})",
                                StatusCode::kInvalidArgument, "notice");
  Must<Empty>("SurgeService.DeleteNotice", R"({"name": "notices/1"})");
  center_.Refused<Empty>("SurgeService.DeleteNotice", R"({"name": "notices/1"})",
                         StatusCode::kNotFound, "name");
  center_.Refused<v1::Notice>("SurgeService.CreateNotice", R"({"notice": {"topic": "x"}})",
                              StatusCode::kInvalidArgument, "notice.text");
  center_.Refused<v1::Notice>("SurgeService.CreateNotice",
                              R"({"notice": {"queue": "queues/unknown", "text": "x"}})",
                              StatusCode::kNotFound, "notice.queue");
  center_.Refused<v1::Notice>("SurgeService.CreateNotice", R"({"notice": {"text": "x"}})",
                              StatusCode::kPermissionDenied, "", With(Role::kAgent));
}

TEST_F(RulesTest, ASurgeShutsTheDoorThatItsRuleShuts) {
  UpdateTax(R"("surge": {"gates": [{"when": "WAITING", "waiting": 1, "action": "REFUSE",
                                    "message": "Too many ask at once.", "fromBand": 5}]})",
            "surge");
  Create(R"("contact": "a")");
  Create(R"("contact": "b")");
  EXPECT_TRUE(
      Must<v1::QueueSurge>("SurgeService.SetQueueSurge", R"({"queue": "queues/tax", "on": true})")
          .on());
  const auto refused = center_.Call<v1::WorkItem>(
      "WorkService.CreateWorkItem", R"({"workItem": {"queue": "queues/tax", "contact": "c"}})");
  EXPECT_EQ(refused.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("Too many ask at once."));
  Create(R"("contact": "d", "band": 2)");
  EXPECT_FALSE(
      Must<v1::QueueSurge>("SurgeService.SetQueueSurge", R"({"queue": "queues/tax"})").on());
  Create(R"("contact": "e")");
}

}  // namespace
}  // namespace wissel::testing
