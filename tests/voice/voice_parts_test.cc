// The parts of calls that need no socket: who is let in, how many, by which password, and what is
// done to a description.
#include "absl/strings/escaping.h"
#include "base/status.h"
#include "channels/voice/admission.h"
#include "channels/voice/digest.h"
#include "channels/voice/networks.h"
#include "channels/voice/sdp_text.h"
#include "fmt/format.h"
#include "gtest/gtest.h"

#include <openssl/evp.h>

namespace wissel::voice {
namespace {

// --- Networks

IpAddress Address(const char* text) {
  auto address = ParseIpAddress(text);
  EXPECT_TRUE(address.ok()) << text;
  return *address;
}

TEST(Networks, HaveTheAddressesOfTheirPrefix) {
  Networks networks;
  for (const char* text : {"10.0.0.5", "192.168.4.0/22", "2001:db8::/33", "::1"}) {
    ASSERT_TRUE(networks.Add(text).ok()) << text;
  }
  for (const char* in :
       {"10.0.0.5", "192.168.4.0", "192.168.7.255", "2001:db8:7fff::1", "::1", "::ffff:10.0.0.5"}) {
    EXPECT_TRUE(networks.Has(Address(in))) << in;
  }
  for (const char* out : {"10.0.0.4", "192.168.3.255", "192.168.8.0", "2001:db8:8000::", "::2",
                          "::10.0.0.5", "0.0.0.1"}) {
    EXPECT_FALSE(networks.Has(Address(out))) << out;
  }
}

TEST(Networks, ATakesAllOfItsKindAndNoNetworkTakesNobody) {
  Networks all;
  ASSERT_TRUE(all.Add("0.0.0.0/0").ok());
  EXPECT_TRUE(all.Has(Address("203.0.113.9")));
  EXPECT_FALSE(all.Has(Address("2001:db8::1")));
  EXPECT_FALSE(Networks().Has(Address("127.0.0.1")));
  EXPECT_TRUE(Networks().empty());
}

TEST(Networks, WhatIsNoneIsRefused) {
  for (const char* text : {"", "10.0.0", "10.0.0.5/", "10.0.0.5/33", "10.0.0.5/-1", "10.0.0.5/8x",
                           "::1/129", "localhost", "10.0.0.5 ", "/8", "10.0.0.5/8/8"}) {
    Networks networks;
    const absl::Status status = networks.Add(text);
    EXPECT_EQ(FieldAtFault(status), "addresses") << text;
    EXPECT_TRUE(networks.empty()) << text;
  }
}

// --- Admission

TEST(Admission, SoManyNewOnesInASecond) {
  Admission admission({.most_calls = 500, .most_new_per_second = 10});
  Instant now = Instant::FromMillis(1'000'000);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(admission.Ask(0, now)) << i;
  EXPECT_EQ(admission.Ask(0, now), Duration::Seconds(2));
  now = now + Duration::Millis(99);
  EXPECT_TRUE(admission.Ask(0, now));
  now = now + Duration::Millis(1);
  EXPECT_FALSE(admission.Ask(0, now));
  EXPECT_TRUE(admission.Ask(0, now));
  // A quiet hour is worth one second.
  now = now + Duration::Seconds(3'600);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(admission.Ask(0, now)) << i;
  EXPECT_TRUE(admission.Ask(0, now));
}

TEST(Admission, SoManyAtOnceAndWhoIsTurnedAwayTakesNothing) {
  Admission admission({.most_calls = 3, .most_new_per_second = 1});
  Instant now = Instant::FromMillis(1'000'000);
  EXPECT_EQ(admission.Ask(3, now), Duration::Seconds(10));
  EXPECT_FALSE(admission.Ask(2, now));
  // A clock that goes back gives nothing.
  EXPECT_TRUE(admission.Ask(0, now + Duration::Seconds(-5)));
}

// --- Digest

std::string Md5(const std::string& text) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), hash, &size, EVP_md5(), nullptr);
  return absl::BytesToHexString({reinterpret_cast<const char*>(hash), size});
}

std::string NonceIn(const std::string& challenge) {
  const size_t at = challenge.find("nonce=\"") + 7;
  return challenge.substr(at, challenge.find('"', at) - at);
}

struct Said {
  std::string user = "trunk";
  std::string password = "secret:with colon";
  std::string realm = "wissel";
  std::string nonce;
  std::string qop = "auth";
  Digest::Verdict JudgedBy(const Digest& digest, Instant now) const {
    const std::string with = qop.empty() ? nonce : nonce + ":00000001:abc:" + qop;
    const std::string response =
        Md5(Md5(user + ":" + realm + ":" + password) + ":" + with + ":" + Md5("INVITE:sip:100@a"));
    return digest.Judge({user, realm, nonce, "sip:100@a", response, qop,
                         qop.empty() ? "" : "00000001", qop.empty() ? "" : "abc"},
                        "INVITE", now);
  }
};

TEST(Digest, TheRightPasswordInTimeIsRight) {
  const Digest digest("wissel", {{"trunk", "secret:with colon"}});
  const Instant now = Instant::FromMillis(5'000'000);
  Said said{.nonce = NonceIn(digest.Challenge(false, now))};
  EXPECT_EQ(said.JudgedBy(digest, now), Digest::Verdict::kRight);
  EXPECT_EQ(said.JudgedBy(digest, now + Duration::Seconds(60)), Digest::Verdict::kRight);
  EXPECT_EQ(said.JudgedBy(digest, now + Duration::Seconds(61)), Digest::Verdict::kStale);
  said.qop = "";
  EXPECT_EQ(said.JudgedBy(digest, now), Digest::Verdict::kRight);
  EXPECT_NE(digest.Challenge(true, now).find("stale=true"), std::string::npos);
  EXPECT_EQ(digest.Challenge(false, now).find("stale"), std::string::npos);
}

TEST(Digest, AnythingElseIsWrong) {
  const Digest digest("wissel", {{"trunk", "secret:with colon"}});
  const Digest other("wissel", {{"trunk", "secret:with colon"}});
  const Instant now = Instant::FromMillis(5'000'000);
  const std::string nonce = NonceIn(digest.Challenge(false, now));
  const Said wrong[] = {
      {.user = "nobody", .nonce = nonce},
      {.password = "guess", .nonce = nonce},
      {.realm = "elsewhere", .nonce = nonce},
      {.nonce = NonceIn(other.Challenge(false, now))},
      {.nonce = ""},
      {.nonce = "zz." + nonce},
      {.nonce = nonce + "0"},
      {.nonce = "ffffffffffffffffffffff." + nonce},
      {.nonce = nonce, .qop = "auth-int"},
  };
  for (const Said& said : wrong) {
    EXPECT_EQ(said.JudgedBy(digest, now), Digest::Verdict::kWrong) << said.user << said.nonce;
  }
}

TEST(Digest, AFileOfPasswordsIsReadOrTheLineIsNamed) {
  const auto passwords = ParsePasswords("# ours\r\ntrunk:a:b\r\n\nother:c");
  ASSERT_TRUE(passwords.ok());
  EXPECT_EQ(*passwords, (Passwords{{"trunk", "a:b"}, {"other", "c"}}));
  for (const char* bad : {"", "# nobody\n", "trunk\n", ":secret\n", "trunk:\n"}) {
    const absl::Status status = ParsePasswords(bad).status();
    EXPECT_EQ(FieldAtFault(status), "users_file") << bad;
    EXPECT_EQ(status.message().find("secret"), std::string_view::npos);
  }
}

// --- Descriptions

constexpr const char* kSdp =
    "v=0\r\no=a 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\n";

TEST(SdpText, IsADescriptionAsFarAsItIsActedOn) {
  EXPECT_TRUE(IsDescription(kSdp));
  EXPECT_TRUE(IsDescription("v=0\no=-\nm=audio 1 RTP/AVP 0\na=rtpmap:31 LPC\n"));
  for (std::string_view bad :
       {std::string_view(""), std::string_view("v=0\r\n"), std::string_view("hello"),
        std::string_view("v=0\r\no=a\r\nm=audio 1 RTP/AVP 0\r\n\0", 32),
        std::string_view("o=a\r\nv=0\r\nm=audio 1 RTP/AVP 0\r\n"),
        std::string_view("v=0\r\no=a\r\nm=audio 1 RTP/AVP 0\r\nVia: x\r\n"),
        std::string_view("v=0\r\nm=audio 1 RTP/AVP 0\r\n"), std::string_view("v=0\r\no=a\r\n")}) {
    EXPECT_FALSE(IsDescription(bad)) << bad;
  }
}

TEST(SdpText, TheDirectionIsOfTheFirstStreamThatIsNotRefused) {
  const std::string base = "v=0\r\no=a\r\n";
  EXPECT_EQ(DirectionOf(kSdp), Direction::kBoth);
  EXPECT_EQ(DirectionOf(base + "a=sendonly\r\nm=audio 4 RTP/AVP 0\r\n"), Direction::kSendOnly);
  EXPECT_EQ(DirectionOf(base + "a=sendonly\r\nm=audio 4 RTP/AVP 0\r\na=recvonly\r\n"),
            Direction::kReceiveOnly);
  EXPECT_EQ(DirectionOf(base + "m=audio 0 RTP/AVP 0\r\nm=video 4 RTP/AVP 3\r\na=inactive\r\n"),
            Direction::kInactive);
  EXPECT_EQ(DirectionOf(base + "m=audio 0 RTP/AVP 0\r\n"), Direction::kInactive);
  EXPECT_EQ(DirectionOf(base + "m=audio 4 RTP/AVP 0\r\nm=video 4 RTP/AVP 3\r\na=inactive\r\n"),
            Direction::kBoth);
}

TEST(SdpText, OnHoldEveryStreamIsInactive) {
  const std::string held =
      Inactive("v=0\r\na=sendrecv\r\nm=audio 4 RTP/AVP 0\r\na=sendonly\r\nm=video 6 RTP/AVP 3\r\n");
  EXPECT_EQ(held,
            "v=0\r\nm=audio 4 RTP/AVP 0\r\na=inactive\r\nm=video 6 RTP/AVP 3\r\na=inactive\r\n");
  EXPECT_EQ(Inactive(held), held);
  EXPECT_EQ(DirectionOf(held), Direction::kInactive);
}

TEST(SdpText, AnAnswerThatSaysNotNow) {
  EXPECT_EQ(
      InactiveAnswer("v=0\r\nc=IN IP6 2001:db8::1\r\nm=audio 4/2 RTP/AVP 0\r\na=candidate:1\r\n"
                     "m=video 0 RTP/AVP 3\r\na=ice-ufrag:x\r\n"),
      "v=0\r\nc=IN IP6 ::\r\nm=audio 9 RTP/AVP 0\r\na=inactive\r\nm=video 0 RTP/AVP 3\r\n"
      "a=inactive\r\n");
}

TEST(SdpText, ItsOriginIsOurs) {
  const std::string ours = WithOrigin(kSdp, {7, 2, "::1"});
  EXPECT_NE(ours.find("o=wissel 7 2 IN IP6 ::1\r\n"), std::string::npos);
  EXPECT_EQ(ours.find("o=a"), std::string::npos);
  EXPECT_EQ(WithoutOrigin(ours), WithoutOrigin(kSdp));
}

}  // namespace
}  // namespace wissel::voice
