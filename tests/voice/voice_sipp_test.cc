// Calls with SIPp on both sides: what the phones hear, and what stands in the books.
#include "base/status.h"
#include "fmt/format.h"
#include "tests/voice/voice_center.h"

namespace wissel::testing {
namespace {

std::string N(int64_t number) { return std::to_string(number); }

auto In(v1::Call::State state) {
  return [state](const v1::Call& call) { return call.state() == state; };
}

class Sipped : public VoiceCenter {
 protected:
  // With a phone of their own.
  uint16_t Staff(const std::string& name) {
    const uint16_t phone = FreePort();
    AddAgent(name, phone);
    return phone;
  }
  // Who has an item in hand, and its number.
  std::vector<std::pair<std::string, uint64_t>> Busy() {
    std::promise<std::vector<std::pair<std::string, uint64_t>>> found;
    shard_->Read([&](const Engine& engine) {
      std::vector<std::pair<std::string, uint64_t>> busy;
      engine.ForEachLivingItem(ItemId(1), [&](const Item& item) {
        if (item.state != ItemState::kActive) return true;
        busy.emplace_back(engine.directory().agents.Get(item.agent()).name, item.id.value());
        return true;
      });
      found.set_value(std::move(busy));
    });
    return found.get_future().get();
  }
};

TEST_F(Sipped, ACallWaitsIsAnsweredAndEnds) {
  Open();
  const uint16_t phone = Staff("anna");
  Sipp caller("caller.xml", {"-m", "1", "-s", "100", "-d", "200", Door()});
  Until([](const Engine& engine) { return engine.WaitingInOrder(QueueId(1), 10).size() == 1; });
  Sipp agent("phone.xml", {"-m", "1", "-p", N(phone)});
  Available("anna");
  EXPECT_EQ(caller.Wait(), 0);
  EXPECT_EQ(agent.Wait(), 0);
  Until([&](const Engine&) { return Events<ItemCompleted>() == 1; });
  EXPECT_EQ(Events<ItemAbandoned>(), 0);
  NothingIsLeft();
}

TEST_F(Sipped, ToPickUpIsToAcceptWhereItRingsAtTheOffer) {
  accepting_ = false;
  Open([](voice::VoiceOptions& options) { options.rules.ring_at_offer = true; });
  const uint16_t phone = Staff("anna");
  Sipp agent("phone.xml", {"-m", "1", "-p", N(phone)});
  Available("anna");
  Sipp caller("caller.xml", {"-m", "1", "-s", "100", "-d", "200", Door()});
  EXPECT_EQ(caller.Wait(), 0);
  EXPECT_EQ(agent.Wait(), 0);
  Until([&](const Engine&) { return Events<ItemCompleted>() == 1; });
  EXPECT_EQ(Events<OfferAccepted>(), 1);
}

TEST_F(Sipped, WhoGivesUpIsAbandoned) {
  Open();
  Sipp caller("caller_abandons.xml", {"-m", "20", "-r", "20", "-s", "100", Door()});
  EXPECT_EQ(caller.Wait(), 0);
  Until([&](const Engine&) { return Events<ItemAbandoned>() == 20; });
  EXPECT_EQ(Events<ItemEntered>(), 20);
  NothingIsLeft();
}

TEST_F(Sipped, ABusyPhoneGivesTheCallToTheNext) {
  Open();
  const uint16_t busy = Staff("anna");
  const uint16_t phone = Staff("bert");
  Sipp in_use("phone_busy.xml", {"-m", "1", "-p", N(busy)});
  Sipp agent("phone.xml", {"-m", "1", "-p", N(phone)});
  Available("anna");
  Sipp caller("caller.xml", {"-m", "1", "-s", "100", "-d", "200", Door()});
  EXPECT_EQ(in_use.Wait(), 0);
  Until([&](const Engine&) { return Events<ItemReturned>() == 1; });
  Available("bert");
  EXPECT_EQ(caller.Wait(), 0);
  EXPECT_EQ(agent.Wait(), 0);
  Until([&](const Engine&) { return Events<ItemCompleted>() == 1; });
}

// Picked up as it is given up, it is ended, and the caller does not hear of it.
TEST_F(Sipped, APhoneThatIsNotAnsweredGivesTheCallToTheNext) {
  for (const char* phone : {"phone_silent.xml", "phone_crosses.xml"}) {
    SCOPED_TRACE(phone);
    const bool first = channel_ == nullptr;
    if (first) {
      Open([](voice::VoiceOptions& options) { options.rules.ring_time = Duration::Seconds(2); });
    }
    const std::string silent = first ? "anna" : "carl";
    const std::string answers = first ? "bert" : "dina";
    const uint16_t port = Staff(silent);
    const uint16_t other = Staff(answers);
    Sipp rings(phone, {"-m", "1", "-p", N(port)});
    Sipp agent("phone.xml", {"-m", "1", "-p", N(other)});
    Available(silent);
    Sipp caller("caller.xml", {"-m", "1", "-s", "100", "-d", "200", Door()});
    EXPECT_EQ(rings.Wait(), 0);
    const int64_t calls = first ? 1 : 2;
    Until([&](const Engine&) { return Events<ItemReturned>() == calls; });
    Available(answers);
    EXPECT_EQ(caller.Wait(), 0);
    EXPECT_EQ(agent.Wait(), 0);
    Until([&](const Engine&) { return Events<ItemCompleted>() == calls; });
    Must<v1::AgentState>("AgentService.SignOut", R"({"agent": "agents/)" + answers + R"("})",
                         As(answers));
  }
  NothingIsLeft();
}

TEST_F(Sipped, TheDeskHoldsTheCallAndHangsUp) {
  Open();
  const uint16_t phone = Staff("anna");
  Sipp agent("phone_talks.xml", {"-m", "1", "-p", N(phone)});
  Available("anna");
  Sipp caller("caller_kept.xml", {"-m", "1", "-s", "100", Door()});
  Until([&](const Engine&) { return Events<OfferAccepted>() == 1; });
  const Seen seen = Watch(1);
  ASSERT_TRUE(seen->WaitFor(In(v1::Call::TALKING)));
  Must<v1::AgentState>("AgentService.HoldAssignment", Assignment("anna", 1), As("anna"));
  ASSERT_TRUE(seen->WaitFor(In(v1::Call::HELD)));
  EXPECT_FALSE(seen->last().held_by_phone());
  Must<v1::AgentState>("AgentService.ResumeAssignment", Assignment("anna", 1), As("anna"));
  ASSERT_TRUE(Watch(1)->WaitFor(In(v1::Call::TALKING)));
  Must<v1::Call>("VoiceService.HangUp", R"({"workItem": "workItems/1"})", As("anna"));
  EXPECT_EQ(caller.Wait(), 0);
  EXPECT_EQ(agent.Wait(), 0);
  EXPECT_TRUE(seen->WaitForFinish().ok());
  EXPECT_EQ(seen->last().ended_by(), v1::Call::AGENT);
  Until([&](const Engine&) { return Events<ItemCompleted>() == 1; });
}

TEST_F(Sipped, ThePhonesOwnKeyHoldsTheCall) {
  Open();
  const uint16_t phone = Staff("anna");
  Sipp agent("phone_holds.xml", {"-m", "1", "-p", N(phone), "-d", "200"});
  Available("anna");
  Sipp caller("caller_kept.xml", {"-m", "1", "-s", "100", Door()});
  Until([&](const Engine&) { return Events<ItemHeld>() == 1; });
  Until([&](const Engine&) { return Events<ItemRetrieved>() == 1; });
  EXPECT_EQ(agent.Wait(), 0);
  EXPECT_EQ(caller.Wait(), 0);
  Until([&](const Engine&) { return Events<ItemCompleted>() == 1; });
}

TEST_F(Sipped, AnAgentsPhoneHandsTheCallToAQueue) {
  Open();
  const uint16_t first = Staff("anna");
  const uint16_t second = Staff("bert");
  Sipp refers("phone_refers.xml", {"-m", "1", "-p", N(first), "-key", "to", "200"});
  Sipp takes("phone_talks.xml", {"-m", "1", "-p", N(second)});
  Available("anna");
  Sipp caller("caller_talks.xml", {"-m", "1", "-s", "100", Door()});
  EXPECT_EQ(refers.Wait(), 0);
  Must<v1::AgentState>("AgentService.SignOut", R"({"agent": "agents/anna"})", As("anna"));
  Available("bert");
  Until([&](const Engine&) { return Events<OfferAccepted>() == 2; });
  ASSERT_TRUE(Watch(1)->WaitFor(In(v1::Call::TALKING)));
  Must<v1::Call>("VoiceService.HangUp", R"({"workItem": "workItems/1"})", As("bert"));
  EXPECT_EQ(caller.Wait(), 0);
  EXPECT_EQ(takes.Wait(), 0);
  Until([&](const Engine&) { return Events<ItemCompleted>() == 1; });
  EXPECT_EQ(Events<ItemTransferred>(), 1);
  NothingIsLeft();
}

TEST_F(Sipped, AnAgentsPhoneHandsTheCallToAColleague) {
  Open();
  const uint16_t first = Staff("anna");
  const uint16_t second = Staff("bert");
  Sipp refers("phone_refers_on_hold.xml", {"-m", "1", "-p", N(first), "-key", "to", "bert"});
  Sipp takes("phone_talks.xml", {"-m", "1", "-p", N(second)});
  Available("anna");
  Sipp caller("caller_talks.xml", {"-m", "1", "-s", "100", Door()});
  Until([&](const Engine&) { return Events<OfferAccepted>() == 1; });
  ASSERT_TRUE(Watch(1)->WaitFor(In(v1::Call::TALKING)));
  Available("bert");
  Must<v1::AgentState>("AgentService.HoldAssignment", Assignment("anna", 1), As("anna"));
  EXPECT_EQ(refers.Wait(), 0);
  Until([&](const Engine&) { return Events<OfferAccepted>() == 2; });
  ASSERT_TRUE(Watch(1)->WaitFor(In(v1::Call::TALKING)));
  Must<v1::Call>("VoiceService.HangUp", R"({"workItem": "workItems/1"})", As("bert"));
  EXPECT_EQ(caller.Wait(), 0);
  EXPECT_EQ(takes.Wait(), 0);
  Until([&](const Engine&) { return Events<ItemCompleted>() == 1; });
}

// The item is over with the agent; the two who are joined talk on until one of them hangs up.
TEST_F(Sipped, AnAgentsPhoneHandsTheCallOut) {
  const uint16_t trunk = FreePort();
  Open([trunk](voice::VoiceOptions& options) {
    options.outside.target = "sip:127.0.0.1:" + N(trunk);
    options.outside.destinations.countries = {"BE"};
  });
  const uint16_t first = Staff("anna");
  Sipp refers("phone_refers.xml", {"-m", "1", "-p", N(first), "-key", "to", "+3225550199"});
  Sipp outside("phone_hangs_up.xml", {"-m", "1", "-p", N(trunk), "-d", "500"});
  Available("anna");
  Sipp caller("caller_talks.xml", {"-m", "1", "-s", "100", Door()});
  EXPECT_EQ(refers.Wait(), 0);
  EXPECT_EQ(caller.Wait(), 0);
  EXPECT_EQ(outside.Wait(), 0);
  Until([&](const Engine&) { return Events<ItemCompleted>() == 1; });
  NothingIsLeft();
}

// Only those are asked about who have not asked to be called.
TEST_F(Sipped, WhoIsNotToBeCalledIsNotDialled) {
  std::string asked;
  Open([&](voice::VoiceOptions& options) {
    options.outside.target = "sip:127.0.0.1:" + N(FreePort());
    options.outside.destinations.countries = {"BE"};
    options.region = "BE";
    options.may_call = [&](const std::string& customer, const std::string& number, auto done) {
      asked = customer + " " + number;
      done(Refuse(absl::StatusCode::kPermissionDenied, "number", "not to be called"));
    };
  });
  Staff("anna");
  Must<v1::RoutingProfile>("ConfigService.UpdateRoutingProfile",
                           R"({"routingProfile": {"name": "routingProfiles/phones", "channels":
                               [{"channel": "OUTBOUND", "limit": 1}]}, "updateMask": "channels"})",
                           Admin());
  Available("anna");
  Must<v1::Queue>("ConfigService.CreateQueue",
                  R"({"queueId": "out", "queue": {"channel": "OUTBOUND", "answerWithin": "20s"}})",
                  Admin());
  Must<v1::WorkItem>("WorkService.CreateWorkItem",
                     R"({"workItem": {"queue": "queues/out", "contact": "outbounds/1"}})", Admin());
  Until([&](const Engine&) { return Events<OfferAccepted>() == 1; });
  const absl::Status refused =
      Ask<v1::Call>("VoiceService.Dial", R"({"workItem": "workItems/1", "number": "02 555 01 00"})",
                    As("anna"))
          .status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied) << refused;
  EXPECT_EQ(FieldAtFault(refused), "number");
  EXPECT_EQ(asked, " +3225550100");
}

TEST_F(Sipped, ACustomerIsCalled) {
  const uint16_t trunk = FreePort();
  Open([trunk](voice::VoiceOptions& options) {
    options.outside.target = "sip:127.0.0.1:" + N(trunk);
    options.outside.destinations.countries = {"BE"};
  });
  const uint16_t phone = Staff("anna");
  Sipp agent("phone_talks.xml", {"-m", "1", "-p", N(phone)});
  Sipp customer("phone.xml", {"-m", "1", "-p", N(trunk)});
  Available("anna");
  Must<v1::Queue>("ConfigService.CreateQueue",
                  R"({"queueId": "back", "queue": {"channel": "CALLBACK", "answerWithin": "20s"}})",
                  Admin());
  Must<v1::WorkItem>("WorkService.CreateWorkItem",
                     R"({"workItem": {"queue": "queues/back", "contact": "callbacks/1"}})",
                     Admin());
  Until([&](const Engine&) { return Events<OfferAccepted>() == 1; });
  const std::string dial = R"({"workItem": "workItems/1", "number": "+3225550100"})";
  Must<v1::Call>("VoiceService.Dial", dial, As("anna"));
  EXPECT_FALSE(Ask<v1::Call>("VoiceService.Dial", dial, As("anna")).ok());  // it is under way
  ASSERT_TRUE(Watch(1)->WaitFor(In(v1::Call::TALKING)));
  Must<v1::Call>("VoiceService.HangUp", R"({"workItem": "workItems/1"})", As("anna"));
  EXPECT_EQ(agent.Wait(), 0);
  EXPECT_EQ(customer.Wait(), 0);
  Until([&](const Engine&) { return Events<ItemCompleted>() == 1; });
  NothingIsLeft();
}

// Two hundred are talked with at once, who came 20 a second; forty more wait in a queue without
// agents meanwhile and give up. Then the desk hangs up on all.
TEST_F(Sipped, TwoHundredCallsAreAccountedFor) {
  constexpr int kTalks = 200;
  constexpr int kGivesUp = 40;
  Open();
  const uint16_t phone = FreePort();
  for (int i = 0; i < kTalks; ++i) AddAgent("agent-" + N(i), phone);
  for (int i = 0; i < kTalks; ++i) Available("agent-" + N(i));
  Sipp agents("phone.xml", {"-m", N(kTalks), "-p", N(phone)});
  Sipp callers("caller_hung_up.xml",
               {"-m", N(kTalks), "-r", "20", "-l", N(kTalks), "-s", "100", Door()});
  Until([&](const Engine&) { return Events<OfferAccepted>() == kTalks; });
  const auto busy = Busy();
  ASSERT_EQ(busy.size(), size_t{kTalks});
  for (const auto& [agent, item] : busy) {
    ASSERT_TRUE(Watch(item)->WaitFor(In(v1::Call::TALKING))) << agent;
  }
  Sipp others("caller_abandons.xml",
              {"-m", N(kGivesUp), "-r", "20", "-l", N(kGivesUp), "-s", "200", Door()});
  EXPECT_EQ(others.Wait(), 0);
  Until([&](const Engine&) { return Events<ItemAbandoned>() == kGivesUp; });
  EXPECT_EQ(Events<ItemCompleted>(), 0);  // all two hundred are held
  for (const auto& [agent, item] : busy) {
    Must<v1::Call>("VoiceService.HangUp", R"({"workItem": "workItems/)" + N(item) + "\"}",
                   As(agent));
  }
  EXPECT_EQ(callers.Wait(), 0);
  EXPECT_EQ(agents.Wait(), 0);
  Until([&](const Engine&) { return Events<ItemCompleted>() == kTalks; });
  EXPECT_EQ(callers.Count("SuccessfulCall(C)"), kTalks);
  EXPECT_EQ(agents.Count("SuccessfulCall(C)"), kTalks);
  EXPECT_EQ(others.Count("SuccessfulCall(C)"), kGivesUp);
  EXPECT_EQ(Events<ItemEntered>(), kTalks + kGivesUp);
  EXPECT_EQ(Events<ItemReturned>(), 0);
  NothingIsLeft();
}

}  // namespace
}  // namespace wissel::testing
