// What the HTTP door bears: too much, too slow, malformed, too many.
#include <chrono>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/gateway_support/http_fixture.h"

namespace wissel::gateway {
namespace {

using ::testing::HasSubstr;

constexpr char kCreate[] = "/wissel.v1.WorkService/CreateWorkItem";
constexpr char kTopics[] = "/wissel.v1.CustomerChatService/ListChatTopics";

class GatewayHttpLimits : public HttpFixture {};

TEST_F(GatewayHttpLimits, ABodyOf100MegabytesIsRefusedByItsHeader) {
  Open();
  HttpClient client(door_->port());
  client.Send(
      "POST " + std::string(kCreate) +
      " HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nAuthorization: Bearer " +
      manager_ + "\r\nContent-Length: 100000000\r\n\r\n");
  const std::string megabyte(1 << 20, ' ');
  for (int i = 0; i < 100 && client.Send(megabyte); ++i) {
  }
  const auto reply = client.Read();
  EXPECT_EQ(reply.status, 413);
  EXPECT_THAT(reply.body, HasSubstr("resource_exhausted"));
  EXPECT_THAT(reply.body, HasSubstr("at most 4194304 bytes"));
  EXPECT_EQ(world_.calls("wissel.v1.WorkService.CreateWorkItem"), 0);
}

TEST_F(GatewayHttpLimits, AChunkedBodyIsMeasuredAsItComes) {
  Open();
  HttpClient client(door_->port());
  client.Send(
      "POST " + std::string(kCreate) +
      " HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nAuthorization: Bearer " +
      manager_ + "\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "100000\r\n" + std::string(1 << 20, ' ') + "\r\n";
  for (int i = 0; i < 10 && client.Send(chunk); ++i) {
  }
  EXPECT_EQ(client.Read().status, 413);
}

TEST_F(GatewayHttpLimits, CallersWithoutARoleHaveSmallBodies) {
  Open();
  HttpClient client(door_->port());
  EXPECT_EQ(client.Post(kTopics, kJson, "{}" + std::string(1000, ' ')).status, 200);
  EXPECT_EQ(client.Post(kTopics, kJson, "{}" + std::string(100'000, ' ')).status, 413);
  HttpClient other(door_->port());
  EXPECT_EQ(other.Post(kCreate, kJson, "{}" + std::string(100'000, ' '), manager_).status, 200);
}

TEST_F(GatewayHttpLimits, ARefusedCallKeepsTheConnectionWhenItsBodyIsShort) {
  Open();
  HttpClient client(door_->port());
  EXPECT_EQ(client.Post(kCreate, kJson, R"({"requestId":"a"})").status, 401);
  EXPECT_EQ(client.Post(kCreate, kJson, R"({"requestId":"a"})", manager_).status, 200);
}

TEST_F(GatewayHttpLimits, ExpectContinueIsAnswered) {
  Open();
  HttpClient client(door_->port());
  client.Send(
      "POST " + std::string(kCreate) +
      " HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nAuthorization: Bearer " +
      manager_ + "\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.ReadHead().status, 100);
  client.Send("{}");
  EXPECT_EQ(client.Read().status, 200);
}

TEST_F(GatewayHttpLimits, AFloodOfHeadersIsRefused) {
  Open();
  HttpClient many(door_->port());
  std::string request = "GET /livez HTTP/1.1\r\nHost: test\r\n";
  for (int i = 0; i < 2000; ++i) request += "X-Flood-" + std::to_string(i) + ": 1\r\n";
  many.Send(request + "\r\n");
  EXPECT_EQ(many.Read().status, 431);
  HttpClient large(door_->port());
  large.Send("GET /livez HTTP/1.1\r\nHost: test\r\nX-Flood: " + std::string(60'000, 'x') +
             "\r\n\r\n");
  EXPECT_EQ(large.Read().status, 431);
  HttpClient endless(door_->port());
  endless.Send("GET /" + std::string(60'000, 'x'));
  EXPECT_EQ(endless.Read().status, 431);
}

TEST_F(GatewayHttpLimits, MalformedRequestsAreRefusedAndTheConnectionEnds) {
  Open();
  const char* requests[] = {
      "HELO test\r\n\r\n",
      "GET /livez HTTP/3.0\r\nHost: test\r\n\r\n",
      "GET /livez\r\n\r\n",
      "GET  /livez HTTP/1.1\r\nHost: test\r\n\r\n",
      "GET /livez HTTP/1.1\r\nHost : test\r\n\r\n",
      "GET /livez HTTP/1.1\r\nHost: t\xffst\r\n\r\n",
      "GET /livez HTTP/1.1\r\nHost: test\r\nno colon\r\n\r\n",
      "POST /livez HTTP/1.1\r\nHost: test\r\nContent-Length: -1\r\n\r\n",
      "POST /livez HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
      "POST /livez HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\nTransfer-Encoding: "
      "chunked\r\n\r\n0\r\n\r\n",
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
  };
  for (const char* request : requests) {
    HttpClient client(door_->port());
    client.Send(request);
    const auto reply = client.Read();
    EXPECT_EQ(reply.status, 400) << request;
    EXPECT_THAT(reply.body, HasSubstr("invalid_argument")) << request;
    client.Send("\r\n");
    EXPECT_TRUE(client.WaitForEnd()) << request;
  }
  for (const char* request :
       {"GET /livez HTTP/1.1\r\n\r\n", "GET livez HTTP/1.1\r\nHost: t\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: test\r\n\r\n",
        "GET http://test/livez HTTP/1.1\r\nHost: test\r\n\r\n"}) {
    HttpClient client(door_->port());
    client.Send(request);
    EXPECT_EQ(client.Read().status, 400) << request;
  }
}

TEST_F(GatewayHttpLimits, ARequestThatNeverEndsLosesTheConnection) {
  HttpDoorOptions options;
  options.header_timeout = Duration::Millis(60);
  options.body_timeout = Duration::Millis(60);
  options.idle_timeout = Duration::Millis(60);
  Open(options);
  HttpClient silent(door_->port());
  HttpClient half_header(door_->port());
  half_header.Send("POST /livez HTTP/1.1\r\nHost: te");
  HttpClient half_body(door_->port());
  half_body.Send("POST " + std::string(kCreate) +
                 " HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nAuthorization: "
                 "Bearer " +
                 manager_ + "\r\nContent-Length: 10\r\n\r\n{");
  // A byte now and then does not buy more time.
  HttpClient slow(door_->port());
  slow.Send("GET /livez HTTP/1.1\r\nX: ");
  while (slow.Send("x")) {
    if (HttpClient(door_->port()).Get("/livez").status != 200) break;
  }
  EXPECT_TRUE(silent.WaitForEnd());
  EXPECT_TRUE(half_header.WaitForEnd());
  EXPECT_TRUE(half_body.WaitForEnd());
  EXPECT_TRUE(slow.WaitForEnd());
}

TEST_F(GatewayHttpLimits, ConnectionsBeyondTheLimitAreTurnedAway) {
  HttpDoorOptions options;
  options.max_connections = 3;
  Open(options);
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<HttpClient>(door_->port()));
    ASSERT_EQ(clients.back()->Get("/livez").status, 200);
  }
  {
    HttpClient refused(door_->port());
    const auto reply = refused.Read();
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.headers.at("retry-after"), "5");
  }
  clients.pop_back();
  int status = 503;
  while (status != 200) {
    HttpClient again(door_->port());
    status = again.Get("/livez").status;
  }
}

TEST_F(GatewayHttpLimits, AnAddressThatCannotBeHadIsAnError) {
  Open();
  HttpDoorOptions taken;
  taken.port = door_->port();
  const HttpContent content{.methods = &world_.methods(), .authenticate = world_.authenticate()};
  EXPECT_EQ(HttpDoor::Open(taken, content).status().code(), absl::StatusCode::kUnavailable);
  HttpDoorOptions nonsense;
  nonsense.host = "nowhere";
  EXPECT_EQ(HttpDoor::Open(nonsense, content).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace wissel::gateway
