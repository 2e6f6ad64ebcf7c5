// The torture messages of RFC 4475 by their names there, in bytes of our own (tests/voice/torture),
// sent by a phone system that is trusted, and by a stranger. Whatever is done with each, a call
// made after it is served.
#include <fstream>
#include <sstream>

#include "fmt/format.h"
#include "tests/voice/sip_peer.h"
#include "tests/voice/voice_center.h"

namespace wissel::testing {
namespace {

constexpr int kIgnored = 0;
constexpr int kTaken = 182;

struct Vector {
  const char* name;
  int expected;  // the answer, kTaken: a call that is queued, kIgnored: no answer
};
constexpr Vector kVectors[] = {
    // 3.1.1: valid, and answered for what they ask.
    {"wsinv", 481},         // it is within a dialog that nobody knows
    {"intmeth", kIgnored},  // the library reads no method of such a name
    {"esc01", kTaken},
    {"escnull", 405},
    {"esc02", 405},
    {"lwsdisp", 200},
    {"longreq", kTaken},
    {"dblreq", 405},  // the second message of the datagram is nothing
    {"semiuri", 200},
    {"transports", 200},
    {"mpart01", 405},
    {"unreason", kIgnored},
    {"noreason", kIgnored},
    // 3.1.2: invalid.
    {"badinv01", kIgnored},  // it does not say where to answer
    {"clerr", 400},
    {"ncl", 400},
    {"scalar02", 400},
    {"scalarlg", kIgnored},
    {"quotbal", 400},
    {"ltgtruri", 400},
    {"lwsruri", kIgnored},
    {"lwsstart", kTaken},  // liberally
    {"trws", 200},         // the same
    {"escruri", 400},
    {"baddate", kTaken},
    {"regbadct", 400},
    {"badaspec", 200},  // liberally
    {"baddn", 400},
    {"badvers", 505},
    {"mismatch01", 400},
    {"mismatch02", 400},
    {"bigcode", kIgnored},
    // 3.2 and 3.3: of transactions and applications.
    {"badbranch", 200},
    {"insuf", 400},
    {"unkscm", 416},
    {"novelsc", 416},
    {"unksm2", 405},
    {"bext01", 420},
    {"invut", 415},
    {"regaut01", 405},
    {"multi01", 400},
    {"mcl01", 400},
    {"bcast", kIgnored},
    {"zeromf", 200},
    {"cparam01", 405},
    {"cparam02", 405},
    {"regescrt", 405},
    {"sdp01", 406},
    // 3.4: of the SIP before.
    {"inv2543", kTaken},
};

std::string BytesOf(const char* name, const SipPeer& peer, const char* transport) {
  std::ifstream file(
      fmt::format("{}/tests/voice/torture/{}.dat", std::getenv("WISSEL_SOURCE_DIR"), name),
      std::ios::binary);
  EXPECT_TRUE(file) << name;
  std::stringstream text;
  text << file.rdbuf();
  std::string bytes = text.str();
  for (size_t at; (at = bytes.find("@PEER@")) != std::string::npos;) {
    bytes.replace(at, 6, peer.name());
  }
  const size_t via = bytes.find("SIP/2.0/UDP " + peer.name());
  if (via != std::string::npos) bytes.replace(via + 8, 3, transport);
  return bytes;
}

class Torture : public VoiceCenter {
 protected:
  void OpenForAll() {
    Open([](voice::VoiceOptions& options) {
      options.queues["*"] = "queues/other";
      options.limits.most_new_per_second = 1'000;
    });
  }
};

TEST_F(Torture, EachIsTakenRefusedOrIgnored) {
  OpenForAll();
  SipPeer trunk("127.0.0.1", channel_->port());
  int64_t taken = 0;
  for (const Vector& vector : kVectors) {
    SCOPED_TRACE(vector.name);
    SipPeer peer("127.0.0.1", channel_->port());
    peer.Send(BytesOf(vector.name, peer, "UDP"));
    trunk.Fence();
    if (vector.expected == kTaken) {
      EXPECT_EQ(StatusOf(peer.Next()), 100);
      EXPECT_EQ(StatusOf(peer.Next()), kTaken);
      ++taken;
    } else {
      const std::vector<std::string> heard = peer.Heard();
      EXPECT_EQ(heard.size(), vector.expected == kIgnored ? 0 : 1)
          << (heard.empty() ? "" : heard[0]);
      for (const std::string& answer : heard)
        EXPECT_EQ(StatusOf(answer), vector.expected) << answer;
    }
    trunk.CallGoesThrough(vector.name);
  }
  const int64_t ordinary = std::size(kVectors);
  Until([&](const Engine&) { return Events<ItemAbandoned>() == ordinary; });
  EXPECT_EQ(Events<ItemEntered>(), ordinary + taken);
}

TEST_F(Torture, ByAConnectionAsWell) {
  OpenForAll();
  SipPeer trunk("127.0.0.1", channel_->port());
  for (const Vector& vector : kVectors) {
    SCOPED_TRACE(vector.name);
    SipPeer peer("127.0.0.1", channel_->port(), SipPeer::kTcp);
    peer.Send(BytesOf(vector.name, peer, "TCP"));
    if (vector.expected == 200 || vector.expected == 405) {
      EXPECT_EQ(StatusOf(peer.Next()), vector.expected);
    }
    trunk.CallGoesThrough(vector.name);
  }
  const int64_t ordinary = std::size(kVectors);
  Until([&](const Engine&) { return Events<ItemAbandoned>() == ordinary; });
}

TEST_F(Torture, AStrangerHearsNothingOfAnyOfThem) {
  OpenForAll();
  SipPeer trunk("127.0.0.1", channel_->port());
  for (const Vector& vector : kVectors) {
    SCOPED_TRACE(vector.name);
    SipPeer stranger("127.0.0.2", channel_->port());
    stranger.Send(BytesOf(vector.name, stranger, "UDP"));
    trunk.Fence();
    EXPECT_EQ(stranger.Heard(), std::vector<std::string>());
  }
  EXPECT_EQ(Events<ItemEntered>(), 0);
}

}  // namespace
}  // namespace wissel::testing
