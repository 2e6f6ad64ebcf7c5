// What crosses, comes twice, comes without or too early: by peers that send what SIPp's phones do
// not.
#include <openssl/evp.h>

#include <cstdlib>

#include "absl/strings/escaping.h"
#include "fmt/format.h"
#include "tests/voice/sip_peer.h"
#include "tests/voice/voice_center.h"

namespace wissel::testing {
namespace {

using Request = SipPeer::Request;

std::string TagOf(const std::string& answer) {
  const std::string to = HeaderOf(answer, "To");
  const size_t at = to.find(";tag=");
  return at == std::string::npos ? "" : to.substr(at + 5);
}

class Flows : public VoiceCenter {
 protected:
  // A caller and the agent's phone, which rings: what each has said last.
  struct Both {
    std::unique_ptr<SipPeer> caller, phone;
    Request invite;
    std::string ringing;
  };
  Both Ring(Request invite) {
    Both both;
    both.caller = std::make_unique<SipPeer>("127.0.0.1", channel_->port());
    both.phone = std::make_unique<SipPeer>("127.0.0.1", channel_->port());
    AddAgent("anna", both.phone->port());
    Available("anna");
    both.invite = std::move(invite);
    both.caller->Send(both.caller->Write(both.invite));
    both.ringing = both.phone->Next();
    EXPECT_TRUE(both.ringing.starts_with("INVITE sip:anna@")) << both.ringing;
    return both;
  }
};

std::vector<int> TwoStatuses(SipPeer& peer) {
  const std::string first = peer.NextFinal();
  const std::string second = peer.NextFinal();
  return {StatusOf(first), StatusOf(second)};
}

TEST_F(Flows, WhoIsQueuedMayLeaveByBye) {
  Open();
  SipPeer caller("127.0.0.1", channel_->port());
  caller.Send(caller.Write({.body = Sdp()}));
  EXPECT_EQ(StatusOf(caller.Next()), 100);
  const std::string queued = caller.Next();
  EXPECT_EQ(StatusOf(queued), 182);
  caller.Send(caller.Write({.method = "BYE", .to_tag = TagOf(queued), .cseq = 2}));
  std::vector<int> heard = TwoStatuses(caller);
  std::sort(heard.begin(), heard.end());
  EXPECT_EQ(heard, std::vector<int>({200, 487}));
  Until([&](const Engine&) { return Events<ItemAbandoned>() == 1; });
  NothingIsLeft();
}

TEST_F(Flows, WhoGivesUpWhileThePhoneRingsIsRungForNoLonger) {
  Open();
  Both both = Ring({.body = Sdp()});
  both.phone->Answer(both.ringing, "180 Ringing");
  both.caller->Send(both.caller->Write({.method = "CANCEL"}));
  EXPECT_EQ(TwoStatuses(*both.caller), std::vector<int>({200, 487}));
  const std::string cancel = both.phone->Next();
  EXPECT_TRUE(cancel.starts_with("CANCEL ")) << cancel;
  both.phone->Answer(cancel, "200 OK");
  both.phone->Answer(both.ringing, "487 Request Terminated");
  Until([&](const Engine&) { return Events<ItemCompleted>() == 1; });
  NothingIsLeft();
}

TEST_F(Flows, ACancelThatCrossesTheAnswerIsTooLate) {
  Open();
  Both both = Ring({.body = Sdp()});
  both.phone->Answer(both.ringing, "200 OK", Sdp());
  const std::string answer = both.caller->NextFinal();
  EXPECT_EQ(StatusOf(answer), 200);
  both.caller->Send(both.caller->Write({.method = "CANCEL"}));
  EXPECT_EQ(StatusOf(both.caller->NextFinal()), 481);
  const std::string tag = TagOf(answer);
  both.caller->Send(both.caller->Write({.method = "ACK", .to_tag = tag, .branch = "ack"}));
  both.caller->Send(both.caller->Write({.method = "BYE", .to_tag = tag, .cseq = 2}));
  EXPECT_EQ(StatusOf(both.caller->NextFinal()), 200);
  EXPECT_TRUE(both.phone->Next().starts_with("ACK "));
  const std::string bye = both.phone->Next();
  EXPECT_TRUE(bye.starts_with("BYE ")) << bye;
  both.phone->Answer(bye, "200 OK");
  Until([&](const Engine&) { return Events<ItemCompleted>() == 1; });
  NothingIsLeft();
}

TEST_F(Flows, OfNothingThereIsNothingToCancelOrEnd) {
  Open();
  SipPeer caller("127.0.0.1", channel_->port());
  caller.Send(caller.Write({.method = "CANCEL"}));
  EXPECT_EQ(StatusOf(caller.Next()), 481);
  caller.Send(caller.Write({.method = "BYE", .to_tag = "nobody", .cseq = 2}));
  EXPECT_EQ(StatusOf(caller.Next()), 481);
}

// The phone's offer goes to the caller, and the answer in their ACK to the phone.
TEST_F(Flows, WhoMakesNoOfferGetsThePhones) {
  Open();
  Both both = Ring({});
  EXPECT_EQ(both.ringing.find("m=audio"), std::string::npos);
  both.phone->Answer(both.ringing, "200 OK", Sdp() + "a=of-the-phone\r\n");
  const std::string offer = both.caller->NextFinal();
  EXPECT_NE(offer.find("a=of-the-phone"), std::string::npos);
  both.caller->Send(both.caller->Write({.method = "ACK",
                                        .body = Sdp() + "a=of-the-caller\r\n",
                                        .to_tag = TagOf(offer),
                                        .branch = "ack"}));
  const std::string ack = both.phone->Next();
  EXPECT_TRUE(ack.starts_with("ACK ")) << ack;
  EXPECT_NE(ack.find("a=of-the-caller"), std::string::npos);
}

TEST_F(Flows, ASessionIsKeptAliveByWhoCan) {
  Open();
  Both both =
      Ring({.more = "Session-Expires: 90;refresher=uac\r\nSupported: timer\r\n", .body = Sdp()});
  EXPECT_NE(HeaderOf(both.ringing, "Session-Expires"), "");
  both.phone->Answer(both.ringing, "200 OK", Sdp());
  const std::string answer = both.caller->NextFinal();
  EXPECT_EQ(HeaderOf(answer, "Session-Expires"), "90;refresher=uac");
  EXPECT_EQ(HeaderOf(answer, "Require"), "timer");
  const std::string tag = TagOf(answer);
  both.caller->Send(both.caller->Write({.method = "ACK", .to_tag = tag, .branch = "ack"}));
  both.caller->Send(both.caller->Write({.method = "UPDATE",
                                        .more = "Session-Expires: 90;refresher=uac\r\n",
                                        .to_tag = tag,
                                        .cseq = 2}));
  const std::string refreshed = both.caller->NextFinal();
  EXPECT_EQ(StatusOf(refreshed), 200);
  EXPECT_EQ(HeaderOf(refreshed, "Session-Expires"), "90;refresher=uac");
}

// Asked for by a proxy, of a phone that does not know of it: then it is for us.
TEST_F(Flows, ASessionOfWhoCannotIsKeptAliveHere) {
  Open();
  Both both = Ring({.more = "Session-Expires: 90\r\n", .body = Sdp()});
  both.phone->Answer(both.ringing, "200 OK", Sdp());
  const std::string answer = both.caller->NextFinal();
  EXPECT_EQ(HeaderOf(answer, "Session-Expires"), "90;refresher=uas");
  EXPECT_EQ(HeaderOf(answer, "Require"), "");
}

TEST_F(Flows, AnInviteThatComesTwiceIsOneCall) {
  Open();
  SipPeer caller("127.0.0.1", channel_->port());
  const Request invite{.body = Sdp()};
  caller.Send(caller.Write(invite));
  caller.Send(caller.Write(invite));
  int status = 0;
  while (status != 182) status = StatusOf(caller.Next());
  // By another way (RFC 3261, 8.2.2.2).
  SipPeer other("127.0.0.1", channel_->port());
  std::string again = caller.Write(invite);
  const std::string via = caller.Via("1-1");
  again.replace(again.find(via), via.size(), other.Via("other"));
  other.Send(again);
  EXPECT_EQ(StatusOf(other.NextFinal()), 482);
  EXPECT_EQ(Events<ItemEntered>(), 1);
}

TEST_F(Flows, WhenAllEndsEverybodyHearsIt) {
  Open();
  Both both = Ring({.body = Sdp()});
  both.phone->Answer(both.ringing, "200 OK", Sdp());
  const std::string answer = both.caller->NextFinal();
  both.caller->Send(
      both.caller->Write({.method = "ACK", .to_tag = TagOf(answer), .branch = "ack"}));
  EXPECT_TRUE(both.phone->Next().starts_with("ACK "));
  SipPeer waiting("127.0.0.1", channel_->port());
  waiting.Send(waiting.Write({.call = "waits", .body = Sdp()}));
  EXPECT_EQ(StatusOf(waiting.Next()), 100);
  EXPECT_EQ(StatusOf(waiting.Next()), 182);
  channel_->Stop();
  EXPECT_EQ(StatusOf(waiting.NextFinal()), 480);
  EXPECT_TRUE(both.caller->Next().starts_with("BYE "));
  EXPECT_TRUE(both.phone->Next().starts_with("BYE "));
  Until([&](const Engine&) { return Events<ItemAbandoned>() == 1; });
}

// --- Passwords and TLS

std::string Md5(const std::string& text) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), hash, &size, EVP_md5(), nullptr);
  return absl::BytesToHexString({reinterpret_cast<const char*>(hash), size});
}

std::string Credentials(const std::string& challenge, const std::string& password) {
  const size_t at = challenge.find("nonce=\"") + 7;
  const std::string nonce = challenge.substr(at, challenge.find('"', at) - at);
  const std::string response =
      Md5(fmt::format("{}:{}:00000001:abc:auth:{}", Md5("carrier:wissel:" + password), nonce,
                      Md5("INVITE:sip:100@127.0.0.1")));
  return fmt::format(
      "Authorization: Digest username=\"carrier\", realm=\"wissel\", nonce=\"{}\", "
      "uri=\"sip:100@127.0.0.1\", qop=auth, nc=00000001, cnonce=\"abc\", "
      "algorithm=MD5, response=\"{}\"\r\n",
      nonce, response);
}

TEST_F(Flows, ATrunkWithAPasswordHasToSayIt) {
  Open([](voice::VoiceOptions& options) {
    voice::Networks trunk;
    ASSERT_TRUE(trunk.Add("127.0.0.1").ok());
    options.sip.passwords.push_back({trunk, voice::Digest("wissel", {{"carrier", "s3cret"}})});
  });
  SipPeer trunk("127.0.0.1", channel_->port());
  trunk.Send(trunk.Write({.body = Sdp()}));
  std::string asked = trunk.Next();
  EXPECT_EQ(StatusOf(asked), 401);
  trunk.Send(trunk.Write({.method = "ACK", .to_tag = TagOf(asked)}));
  const std::string challenge = HeaderOf(asked, "WWW-Authenticate");
  trunk.Send(trunk.Write({.more = Credentials(challenge, "guess"), .body = Sdp(), .cseq = 2}));
  asked = trunk.Next();
  EXPECT_EQ(StatusOf(asked), 401);
  EXPECT_EQ(HeaderOf(asked, "WWW-Authenticate").find("stale"), std::string::npos);
  EXPECT_EQ(Events<ItemEntered>(), 0);
  trunk.Send(trunk.Write({.more = Credentials(challenge, "s3cret"), .body = Sdp(), .cseq = 3}));
  EXPECT_EQ(StatusOf(trunk.Next()), 100);
  EXPECT_EQ(StatusOf(trunk.Next()), 182);
}

TEST_F(Flows, CallsComeByTls) {
  std::string folder = ::testing::TempDir() + "sipsXXXXXX";
  folder = mkdtemp(folder.data());
  const std::string make = fmt::format(
      "cd {} && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
      "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cafile.pem "
      "2>/dev/null && cat key.pem cafile.pem > agent.pem",
      folder);
  ASSERT_EQ(std::system(make.c_str()), 0);
  const uint16_t port = FreePort();
  Open([&](voice::VoiceOptions& options) {
    options.sip.tls_host = "127.0.0.1";
    options.sip.tls_port = port;
    options.sip.certificates = folder;
  });
  SipPeer trunk("127.0.0.1", port, SipPeer::kTcp);
  trunk.Secure(folder + "/cafile.pem");
  trunk.Fence();
  trunk.CallGoesThrough("secured");
  Until([&](const Engine&) { return Events<ItemAbandoned>() == 1; });
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace wissel::testing
