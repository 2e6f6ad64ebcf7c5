// The cookie of a browser that is signed in: when the HTTP door takes it for a token.
#include <string>

#include "fmt/format.h"
#include "gateway/cookies.h"
#include "gateway/http_text.h"
#include "gmock/gmock.h"
#include "tests/gateway_support/http_fixture.h"

namespace wissel::gateway {
namespace {

constexpr char kGet[] = "/wissel.v1.WorkService/GetWorkItem";
constexpr char kBody[] = R"({"name":"workItems/7"})";

class BrowserSession : public HttpFixture {
 protected:
  void OpenAt(const std::string& public_url) {
    auto door = HttpDoor::Open({}, {.methods = &world_.methods(),
                                    .authenticate = world_.authenticate(),
                                    .public_url = public_url});
    ASSERT_TRUE(door.ok()) << door.status();
    door_ = *std::move(door);
  }

  HttpReplyText Ask(const std::string& headers, const std::string& token = "") {
    HttpClient client(door_->port());
    return client.Post(kGet, kJson, kBody, token, headers);
  }

  std::string cookie(const std::string& token) {
    return "Cookie: a=b; __Host-wissel=" + token + "; c=d\r\n";
  }
  // As the test client's Host header names it.
  std::string own_origin() { return "Origin: http://test\r\n"; }
};

TEST_F(BrowserSession, ACookieIsATokenForPagesOfThisServer) {
  OpenAt("");
  const std::string good = cookie(agent_) + own_origin();
  EXPECT_EQ(Ask(good).status, 200);
  EXPECT_EQ(Ask(good + "Sec-Fetch-Site: same-origin\r\n").status, 200);
  EXPECT_EQ(Ask(good + "Wissel-User: users/test\r\n").status, 200);
  EXPECT_EQ(Ask(cookie("forged") + own_origin()).status, 401);
  EXPECT_EQ(Ask(cookie("") + own_origin()).status, 401);
  EXPECT_EQ(Ask(own_origin()).status, 401);
}

TEST_F(BrowserSession, ACookieFromElsewhereChangesNothing) {
  OpenAt("");
  for (const char* from :
       {"", "Origin: null\r\n", "Origin: http://evil.example\r\n", "Origin: http://test:81\r\n",
        "Origin: http://test.evil.example\r\n", "Origin: file://\r\n",
        "Origin: http://test\r\nSec-Fetch-Site: cross-site\r\n",
        "Origin: http://test\r\nSec-Fetch-Site: same-site\r\n",
        "Origin: http://test\r\nSec-Fetch-Site: none\r\n"}) {
    EXPECT_EQ(Ask(cookie(agent_) + from).status, 403) << from;
  }
  EXPECT_EQ(world_.calls("wissel.v1.WorkService.GetWorkItem"), 0);
}

TEST_F(BrowserSession, TwoCookiesOrSomebodyElsesCountForNothing) {
  OpenAt("");
  EXPECT_EQ(Ask(cookie(agent_ + "; __Host-wissel=" + manager_) + own_origin()).status, 401);
  EXPECT_EQ(Ask(cookie(agent_) + own_origin() + "Wissel-User: users/bert\r\n").status, 401);
  // A program's own token goes first, good or bad.
  EXPECT_EQ(Ask(cookie("forged"), agent_).status, 200);
  EXPECT_EQ(Ask(cookie(agent_) + own_origin(), "forged").status, 401);
}

TEST_F(BrowserSession, BehindAProxyOnlyItsAddressCounts) {
  OpenAt("https://contact.example.org");
  EXPECT_EQ(Ask(cookie(agent_) + "Origin: https://contact.example.org\r\n").status, 200);
  for (const char* other :
       {"http://test", "http://contact.example.org", "https://contact.example.org:8443",
        "https://CONTACT.example.org", "https://contact.example.org.evil.example"}) {
    EXPECT_EQ(Ask(cookie(agent_) + fmt::format("Origin: {}\r\n", other)).status, 403) << other;
  }
  HttpClient client(door_->port());
  EXPECT_EQ(client.Get("/livez").headers.at("strict-transport-security"), "max-age=31536000");
}

TEST_F(BrowserSession, ARequestWhoseEndNobodyCanTellIsTheLastOne) {
  OpenAt("");
  HttpClient client(door_->port());
  client.Send(
      fmt::format("POST {} HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
                  "Authorization: Bearer {}\r\nTransfer-Encoding: xchunked\r\n\r\n"
                  "GET /livez HTTP/1.1\r\nHost: test\r\n\r\n",
                  kGet, agent_));
  EXPECT_EQ(client.Read().status, 400);
  EXPECT_TRUE(client.WaitForEnd());
}

TEST(Cookies, AreReadByTheirWholeName) {
  EXPECT_EQ(CookieNamed("a=1; __Host-wissel=x.y-z_", kSessionCookie), "x.y-z_");
  EXPECT_EQ(CookieNamed("__Host-wissel=", kSessionCookie), "");
  EXPECT_FALSE(CookieNamed("", kSessionCookie));
  EXPECT_FALSE(CookieNamed("__Host-wissel", kSessionCookie));
  EXPECT_FALSE(CookieNamed("x__Host-wissel=1; __Host-wissel2=2; __host-wissel=3", kSessionCookie));
  EXPECT_EQ(CookieText(kSessionCookie, "t", Duration::Hours(1), SameSite::kStrict),
            "__Host-wissel=t; Path=/; Max-Age=3600; Secure; HttpOnly; SameSite=Strict");
}

TEST(ClientBehindAProxy, IsTheLastEntryOfATrustedOneAlone) {
  const std::vector<std::string> proxies = {"10.0.0.7"};
  EXPECT_EQ(ClientBehind(proxies, "10.0.0.7:5", "1.1.1.1, 192.0.2.9"), "192.0.2.9:0");
  EXPECT_EQ(ClientBehind(proxies, "10.0.0.7:5", "2001:db8::1"), "2001:db8::1:0");
  EXPECT_EQ(ClientBehind(proxies, "10.0.0.8:5", "192.0.2.9"), "10.0.0.8:5");
  EXPECT_EQ(ClientBehind(proxies, "10.0.0.7:5", ""), "10.0.0.7:5");
  EXPECT_EQ(ClientBehind(proxies, "10.0.0.7:5", "192.0.2.9, unknown"), "10.0.0.7:5");
  EXPECT_EQ(ClientBehind({}, "10.0.0.7:5", "192.0.2.9"), "10.0.0.7:5");
  // One behind the other.
  const std::vector<std::string> two = {"10.0.0.7", "10.0.0.8"};
  EXPECT_EQ(ClientBehind(two, "10.0.0.7:5", "1.1.1.1, 192.0.2.9,10.0.0.8"), "192.0.2.9:0");
  EXPECT_EQ(ClientBehind(two, "10.0.0.7:5", "10.0.0.8"), "10.0.0.8:0");
  EXPECT_EQ(ClientBehind(two, "10.0.0.7:5", "x, 10.0.0.8"), "10.0.0.8:0");
}

}  // namespace
}  // namespace wissel::gateway
