// AgentService through its method table: an agent's day, what is refused in it, and the stream of
// their state.
#include <gmock/gmock.h>

#include "tests/unit/service_testing.h"

namespace wissel::testing {
namespace {

using absl::StatusCode;
using rpc::Role;

class AgentTest : public ::testing::Test {
 protected:
  AgentTest() : center_(Options()) {}
  void SetUp() override { center_.SetUp(); }

  ServiceOptions Options() {
    ServiceOptions options;
    options.lease = Duration::Seconds(12);
    options.heartbeat = [this](AgentId agent) { beats_.push_back(agent.value()); };
    return options;
  }
  v1::AgentState Act(const std::string& method, const std::string& json) {
    return center_.Must<v1::AgentState>("AgentService." + method, json, Desk("anna"));
  }
  void Refused(const std::string& method, const std::string& json, StatusCode code,
               const std::string& field, const rpc::Caller& caller = Desk("anna")) {
    center_.Refused<v1::AgentState>("AgentService." + method, json, code, field, caller);
  }
  // Anna available, and one item offered to her.
  void OfferOne() {
    center_.Available("anna");
    center_.Enter();
    ASSERT_EQ(center_.StateOf("anna").offers_size(), 1);
  }

  std::vector<uint32_t> beats_;
  TestCenter center_;
};

TEST_F(AgentTest, AWholeContact) {
  auto state = Act("SignIn", "{}");
  EXPECT_EQ(state.name(), "agents/anna");
  EXPECT_EQ(state.presence(), v1::AWAY);
  EXPECT_EQ(state.lease().seconds(), 12);
  EXPECT_GT(state.session(), 0);
  Act("SetPresence", R"({"presence": "AVAILABLE"})");
  center_.shard().Advance(Duration::Seconds(3));
  center_.Enter();
  state = center_.StateOf("anna");
  ASSERT_EQ(state.offers_size(), 1);
  const v1::Offer& offer = state.offers(0);
  EXPECT_EQ(offer.name(), "agents/anna/offers/1");
  EXPECT_EQ(offer.work_item(), "workItems/1");
  EXPECT_EQ(offer.queue(), "queues/tax");
  EXPECT_EQ(offer.channel(), v1::CHAT);
  EXPECT_EQ(offer.deadline().seconds() - offer.offer_time().seconds(), 20);
  EXPECT_NE(offer.reason(), "");
  EXPECT_EQ(state.now().seconds() * 1000, center_.shard().now().millis());
  EXPECT_EQ(static_cast<uint64_t>(state.sequence()), center_.shard().last_sequence());

  state = Act("AcceptOffer", R"({"name": "agents/anna/offers/1"})");
  EXPECT_EQ(state.offers_size(), 0);
  ASSERT_EQ(state.assignments_size(), 1);
  EXPECT_EQ(state.assignments(0).name(), "agents/anna/assignments/1");
  EXPECT_EQ(state.assignments(0).state(), v1::WorkItem::ACTIVE);
  EXPECT_TRUE(state.assignments(0).reason_code_required());
  EXPECT_TRUE(state.assignments(0).wrap_up_allowed());
  EXPECT_THAT(state.assignments(0).reason_codes(), ::testing::ElementsAre("solved", "sent on"));

  const std::string name = R"({"name": "agents/anna/assignments/1"})";
  EXPECT_EQ(Act("HoldAssignment", name).assignments(0).state(), v1::WorkItem::HELD);
  EXPECT_EQ(Act("ResumeAssignment", name).assignments(0).state(), v1::WorkItem::ACTIVE);
  state = Act("WrapUpAssignment", name);
  EXPECT_EQ(state.assignments(0).state(), v1::WorkItem::WRAPPING);
  EXPECT_FALSE(state.assignments(0).wrap_up_allowed());
  const std::string complete = R"({"name": "agents/anna/assignments/1", "reasonCodes": ["solved"])";
  state = Act("CompleteAssignment", complete + R"(, "requestId": "c1"})");
  EXPECT_EQ(state.assignments_size(), 0);
  // Once more: as a repetition it is answered, as a new request it is refused.
  EXPECT_EQ(Act("CompleteAssignment", complete + R"(, "requestId": "c1"})").assignments_size(), 0);
  Refused("CompleteAssignment", complete + "}", StatusCode::kFailedPrecondition, "name");
  Refused("CompleteAssignment", complete + R"(, "requestId": "c2"})",
          StatusCode::kFailedPrecondition, "name");
  EXPECT_EQ(Act("SignOut", "{}").presence(), v1::OFFLINE);
}

TEST_F(AgentTest, ASecondSignInIsRefusedUnlessItTakesOver) {
  const int64_t session = Act("SignIn", R"({"requestId": "s1"})").session();
  Refused("SignIn", "{}", StatusCode::kFailedPrecondition, "agent");
  EXPECT_EQ(Act("SignIn", R"({"requestId": "s1"})").session(), session);
  EXPECT_GT(Act("SignIn", R"({"takeOver": true})").session(), session);
}

TEST_F(AgentTest, ALapsedOfferCannotBeAccepted) {
  OfferOne();
  center_.shard().Advance(Duration::Seconds(21));
  EXPECT_TRUE(center_.StateOf("anna").not_responding());
  Refused("AcceptOffer", R"({"name": "agents/anna/offers/1"})", StatusCode::kAborted, "name");
  Refused("DeclineOffer", R"({"name": "agents/anna/offers/1"})", StatusCode::kAborted, "name");
  Refused("AcceptOffer", R"({"name": "agents/anna/offers/77"})", StatusCode::kNotFound, "name");
}

TEST_F(AgentTest, AnOfferIsNobodyElses) {
  OfferOne();
  center_.Available("bert");
  Refused("AcceptOffer", R"({"name": "agents/bert/offers/1"})", StatusCode::kAborted, "name",
          Desk("bert"));
  EXPECT_EQ(center_.StateOf("anna").offers_size(), 1);
}

TEST_F(AgentTest, RefusesNamesAndTargetsThatCannotBe) {
  OfferOne();
  for (const char* name : {"", "agents/anna", "agents/anna/offers/", "agents/anna/offers/0",
                           "agents/anna/assignments/1", "agents//offers/1", "offers/1"}) {
    Refused("AcceptOffer", R"({"name": ")" + std::string(name) + "\"}",
            StatusCode::kInvalidArgument, "name");
  }
  Refused("HoldAssignment", R"({"name": "agents/anna/offers/1"})", StatusCode::kInvalidArgument,
          "name");
  Refused("HoldAssignment", R"({"name": "agents/anna/assignments/1"})",
          StatusCode::kFailedPrecondition, "name");
  Act("AcceptOffer", R"({"name": "agents/anna/offers/1"})");
  const auto transfer = [&](const std::string& target, StatusCode code, const std::string& field) {
    Refused("TransferAssignment", R"({"name": "agents/anna/assignments/1")" + target + "}", code,
            field);
  };
  transfer("", StatusCode::kInvalidArgument, "queue");
  transfer(R"(, "queue": "queues/unknown")", StatusCode::kNotFound, "queue");
  transfer(R"(, "agent": "agents/nobody")", StatusCode::kNotFound, "agent");
  transfer(R"(, "agent": "agents/bert")", StatusCode::kFailedPrecondition, "agent");
  const auto complete = [&](const std::string& codes, const std::string& field) {
    Refused("CompleteAssignment",
            R"({"name": "agents/anna/assignments/1", "reasonCodes": [)" + codes + "]}",
            StatusCode::kInvalidArgument, field);
  };
  complete("", "reasonCodes");
  complete(R"("unknown")", "reasonCodes[0]");
  complete(R"("solved", "solved")", "reasonCodes[1]");
  complete(R"("a", "b", "c", "d", "e", "f")", "reasonCodes");
}

TEST_F(AgentTest, PresenceIsAvailableOrAwayWithAReason) {
  Refused("SetPresence", R"({"presence": "AVAILABLE"})", StatusCode::kFailedPrecondition, "agent");
  Act("SignIn", "{}");
  Refused("SetPresence", "{}", StatusCode::kInvalidArgument, "presence");
  Refused("SetPresence", R"({"presence": "OFFLINE"})", StatusCode::kInvalidArgument, "presence");
  Refused("SetPresence", R"({"presence": 12})", StatusCode::kInvalidArgument, "presence");
  Refused("SetPresence", R"({"presence": "AWAY"})", StatusCode::kInvalidArgument, "awayReason");
  Refused("SetPresence", R"({"presence": "AWAY", "awayReason": "fishing"})",
          StatusCode::kInvalidArgument, "awayReason");
  EXPECT_EQ(Act("SetPresence", R"({"presence": "AWAY", "awayReason": "break"})").away_reason(),
            "break");
}

TEST_F(AgentTest, AwayWaitsForTheWorkAtHand) {
  OfferOne();
  Act("AcceptOffer", R"({"name": "agents/anna/offers/1"})");
  const auto state = Act("SetPresence", R"({"presence": "AWAY", "awayReason": "break"})");
  EXPECT_EQ(state.presence(), v1::AVAILABLE);
  EXPECT_EQ(state.queued_presence().presence(), v1::AWAY);
  EXPECT_EQ(state.queued_presence().away_reason(), "break");
}

TEST_F(AgentTest, WhyTheyHaveWhatTheyHaveIsExplained) {
  OfferOne();
  for (int i = 0; i < 25; ++i) {
    center_.Must<v1::WorkItem>("WorkService.CreateWorkItem",
                               R"({"workItem": {"queue": "queues/tax", "requirement": {"steps": [
                                   {"skills": [{"skill": "skills/french", "minLevel": 10}]}]}}})");
  }
  const auto why =
      center_.Must<v1::AgentExplanation>("AgentService.ExplainAgent", "{}", Desk("anna"));
  EXPECT_EQ(why.agent(), "agents/anna");
  EXPECT_GE(why.sentences_size(), 2);
  ASSERT_EQ(why.decisions_size(), 1);
  EXPECT_EQ(why.decisions(0).offer(), "agents/anna/offers/1");
  ASSERT_EQ(why.not_offered_size(), 1);
  EXPECT_EQ(why.not_offered(0).item_count(), 25);
  EXPECT_EQ(why.not_offered(0).work_items_size(), 20);
  EXPECT_EQ(why.not_offered(0).check().skill(), "skills/french");
  center_.Refused<v1::AgentExplanation>("AgentService.ExplainAgent", R"({"agent": "agents/bert"})",
                                        StatusCode::kPermissionDenied, "", Desk("anna"));
}

TEST_F(AgentTest, AgentsActOnlyAsThemselves) {
  Refused("SignIn", R"({"agent": "agents/bert"})", StatusCode::kPermissionDenied, "");
  Refused("SignIn", R"({"agent": "agents/nobody"})", StatusCode::kPermissionDenied, "");
  Refused("AcceptOffer", R"({"name": "agents/bert/offers/1"})", StatusCode::kPermissionDenied, "");
  Refused("GetAgentState", R"({"agent": "agents/bert"})", StatusCode::kPermissionDenied, "");
  Refused("SignIn", "{}", StatusCode::kInvalidArgument, "agent", With(Role::kAgent));
  Refused("SignIn", R"({"agent": "agents/bert"})", StatusCode::kPermissionDenied, "",
          With(Role::kAgent));
  Refused("SignIn", R"({"agent": "agents/bert"})", StatusCode::kPermissionDenied, "",
          With(Role::kPlanner));
  Refused("SignIn", R"({"agent": "agents/nobody"})", StatusCode::kNotFound, "agent",
          With(Role::kManager));
  Refused("SignIn", R"({"agent": "Bert"})", StatusCode::kInvalidArgument, "agent");
  for (const Role role : {Role::kManager, Role::kIntegration, Role::kAdmin}) {
    center_.Must<v1::AgentState>("AgentService.SignIn",
                                 R"({"agent": "agents/bert", "takeOver": true})", With(role));
  }
  EXPECT_EQ(center_
                .Must<v1::AgentState>("AgentService.GetAgentState", R"({"agent": "agents/bert"})",
                                      With(Role::kPlanner))
                .presence(),
            v1::AWAY);
}

TEST_F(AgentTest, HeartbeatsKeepTheLeaseOfTheSignedIn) {
  center_.Refused<v1::HeartbeatResponse>("AgentService.Heartbeat", "{}",
                                         StatusCode::kFailedPrecondition, "agent", Desk("anna"));
  Act("SignIn", "{}");
  EXPECT_EQ(center_.Must<v1::HeartbeatResponse>("AgentService.Heartbeat", "{}", Desk("anna"))
                .lease()
                .seconds(),
            12);
  EXPECT_THAT(beats_, ::testing::ElementsAre(1));
}

// --- WatchAgent

class WatchTest : public AgentTest {
 protected:
  std::shared_ptr<TestStream> Watch(const std::string& json = "{}",
                                    const rpc::Caller& caller = Desk("anna")) {
    auto stream = std::make_shared<TestStream>();
    WatchOn(stream, json, caller);
    return stream;
  }
  void WatchOn(const std::shared_ptr<TestStream>& stream, const std::string& json = "{}",
               const rpc::Caller& caller = Desk("anna")) {
    const auto request = FromJson<v1::WatchAgentRequest>(json);
    const auto* method = center_.table().Find("wissel.v1.AgentService.WatchAgent");
    ASSERT_TRUE(rpc::MethodTable::Authorize(*method, caller).ok());
    method->server_streaming({caller, "test"}, request, stream);
  }
};

TEST_F(WatchTest, EachChangeIsSentOnce) {
  auto stream = Watch();
  ASSERT_EQ(stream->sent.size(), 1u);
  EXPECT_EQ(stream->sent[0].presence(), v1::OFFLINE);
  center_.Available("anna");
  EXPECT_EQ(stream->sent.size(), 3u);
  center_.Enter();
  ASSERT_EQ(stream->sent.size(), 4u);
  EXPECT_EQ(stream->sent[3].offers_size(), 1);
  EXPECT_EQ(static_cast<uint64_t>(stream->sent[3].sequence()), center_.shard().last_sequence());
  // What happens to others is not sent.
  center_.Available("bert");
  EXPECT_EQ(stream->sent.size(), 4u);
  // The item alone is named by these.
  Act("AcceptOffer", R"({"name": "agents/anna/offers/1"})");
  Act("HoldAssignment", R"({"name": "agents/anna/assignments/1"})");
  ASSERT_EQ(stream->sent.size(), 6u);
  EXPECT_EQ(stream->sent[5].assignments(0).state(), v1::WorkItem::HELD);
  // Customers who leave, managers who move work.
  center_.Must<v1::WorkItem>("WorkService.TransferWorkItem",
                             R"({"name": "workItems/1", "agent": "agents/bert"})");
  ASSERT_EQ(stream->sent.size(), 7u);
  EXPECT_EQ(stream->sent[6].assignments_size(), 0);
}

TEST_F(WatchTest, ASlowReaderGetsTheLatestAndNothingBetween) {
  auto stream = std::make_shared<TestStream>();
  stream->room = 1;
  WatchOn(stream);
  center_.Available("anna");
  center_.Enter();
  EXPECT_EQ(stream->sent.size(), 1u);
  stream->room = 1;
  stream->on_writable();
  ASSERT_EQ(stream->sent.size(), 2u);
  EXPECT_EQ(stream->sent[1].presence(), v1::AVAILABLE);
  EXPECT_EQ(stream->sent[1].offers_size(), 1);
  // Nothing new: room alone brings nothing.
  stream->room = 1;
  stream->on_writable();
  EXPECT_EQ(stream->sent.size(), 2u);
}

TEST_F(WatchTest, AnUnchangedStateIsSentAsASignOfLife) {
  auto stream = Watch();
  auto slow = std::make_shared<TestStream>();
  slow->room = 1;
  WatchOn(slow);
  for (int i = 0; i < 100; ++i) {
    center_.shard().Advance(Duration::Millis(100));
    center_.services().Tick();
  }
  ASSERT_EQ(stream->sent.size(), 3u);
  EXPECT_EQ(stream->sent[2].now().seconds() - stream->sent[1].now().seconds(), 5);
  EXPECT_EQ(slow->sent.size(), 1u);
}

TEST_F(WatchTest, AClosedStreamIsForgotten) {
  auto stream = Watch();
  stream->room = 0;
  stream->on_closed();
  const std::weak_ptr<TestStream> gone = stream;
  stream->on_closed = nullptr;
  stream->on_writable = nullptr;
  stream.reset();
  EXPECT_TRUE(gone.expired());
  center_.Available("anna");
}

TEST_F(WatchTest, WhoMayNotLookIsTold) {
  auto stream = Watch(R"({"agent": "agents/bert"})");
  EXPECT_EQ(stream->finish.code(), StatusCode::kPermissionDenied);
  stream = Watch(R"({"agent": "agents/nobody"})", With(Role::kPlanner));
  EXPECT_EQ(stream->finish.code(), StatusCode::kNotFound);
  EXPECT_EQ(FieldAtFault(stream->finish), "agent");
}

TEST_F(WatchTest, TheStreamOfADeletedAgentEnds) {
  auto stream = Watch();
  center_.Must<google::protobuf::Empty>("ConfigService.DeleteAgent", R"({"name": "agents/anna"})");
  EXPECT_TRUE(stream->finished);
  EXPECT_EQ(stream->finish.code(), StatusCode::kNotFound);
}

TEST_F(WatchTest, AChangedQueueReachesThoseWhoHoldItsWork) {
  OfferOne();
  Act("AcceptOffer", R"({"name": "agents/anna/offers/1"})");
  auto anna = Watch();
  auto bert = Watch("{}", Desk("bert"));
  center_.Must<v1::Queue>("ConfigService.UpdateQueue", R"({"queue": {"name": "queues/tax",
      "reasonCodes": ["new"]}, "updateMask": "reasonCodes"})");
  ASSERT_EQ(anna->sent.size(), 2u);
  EXPECT_EQ(anna->sent[1].assignments(0).reason_codes(0), "new");
  EXPECT_EQ(bert->sent.size(), 1u);
}

TEST_F(WatchTest, AStoppingServerEndsTheStream) {
  center_.shard().Stop();
  EXPECT_EQ(Watch()->finish.code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace wissel::testing
