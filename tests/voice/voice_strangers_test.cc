// Who is unknown, too much, too long or too slow: refused in so many words or not heard at all, and
// whoever calls beside them is served.
#include "fmt/format.h"
#include "tests/voice/sip_peer.h"
#include "tests/voice/voice_center.h"

namespace wissel::testing {
namespace {

using Request = SipPeer::Request;

// Sends each, and says what came back for all of them.
std::vector<std::string> AnswersTo(SipPeer& peer, SipPeer& trunk,
                                   const std::vector<std::string>& messages) {
  for (const std::string& message : messages) peer.Send(message);
  trunk.Fence();
  return peer.Heard();
}

TEST_F(VoiceCenter, AScannerHearsNothing) {
  Open();
  SipPeer trunk("127.0.0.1", channel_->port());
  SipPeer scanner("127.0.0.2", channel_->port());
  std::vector<std::string> messages;
  for (const char* method :
       {"OPTIONS", "REGISTER", "INVITE", "BYE", "CANCEL", "ACK", "SUBSCRIBE", "NOTHING"}) {
    messages.push_back(scanner.Write(Request{.method = method,
                                             .call = std::string("scan-") + method,
                                             .more = "User-Agent: friendly-scanner\r\n"}));
  }
  messages.push_back("INVITE sip:100@127.0.0.1 SIP/2.0\r\n" + scanner.Via("x") + "\r\n");
  messages.push_back("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  messages.push_back("\r\n\r\n\r\n\r\n");
  messages.push_back("SIP/2.0 200 OK\r\n" + scanner.Via("y") + "CSeq: 1 INVITE\r\n\r\n");
  messages.push_back(std::string("\x00\x01\x00\x00", 4) + std::string(16, 'a'));  // STUN
  messages.push_back(std::string("\xf8\x01\x00\x00", 4) + std::string(16, 'a'));  // SigComp
  messages.push_back(std::string(60'000, 'A'));
  EXPECT_EQ(AnswersTo(scanner, trunk, messages), std::vector<std::string>());
  EXPECT_EQ(Events<ItemEntered>(), 0);

  SipPeer connected("127.0.0.2", channel_->port(), SipPeer::kTcp);
  connected.Send(connected.Write({.method = "OPTIONS"}));
  EXPECT_TRUE(connected.IsClosed());
  SipPeer silent("127.0.0.2", channel_->port(), SipPeer::kTcp);
  EXPECT_TRUE(silent.IsClosed());
}

// A phone may be rung, and say what belongs to its calls; it begins none.
TEST_F(VoiceCenter, APhoneBeginsNoCall) {
  Open([](voice::VoiceOptions& options) { ASSERT_TRUE(options.sip.phones.Add("127.0.0.3").ok()); });
  SipPeer phone("127.0.0.3", channel_->port());
  phone.Send(phone.Write({.body = Sdp()}));
  EXPECT_EQ(StatusOf(phone.Next()), 403);
  phone.Fence();
}

TEST_F(VoiceCenter, BeyondItsLimitsItSaysWhenToTryAgain) {
  Open([](voice::VoiceOptions& options) { options.limits.most_calls = 2; });
  SipPeer trunk("127.0.0.1", channel_->port());
  for (const char* call : {"first", "second"}) {
    trunk.Send(trunk.Write({.call = call, .body = Sdp()}));
    EXPECT_EQ(StatusOf(trunk.Next()), 100);
    EXPECT_EQ(StatusOf(trunk.Next()), 182);
  }
  SipPeer late("127.0.0.1", channel_->port());
  late.Send(late.Write({.call = "third", .body = Sdp()}));
  EXPECT_EQ(StatusOf(late.Next()), 100);
  const std::string refusal = late.Next();
  EXPECT_EQ(StatusOf(refusal), 503);
  EXPECT_EQ(HeaderOf(refusal, "Retry-After"), "10");
  EXPECT_EQ(Events<ItemEntered>(), 2);
}

// What is under way is not touched by it.
TEST_F(VoiceCenter, OfAFloodEachIsTakenOrTurnedAway) {
  constexpr int kCalls = 100;  // as many as the socket of the peer keeps
  Open([](voice::VoiceOptions& options) { options.limits.most_new_per_second = 1; });
  const uint16_t port = FreePort();
  AddAgent("anna", port);
  Sipp agent("phone.xml", {"-m", "1", "-p", std::to_string(port)});
  Available("anna");
  Sipp caller("caller.xml", {"-m", "1", "-s", "100", "-d", "300", Door()});
  Until([&](const Engine&) { return Events<OfferAccepted>() == 1; });
  SipPeer trunk("127.0.0.1", channel_->port());
  for (int i = 0; i < kCalls; ++i) {
    trunk.Send(trunk.Write({.user = "200", .call = fmt::format("flood-{}", i), .body = Sdp()}));
  }
  int64_t taken = 0;
  int64_t turned_away = 0;
  std::set<std::string> settled;
  while (settled.size() < kCalls) {
    const std::string answer = trunk.Next();
    ASSERT_NE(answer, "");
    if (StatusOf(answer) == 100 || !settled.insert(HeaderOf(answer, "Call-ID")).second) continue;
    taken += StatusOf(answer) == 182;
    turned_away += StatusOf(answer) == 503 && HeaderOf(answer, "Retry-After") == "2";
  }
  EXPECT_EQ(taken + turned_away, kCalls);
  EXPECT_GT(turned_away, 0);
  EXPECT_EQ(Events<ItemEntered>(), 1 + taken);
  EXPECT_EQ(caller.Wait(), 0);
  EXPECT_EQ(agent.Wait(), 0);
}

TEST_F(VoiceCenter, WhatIsTooLongOrNoTextIsRefused) {
  Open();
  SipPeer trunk("127.0.0.1", channel_->port());
  struct Case {
    const char* call;
    Request request;
    int expected;
  };
  std::string many;
  for (int i = 0; i < 4'000; ++i) many += fmt::format("X-{}: y\r\n", i);
  const std::string nul(1, '\0');
  const Case cases[] = {
      {"long-sdp", {.body = Sdp(17'000)}, 413},
      {"longest-datagram", {.body = Sdp(64'000)}, 413},
      {"nul-in-sdp", {.body = Sdp() + "a=x" + nul + "\r\n"}, 400},
      {"no-sdp", {.body = "hello"}, 400},
      {"nul-in-header", {.more = "X-Nul: a" + nul + "b\r\n", .body = Sdp()}, 400},
      {"half-sdp", {.body = "v=0\r\n"}, 400},
      {"loops",
       {.more = "Via: SIP/2.0/UDP " + Door() + ";branch=z9hG4bKa\r\n", .body = Sdp()},
       482},
      {"wants", {.more = "Require: 100rel\r\n", .body = Sdp()}, 420},
      {"zipped", {.more = "Content-Encoding: gzip\r\n", .body = Sdp()}, 415},
      {"short-session",
       {.more = "Session-Expires: 30\r\nSupported: timer\r\n", .body = Sdp()},
       422},
      {"no-number", {.user = "nobody", .body = Sdp()}, 404},
  };
  for (Case each : cases) {
    SCOPED_TRACE(each.call);
    SipPeer peer("127.0.0.1", channel_->port());
    each.request.call = each.call;
    peer.Send(peer.Write(each.request));
    int status = 0;
    while ((status = StatusOf(peer.Next())) == 100) continue;
    EXPECT_EQ(status, each.expected);
    trunk.CallGoesThrough(std::string("after-") + each.call);
  }
  SipPeer headers("127.0.0.1", channel_->port());
  headers.Send(headers.Write({.call = "many-headers", .more = many, .body = Sdp()}));
  EXPECT_EQ(StatusOf(headers.Next()), 100);
  EXPECT_EQ(StatusOf(headers.Next()), 182);
  Until([&](const Engine&) {
    return Events<ItemAbandoned>() == static_cast<int64_t>(std::size(cases));
  });
  EXPECT_EQ(Events<ItemEntered>(), static_cast<int64_t>(std::size(cases)) + 1);
}

TEST_F(VoiceCenter, WhoIsSlowHoldsUpNobody) {
  Open();
  SipPeer trunk("127.0.0.1", channel_->port());
  std::vector<std::unique_ptr<SipPeer>> idle;
  for (int i = 0; i < 50; ++i) {
    idle.push_back(std::make_unique<SipPeer>("127.0.0.1", channel_->port(), SipPeer::kTcp));
    idle.back()->Send("INVITE sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0");
  }
  SipPeer slow("127.0.0.1", channel_->port(), SipPeer::kTcp);
  const std::string invite = slow.Write({.call = "slow", .body = Sdp()});
  for (size_t at = 0; at < invite.size(); at += 40) {
    slow.Send(invite.substr(at, 40));
    if (at % 400 == 0) trunk.CallGoesThrough(fmt::format("beside-{}", at));
  }
  EXPECT_EQ(StatusOf(slow.Next()), 100);
  EXPECT_EQ(StatusOf(slow.Next()), 182);
  // Of a message that says it is longer than any may be, nothing is waited for.
  SipPeer endless("127.0.0.1", channel_->port(), SipPeer::kTcp);
  std::string bytes = endless.Write({.call = "endless"});
  bytes.replace(bytes.find("Content-Length: 0"), 17, "Content-Length: 1000000000");
  endless.Send(bytes + std::string(70'000, 'x'));
  EXPECT_EQ(StatusOf(endless.Next()), 413);
  trunk.CallGoesThrough("after-all");
}

}  // namespace
}  // namespace wissel::testing
