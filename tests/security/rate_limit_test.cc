// Who asks too often: by sign-in or by network, at both doors, and nobody else for it.
#include "gateway/rate_limit.h"

#include <grpcpp/grpcpp.h>

#include <string>

#include "base/rpc/peer_network.h"
#include "fmt/format.h"
#include "gateway/error_detail.h"
#include "gateway/grpc_door.h"
#include "gateway/token_buckets.h"
#include "gmock/gmock.h"
#include "tests/gateway_support/http_fixture.h"
#include "wissel/v1/work.grpc.pb.h"

namespace wissel::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

constexpr Criticality kHeld = Criticality::kHeld;
constexpr Criticality kWaiting = Criticality::kWaiting;
constexpr char kGet[] = "/wissel.v1.WorkService/GetWorkItem";
constexpr char kBody[] = R"({"name":"workItems/7"})";

TEST(NetworkOf, IsTheSameHoweverADoorSaysIt) {
  using rpc::NetworkOf;
  EXPECT_EQ(NetworkOf("192.0.2.7:49152"), "192.0.2.7");
  EXPECT_EQ(NetworkOf("ipv4:192.0.2.7:49152"), "192.0.2.7");
  EXPECT_EQ(NetworkOf("::ffff:192.0.2.7:49152"), "192.0.2.7");
  EXPECT_EQ(NetworkOf("ipv6:%5B::ffff:192.0.2.7%5D:49152"), "192.0.2.7");
  for (const char* home : {"2001:db8:1:2::7:49152", "2001:db8:1:2:aaaa:bbbb:cccc:dddd:1",
                           "ipv6:[2001:db8:1:2::9]:5", "ipv6:%5B2001:db8:1:2::9%5D:5"}) {
    EXPECT_EQ(NetworkOf(home), "2001:db8:1:2::/64") << home;
  }
  EXPECT_NE(NetworkOf("2001:db8:1:3::7:49152"), "2001:db8:1:2::/64");
  EXPECT_EQ(NetworkOf("fe80::1%eth0:80"), "fe80::/64");
  EXPECT_EQ(NetworkOf("unix:/run/x"), "unix:/run/x");
  EXPECT_EQ(NetworkOf(""), "");
}

TEST(TokenBuckets, GiveABurstAndThenAPace) {
  TokenBuckets buckets(/*per_second=*/10, /*burst=*/3, /*seed=*/1);
  TokenBuckets::Time now{};
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(buckets.Take("anna", now));
  EXPECT_EQ(buckets.Take("anna", now), milliseconds(100));
  // To ask again in vain costs nothing.
  EXPECT_EQ(buckets.Take("anna", now), milliseconds(100));
  EXPECT_FALSE(buckets.Take("bert", now));
  now += milliseconds(100);
  EXPECT_FALSE(buckets.Take("anna", now));
  EXPECT_TRUE(buckets.Take("anna", now));
  now += seconds(100);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(buckets.Take("anna", now));
  EXPECT_TRUE(buckets.Take("anna", now)) << "no more than a burst is saved up";
}

TEST(TokenBuckets, AFloodOfManyRefusesFewOthers) {
  TokenBuckets buckets(10, 3, 1);
  const TokenBuckets::Time now{};
  for (int i = 0; i < 2'000; ++i) {
    while (!buckets.Take(fmt::format("flood {}", i), now)) continue;
  }
  int refused = 0;
  for (int i = 0; i < 1'000; ++i) {
    if (buckets.Take(fmt::format("other {}", i), now)) ++refused;
  }
  EXPECT_LT(refused, 20);
}

rpc::Caller Signed(const std::string& session) {
  return {.user = "users/anna", .agent = "", .roles = {}, .session = session};
}

TEST(RateLimit, CountsASignInAndAnAddressApart) {
  RateLimit::Time now{};
  RateLimit limit({.per_caller = 2, .per_address = 1, .burst_seconds = 1}, 7, [&] { return now; });
  const auto admits = [&](const rpc::Caller& caller, const char* peer) {
    return limit.Admit(kWaiting, caller, peer).ok();
  };
  EXPECT_TRUE(admits(Signed("a"), "192.0.2.7:1"));
  EXPECT_TRUE(admits(Signed("a"), "192.0.2.8:1"));
  EXPECT_FALSE(admits(Signed("a"), "192.0.2.9:1")) << "wherever it comes from";
  EXPECT_TRUE(admits(Signed("b"), "192.0.2.7:1"));
  EXPECT_TRUE(admits({}, "2001:db8::1:1"));
  const absl::Status refusal = limit.Admit(kWaiting, {}, "2001:db8::2:1");
  EXPECT_EQ(refusal.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(RetryAfterSeconds(refusal), 1);
  EXPECT_TRUE(admits({}, "2001:db8:0:1::1:1"));
  // Held work has more, and its own.
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(limit.Admit(kHeld, Signed("a"), "192.0.2.7:1").ok());
  EXPECT_FALSE(limit.Admit(kHeld, Signed("a"), "192.0.2.7:1").ok());
  EXPECT_THAT(limit.MetricsText(), HasSubstr("wissel_rate_limited_total{by=\"caller\"} 2\n"));
  EXPECT_THAT(limit.MetricsText(), HasSubstr("wissel_rate_limited_total{by=\"address\"} 1\n"));
  now += seconds(1);
  EXPECT_TRUE(admits(Signed("a"), "192.0.2.7:1"));
}

TEST(RateLimit, OfZeroIsNone) {
  RateLimit limit({.per_caller = 0, .per_address = 0}, 7, [] { return RateLimit::Time{}; });
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_TRUE(limit.Admit(kWaiting, Signed("a"), "").ok());
    ASSERT_TRUE(limit.Admit(kWaiting, {}, "192.0.2.7:1").ok());
  }
}

// With a clock that stands, so that two calls are two calls.
class LimitedDoors : public HttpFixture {
 protected:
  void SetUp() override {
    HttpFixture::SetUp();
    auto http = HttpDoor::Open({}, {.methods = &world_.methods(),
                                    .authenticate = world_.authenticate(),
                                    .rate_limit = &limit_,
                                    .trusted_proxies = {"127.0.0.1"}});
    ASSERT_TRUE(http.ok()) << http.status();
    door_ = *std::move(http);
    GrpcDoorOptions options;
    options.rate_limit = &limit_;
    auto grpc = GrpcDoor::Open(options, world_.methods(), world_.authenticate());
    ASSERT_TRUE(grpc.ok()) << grpc.status();
    grpc_ = *std::move(grpc);
  }

  HttpReplyText Ask(const std::string& token, const std::string& headers = "") {
    HttpClient client(door_->port());
    return client.Post(kGet, kJson, kBody, token, headers);
  }

  RateLimit limit_{
      {.per_caller = 2, .per_address = 2, .burst_seconds = 1}, 7, [] { return RateLimit::Time{}; }};
  std::unique_ptr<GrpcDoor> grpc_;
};

TEST_F(LimitedDoors, ShareTheCountOfASignIn) {
  EXPECT_EQ(Ask(agent_).status, 200);
  const auto stub = v1::WorkService::NewStub(grpc::CreateChannel(
      fmt::format("127.0.0.1:{}", grpc_->port()), grpc::InsecureChannelCredentials()));
  const auto get = [&] {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + agent_);
    v1::GetWorkItemRequest request;
    request.set_name("workItems/7");
    v1::WorkItem item;
    const grpc::Status status = stub->GetWorkItem(&context, request, &item);
    return std::pair(status.error_code(), context.GetServerTrailingMetadata().count("retry-after"));
  };
  EXPECT_EQ(get(), std::pair(grpc::StatusCode::OK, size_t{0}));
  EXPECT_EQ(get(), std::pair(grpc::StatusCode::RESOURCE_EXHAUSTED, size_t{1}));
  const auto refused = Ask(agent_);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.at("retry-after"), "1");
  EXPECT_EQ(world_.calls("wissel.v1.WorkService.GetWorkItem"), 2);
}

TEST_F(LimitedDoors, CountTokensThatAreNoneForTheAddressBehindTheProxies) {
  const std::string one = "X-Forwarded-For: 192.0.2.1\r\n";
  EXPECT_EQ(Ask("forged", one).status, 401);
  EXPECT_EQ(Ask("", one).status, 401);
  EXPECT_EQ(Ask("forged", one).status, 429);
  // What a client says of itself before the proxy adds its line counts for nothing.
  EXPECT_EQ(Ask("forged", "X-Forwarded-For: 192.0.2.2\r\n" + one).status, 429);
  EXPECT_EQ(Ask("forged", "X-Forwarded-For: 192.0.2.2, 192.0.2.1\r\n").status, 429);
  EXPECT_EQ(Ask("forged", one + "X-Forwarded-For: 127.0.0.1\r\n").status, 429);
  EXPECT_EQ(Ask("forged", "X-Forwarded-For: 192.0.2.2\r\n").status, 401);
}

}  // namespace
}  // namespace wissel::gateway
