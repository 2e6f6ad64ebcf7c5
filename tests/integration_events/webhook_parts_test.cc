// The pure parts of webhooks: signatures, what follows from an attempt, where nothing is sent to.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>
#include <set>

#include "base/status.h"
#include "fmt/format.h"
#include "integration/webhooks/addresses.h"
#include "integration/webhooks/schedule.h"
#include "integration/webhooks/signature.h"

namespace wissel::webhooks {
namespace {

// The example that every library of Standard Webhooks is tested with.
constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr char kId[] = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr char kBody[] = R"({"test": 2432232314})";
constexpr char kSignature[] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

TEST(Signature, IsThatOfTheReference) {
  EXPECT_EQ(SignatureHeader(kSecret, "", kId, 1614265330, kBody), kSignature);
}

TEST(Signature, DependsOnEveryPart) {
  std::set<std::string> seen = {kSignature};
  EXPECT_TRUE(seen.insert(SignatureHeader(kSecret, "", "msg_other", 1614265330, kBody)).second);
  EXPECT_TRUE(seen.insert(SignatureHeader(kSecret, "", kId, 1614265331, kBody)).second);
  EXPECT_TRUE(seen.insert(SignatureHeader(kSecret, "", kId, 1614265330, "{}")).second);
  EXPECT_TRUE(seen.insert(SignatureHeader(NewSecret(), "", kId, 1614265330, kBody)).second);
}

TEST(Signature, IsGivenTwiceWhileASecretIsRotated) {
  const std::string fresh = NewSecret();
  EXPECT_EQ(SignatureHeader(fresh, kSecret, kId, 1614265330, kBody),
            SignatureHeader(fresh, "", kId, 1614265330, kBody) + " " + kSignature);
}

TEST(Signature, SecretsHaveTheFormOfTheSpecification) {
  const std::string secret = NewSecret();
  EXPECT_EQ(secret.rfind("whsec_", 0), 0u);
  EXPECT_EQ(secret.size(), 6u + 32u) << "24 bytes in base64";
  EXPECT_NE(secret, NewSecret());
}

TEST(Schedule, IsThatOfStandardWebhooks) {
  const std::vector<Duration> delays = StandardDelays();
  Duration sum;
  int failed = 0;
  while (true) {
    const Next next = AfterAttempt({.http_status = 500}, ++failed, delays, 0);
    if (next.verdict == Verdict::kDead) break;
    ASSERT_EQ(next.verdict, Verdict::kRetry);
    sum += next.wait;
  }
  EXPECT_EQ(failed, 10);
  EXPECT_EQ(sum.millis(), Duration::Hours(75).millis() + Duration::Minutes(35).millis() +
                              Duration::Seconds(5).millis());
}

TEST(Schedule, LuckAddsUpToATenth) {
  const std::vector<Duration> delays = {Duration::Seconds(100)};
  EXPECT_EQ(AfterAttempt({}, 1, delays, 0).wait, Duration::Seconds(100));
  EXPECT_EQ(AfterAttempt({}, 1, delays, 0.5).wait, Duration::Seconds(105));
  EXPECT_EQ(AfterAttempt({}, 1, delays, 1).wait, Duration::Seconds(110));
}

TEST(Schedule, AnswersMeanWhatHttpSays) {
  const auto verdict = [](int status) {
    return AfterAttempt({.http_status = status}, 1, StandardDelays(), 0).verdict;
  };
  for (int good : {200, 201, 202, 204, 299}) EXPECT_EQ(verdict(good), Verdict::kDelivered) << good;
  for (int bad : {0, 100, 199, 301, 302, 307, 308, 400, 401, 404, 429, 500, 502, 503, 504}) {
    EXPECT_EQ(verdict(bad), Verdict::kRetry) << bad;
  }
  EXPECT_EQ(verdict(410), Verdict::kGone);
}

TEST(Schedule, WaitsAsLongAsItIsAsked) {
  const auto wait = [](int status, Duration retry_after) {
    return AfterAttempt({status, retry_after}, 1, {Duration::Seconds(5)}, 0).wait;
  };
  EXPECT_EQ(wait(429, Duration::Minutes(2)), Duration::Minutes(2));
  EXPECT_EQ(wait(503, Duration::Minutes(2)), Duration::Minutes(2));
  EXPECT_EQ(wait(503, Duration::Seconds(1)), Duration::Seconds(5)) << "never sooner";
  EXPECT_EQ(wait(503, Duration::Days(400)), Duration::Hours(24)) << "a day at most";
  EXPECT_EQ(wait(500, Duration::Minutes(2)), Duration::Seconds(5)) << "not of another status";
}

bool IsPublicText(const std::string& text) {
  sockaddr_storage storage = {};
  if (text.find(':') == std::string::npos) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    v4.sin_family = AF_INET;
    EXPECT_EQ(inet_pton(AF_INET, text.c_str(), &v4.sin_addr), 1) << text;
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    v6.sin6_family = AF_INET6;
    EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr), 1) << text;
  }
  return IsPublic(reinterpret_cast<const sockaddr&>(storage));
}

TEST(Addresses, OfTheWorldArePublic) {
  for (const char* address :
       {"1.1.1.1",           "8.8.8.8",          "9.255.255.255",        "11.0.0.0",
        "100.63.255.255",    "100.128.0.0",      "126.255.255.255",      "128.0.0.0",
        "169.253.255.255",   "169.255.0.0",      "172.15.255.255",       "172.32.0.0",
        "192.0.1.0",         "192.167.255.255",  "192.169.0.0",          "198.17.255.255",
        "198.20.0.0",        "223.255.255.255",  "2001:4860:4860::8888", "2606:4700::1111",
        "2a00:1450:4001::1", "64:ff9b::808:808", "2002:808:808::1"}) {
    EXPECT_TRUE(IsPublicText(address)) << address;
  }
}

TEST(Addresses, OfNetworksOfTheirOwnAreNot) {
  for (const char* address : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "10.255.255.255",
                              "100.64.0.0",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.255.255",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.1",
                              "192.0.2.1",
                              "192.88.99.1",
                              "192.168.0.1",
                              "192.168.255.255",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.1",
                              "203.0.113.1",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::ffff:10.0.0.1",
                              "::ffff:8.8.8.8",
                              "::10.0.0.1",
                              "::ffff:127.0.0.1",
                              "64:ff9b::a00:1",
                              "64:ff9b::7f00:1",
                              "64:ff9b:1::1",
                              "100::1",
                              "2001::1",
                              "2001:10::1",
                              "2001:1ff:ffff::1",
                              "2001:db8::1",
                              "3fff::1",
                              "2002:a00:1::",
                              "2002:7f00:1::",
                              "2002:c0a8:1::1",
                              "fc00::1",
                              "fdff:ffff::1",
                              "fe80::1",
                              "febf::1",
                              "fec0::1",
                              "ff02::1",
                              "ff0e::1",
                              "4000::1"}) {
    EXPECT_FALSE(IsPublicText(address)) << address;
  }
  sockaddr other = {};
  other.sa_family = AF_UNIX;
  EXPECT_FALSE(IsPublic(other));
}

TEST(Addresses, AreRefusedHoweverTheyAreWritten) {
  for (const char* host : {"127.0.0.1",       "127.1",      "0",
                           "2130706433",      "0x7f000001", "0x7f.1",
                           "017700000001",    "10.1",       "169.254.169.254",
                           "[::1]",           "[::]",       "[::ffff:127.0.0.1]",
                           "[::ffff:7f00:1]", "[fd00::1]",  "[fe80::1]",
                           "localhost",       "LOCALHOST",  "a.localhost",
                           "127.0.0.1:8080",  "[::1]:80"}) {
    const absl::Status status = CheckUrl(fmt::format("https://{}/hook", host), false, "url");
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << host << status;
    EXPECT_EQ(FieldAtFault(status), "url");
  }
}

TEST(Urls, OfTheWebAreTaken) {
  for (const char* url :
       {"https://example.org", "https://example.org:8443/a/b?c=d&e=%20",
        "https://xn--caf-dma.example/", "https://1.1.1.1/hook", "https://[2606:4700::1111]/hook"}) {
    EXPECT_TRUE(CheckUrl(url, false, "url").ok()) << url << CheckUrl(url, false, "url");
  }
  for (const char* url : {"http://127.0.0.1:9000/x", "https://10.0.0.1/", "http://receiver"}) {
    EXPECT_TRUE(CheckUrl(url, true, "url").ok()) << url;
  }
}

TEST(Urls, OfAnythingElseAreRefused) {
  for (const char* url :
       {"", "example.org", "//example.org", "http://example.org", "ftp://example.org",
        "file:///etc/passwd", "gopher://example.org", "https://", "https://:443/",
        "https://user@example.org/", "https://user:word@example.org/", "https://example.org/#top",
        "https://example.org/a b", "https://example.org/\r\nX-Evil: 1", "https://exa\tmple.org",
        "javascript:alert(1)", "https://example.org:99999/", "https://example.org/\x01"}) {
    EXPECT_EQ(CheckUrl(url, false, "url").code(), absl::StatusCode::kInvalidArgument) << url;
  }
  EXPECT_FALSE(CheckUrl("https://example.org/" + std::string(2000, 'x'), false, "url").ok());
  EXPECT_FALSE(CheckUrl("ftp://10.0.0.1/", true, "url").ok());
}

}  // namespace
}  // namespace wissel::webhooks
