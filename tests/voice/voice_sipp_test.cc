// Calls with SIPp on both sides: what the phones hear, and what stands in the books.
#include "tests/voice/voice_center.h"

namespace wissel::testing {
namespace {

std::string N(int64_t number) { return std::to_string(number); }

TEST_F(VoiceCenter, ACallWaitsIsAnsweredAndEnds) {
  Open();
  const uint16_t phone = FreePort();
  AddAgent("anna", phone);
  Sipp caller("caller.xml", {"-m", "1", "-s", "100", "-d", "200", Door()});
  Until([](const Engine& engine) { return engine.WaitingInOrder(QueueId(1), 10).size() == 1; });
  Sipp agent("phone.xml", {"-m", "1", "-p", N(phone)});
  Available("anna");
  EXPECT_EQ(caller.Wait(), 0);
  EXPECT_EQ(agent.Wait(), 0);
  Until([&](const Engine&) { return Events<ItemCompleted>() == 1; });
  EXPECT_EQ(Events<ItemAbandoned>(), 0);
}

TEST_F(VoiceCenter, WhoGivesUpIsAbandoned) {
  Open();
  Sipp caller("caller_abandons.xml", {"-m", "20", "-r", "20", "-s", "100", "-d", "300", Door()});
  EXPECT_EQ(caller.Wait(), 0);
  Until([&](const Engine&) { return Events<ItemAbandoned>() == 20; });
  EXPECT_EQ(Events<ItemEntered>(), 20);
}

TEST_F(VoiceCenter, ABusyPhoneGivesTheCallToTheNext) {
  Open();
  const uint16_t busy = FreePort();
  const uint16_t phone = FreePort();
  AddAgent("anna", busy);
  AddAgent("bert", phone);
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

TEST_F(VoiceCenter, AnAgentsPhoneHandsTheCallOn) {
  Open();
  const uint16_t first = FreePort();
  const uint16_t second = FreePort();
  AddAgent("anna", first);
  AddAgent("bert", second);
  Sipp refers("phone_refers.xml", {"-m", "1", "-p", N(first), "-key", "to", "bert"});
  Sipp takes("phone_talks.xml", {"-m", "1", "-p", N(second)});
  Available("anna");
  Sipp caller("caller_kept.xml", {"-m", "1", "-s", "100", Door()});
  EXPECT_EQ(refers.Wait(), 0);
  Available("bert");
  Until([&](const Engine&) { return Events<OfferAccepted>() == 2; });
  EXPECT_EQ(Events<ItemTransferred>(), 1);
}

TEST_F(VoiceCenter, StrangersHearNothing) {
  Open([](voice::VoiceOptions& options) {
    options.sip.trunks = voice::Networks();
    ASSERT_TRUE(options.sip.trunks.Add("192.0.2.0/24").ok());
  });
  Sipp scanner("scanner.xml", {"-m", "3", Door()});
  EXPECT_EQ(scanner.Wait(), 0);
  EXPECT_EQ(Events<ItemEntered>(), 0);
}

TEST_F(VoiceCenter, TwoHundredCallsAreAccountedFor) {
  constexpr int kCalls = 200;
  Open();
  const uint16_t phone = FreePort();
  for (int i = 0; i < kCalls; ++i) AddAgent("agent-" + N(i), phone);
  for (int i = 0; i < kCalls; ++i) Available("agent-" + N(i));
  Sipp agents("phone.xml", {"-m", N(kCalls), "-p", N(phone)});
  Sipp callers("caller.xml",
               {"-m", N(kCalls), "-r", "20", "-l", N(kCalls), "-s", "100", "-d", "11000", Door()});
  Until([&](const Engine&) { return Events<OfferAccepted>() == kCalls; });
  EXPECT_EQ(callers.Wait(), 0);
  EXPECT_EQ(agents.Wait(), 0);
  Until([&](const Engine&) { return Events<ItemCompleted>() == kCalls; });
  EXPECT_EQ(callers.Count("SuccessfulCall(C)"), kCalls);
  EXPECT_EQ(agents.Count("SuccessfulCall(C)"), kCalls);
  EXPECT_EQ(Events<ItemEntered>(), kCalls);
  EXPECT_EQ(Events<ItemAbandoned>() + Events<ItemReturned>(), 0);
}

}  // namespace
}  // namespace wissel::testing
