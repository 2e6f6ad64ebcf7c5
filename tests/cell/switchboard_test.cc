// Two nodes in one process, each with doors of its own; a center that is served by one of them, or
// by none.
#include "server/cell/switchboard.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include "fmt/format.h"
#include "gateway/grpc_door.h"
#include "gateway/http_door.h"
#include "gateway/sign_in/tokens.h"
#include "server/center/hosted_center.h"
#include "tests/gateway_support/http_client.h"
#include "tests/security/certificates.h"
#include "wissel/v1/config.grpc.pb.h"

namespace wissel::server {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr char kTenant[] = "acme";

std::shared_ptr<ServedCenter> OpenCenter(const std::string& key) {
  HostedOptions options;
  options.center.version = "test";
  options.token_keys = sign_in::AlwaysKeys({key, ""});
  options.tenant = kTenant;
  options.demo = true;
  sign_in::DemoUser anna;
  anna.user.name = "anna";
  anna.user.display_name = "Anna";
  anna.password = "demo";
  anna.user.roles.Add(rpc::Role::kAdmin);
  options.demo_users.push_back(anna);
  auto hosted = HostedCenter::Open(std::move(options));
  EXPECT_TRUE(hosted.ok()) << hosted.status();
  return std::make_shared<ServedCenter>(kTenant, 1, *std::move(hosted));
}

// A node: a switchboard between its doors and the places that the test gives it.
class Node {
 public:
  explicit Node(const std::string& key, Duration patience = Duration::Seconds(30),
                std::optional<gateway::GrpcTls> tls = std::nullopt) {
    any_ = *sign_in::Tokens::WithKeys(sign_in::AlwaysKeys({key, ""}), true,
                                      sign_in::SystemWallClock, nullptr, sign_in::kOfAnyTenant);
    SwitchboardOptions options;
    options.tenant_of = [](const rpc::Context& context) -> absl::StatusOr<std::string> {
      if (context.tenant == "omega") return absl::NotFoundError("there is no center omega");
      return kTenant;
    };
    options.way_to = [this](const std::string&) {
      std::lock_guard lock(mutex_);
      ++asked_;
      return way_;
    };
    options.peers = {.key = "the key of the cell", .tls = tls};
    options.patience = patience;
    switchboard_ = std::make_unique<Switchboard>(std::move(options));
    const rpc::Authenticate authenticate =
        [this](std::string_view token) -> absl::StatusOr<rpc::Caller> {
      WISSEL_ASSIGN_OR_RETURN(const rpc::Caller caller, any_->Verify(token));
      const std::shared_ptr<ServedCenter> here = way().here;
      return here == nullptr ? caller : here->hosted().Verify(token);
    };
    gateway::GrpcDoorOptions grpc;
    grpc.peer_key = "the key of the cell";
    grpc.tls = tls;
    grpc_ = *gateway::GrpcDoor::Open(grpc, switchboard_->methods(), authenticate);
    gateway::HttpContent content;
    content.methods = &switchboard_->methods();
    content.authenticate = authenticate;
    http_ = *gateway::HttpDoor::Open({}, std::move(content));
  }
  ~Node() {
    switchboard_->GiveUp();
    http_->Stop(Duration());
    grpc_->Stop(Duration());
  }

  Way way() {
    std::lock_guard lock(mutex_);
    return way_;
  }
  void Set(Way way) {
    std::lock_guard lock(mutex_);
    way_ = std::move(way);
  }
  std::string address() const { return fmt::format("127.0.0.1:{}", grpc_->port()); }
  uint16_t http() const { return http_->port(); }
  void WaitUntilAsked(int times) {
    for (;;) {
      {
        std::lock_guard lock(mutex_);
        if (asked_ >= times) return;
      }
      std::this_thread::yield();
    }
  }

 private:
  std::mutex mutex_;
  Way way_;
  int asked_ = 0;
  std::unique_ptr<sign_in::Tokens> any_;
  std::unique_ptr<Switchboard> switchboard_;
  std::unique_ptr<gateway::GrpcDoor> grpc_;
  std::unique_ptr<gateway::HttpDoor> http_;
};

gateway::HttpReplyText Post(const Node& node, const std::string& method, const std::string& body,
                            const std::string& headers = "") {
  gateway::HttpClient client(node.http());
  client.Send(
      fmt::format("POST /wissel.v1.{} HTTP/1.1\r\nHost: localhost\r\n"
                  "Content-Type: application/json\r\nContent-Length: {}\r\n{}\r\n{}",
                  method, body.size(), headers, body));
  return client.Read();
}

class SwitchboardTest : public ::testing::Test {
 protected:
  void SetUp() override {
    key_ = sign_in::TokenKeys::New().signing;
    center_ = OpenCenter(key_);
    token_ = "Authorization: Bearer " + Token(rpc::Role::kAdmin) + "\r\n";
  }
  void TearDown() override { center_->hosted().Stop(); }

  std::string Token(rpc::Role role) const {
    const auto tokens = *sign_in::Tokens::WithKeys(sign_in::AlwaysKeys({key_, ""}), true,
                                                   sign_in::SystemWallClock, nullptr, kTenant);
    rpc::Caller caller{.user = "users/test"};
    caller.roles.Add(role);
    return tokens->Make(caller, Duration::Hours(1)).text;
  }

  std::string key_;
  std::shared_ptr<ServedCenter> center_;
  std::string token_;
};

TEST_F(SwitchboardTest, EitherNodeAnswersForTheCenterOfOne) {
  Node a(key_);
  Node b(key_);
  a.Set({center_, ""});
  b.Set({nullptr, a.address()});
  const auto created = Post(b, "ConfigService/CreateSkill",
                            R"({"skill": {"displayName": "Dutch"}, "skillId": "nl"})", token_);
  EXPECT_EQ(created.status, 200) << created.body;
  const auto seen = Post(a, "ConfigService/GetSkill", R"({"name": "skills/nl"})", token_);
  EXPECT_THAT(seen.body, HasSubstr("Dutch"));
  // A refusal comes word by word, with its field.
  for (const Node* node : {&a, &b}) {
    const auto wrong = Post(*node, "ConfigService/CreateSkill",
                            R"({"skill": {"displayName": "Dutch"}, "skillId": "N L"})", token_);
    EXPECT_EQ(wrong.status, 400);
    EXPECT_THAT(wrong.body, HasSubstr("skillId"));
    const auto nobody = Post(*node, "ConfigService/GetSkill", R"({"name": "skills/nl"})");
    EXPECT_EQ(nobody.status, 401);
    const auto role = Post(*node, "ConfigService/CreateSkill", R"({"skillId": "fr"})",
                           "Authorization: Bearer " + Token(rpc::Role::kPlanner) + "\r\n");
    EXPECT_EQ(role.status, 403);
    EXPECT_EQ(Post(*node, "ConfigService/GetSkill", R"({"name": "skills/nl"})",
                   "Authorization: Bearer forged\r\n")
                  .status,
              401);
    EXPECT_EQ(Post(*node, "ConfigService/GetSkill", R"({"name": "skills/nl"})",
                   token_ + "Wissel-Tenant: omega\r\n")
                  .status,
              404);
  }
}

TEST_F(SwitchboardTest, ABrowserSignsInThroughTheOtherNode) {
  Node a(key_);
  Node b(key_);
  a.Set({center_, ""});
  b.Set({nullptr, a.address()});
  const auto signed_in = Post(b, "AuthService/SignInUser",
                              R"({"user": "anna", "password": "demo", "browserSession": true})",
                              "Origin: http://localhost\r\n");
  ASSERT_EQ(signed_in.status, 200) << signed_in.body;
  const std::string cookie = signed_in.headers.at("set-cookie");
  ASSERT_THAT(cookie, HasSubstr("__Host-wissel="));
  const std::string browser =
      fmt::format("Cookie: {}\r\nOrigin: http://localhost\r\n", cookie.substr(0, cookie.find(';')));
  EXPECT_THAT(Post(b, "AuthService/GetCurrentUser", "{}", browser).body, HasSubstr("Anna"));
  const auto signed_out = Post(b, "AuthService/SignOutUser", "{}", browser);
  EXPECT_EQ(signed_out.status, 200) << signed_out.body;
  EXPECT_THAT(signed_out.headers.at("set-cookie"), HasSubstr("Max-Age=0"));
  for (const Node* node : {&a, &b}) {
    EXPECT_EQ(Post(*node, "AuthService/GetCurrentUser", "{}", browser).status, 401);
  }
}

TEST_F(SwitchboardTest, ACallWaitsForWhoWillServe) {
  Node a(key_);
  Node b(key_);
  a.Set({center_, ""});
  auto waits = std::async(std::launch::async,
                          [&] { return Post(b, "ConfigService/ListSkills", "{}", token_).status; });
  b.WaitUntilAsked(3);
  b.Set({nullptr, a.address()});
  EXPECT_EQ(waits.get(), 200);

  // A center that is being closed lets nobody in; who comes meanwhile waits as well.
  center_->Close(Duration());
  auto late = std::async(std::launch::async,
                         [&] { return Post(a, "ConfigService/ListSkills", "{}", token_).status; });
  a.WaitUntilAsked(3);
  a.Set({OpenCenter(key_), ""});
  EXPECT_EQ(late.get(), 200);
}

TEST_F(SwitchboardTest, WhoHasJustGivenItAwaySendsNobodyAstray) {
  Node a(key_);
  Node b(key_);
  Node c(key_);
  c.Set({center_, ""});
  a.Set({nullptr, c.address()});  // it knows better than b
  b.Set({nullptr, a.address()});
  auto waits = std::async(std::launch::async,
                          [&] { return Post(b, "ConfigService/ListSkills", "{}", token_).status; });
  a.WaitUntilAsked(2);  // asked by b again and again, it never asks c for it
  b.Set({nullptr, c.address()});
  EXPECT_EQ(waits.get(), 200);
}

TEST_F(SwitchboardTest, PatienceEnds) {
  Node a(key_, Duration::Millis(100));
  const auto refused = Post(a, "ConfigService/ListSkills", "{}", token_);
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, HasSubstr("no server serves the center acme"));
}

TEST_F(SwitchboardTest, AStreamComesThroughAndEndsWithItsCaller) {
  Node a(key_);
  Node b(key_);
  a.Set({center_, ""});
  b.Set({nullptr, a.address()});
  const std::string empty("\0\0\0\0\2{}", 7);
  {
    gateway::HttpClient client(b.http());
    client.Send(
        fmt::format("POST /wissel.v1.LiveService/WatchLive HTTP/1.1\r\nHost: localhost\r\n"
                    "Content-Type: application/connect+json\r\nContent-Length: {}\r\n{}\r\n{}",
                    empty.size(), token_, empty));
    ASSERT_EQ(client.ReadHead().status, 200);
    const auto first = client.ReadChunk();
    ASSERT_TRUE(first);
    EXPECT_THAT(*first, HasSubstr("snapshot"));
  }
  // The center goes: its streams end at whoever reads them.
  gateway::HttpClient client(b.http());
  client.Send(
      fmt::format("POST /wissel.v1.LiveService/WatchLive HTTP/1.1\r\nHost: localhost\r\n"
                  "Content-Type: application/connect+json\r\nContent-Length: {}\r\n{}\r\n{}",
                  empty.size(), token_, empty));
  ASSERT_EQ(client.ReadHead().status, 200);
  ASSERT_TRUE(client.ReadChunk());
  center_->Close(Duration::Seconds(5));
  center_->hosted().Stop();
  std::string last;
  while (auto chunk = client.ReadChunk()) {
    if (chunk->empty()) break;
    last = *chunk;
  }
  EXPECT_THAT(last, HasSubstr("unavailable"));
}

TEST_F(SwitchboardTest, NodesKnowEachOtherByTheirCertificates) {
  security_testing::Certificates made(fs::path(::testing::TempDir()) / "wissel_cell_tls");
  const auto ca = made.MakeCa("ca");
  const auto other_ca = made.MakeCa("other");
  const auto tls = [&](const std::string& name, const security_testing::Pair& signer) {
    const auto pair = made.Make(name, signer);
    return gateway::GrpcTls{pair.certificate, pair.key, ca.certificate};
  };
  Node a(key_, Duration::Seconds(30), tls("a", ca));
  Node b(key_, Duration::Seconds(30), tls("b", ca));
  Node stranger(key_, Duration::Millis(500), tls("stranger", other_ca));
  a.Set({center_, ""});
  b.Set({nullptr, a.address()});
  stranger.Set({nullptr, a.address()});
  EXPECT_EQ(Post(b, "ConfigService/ListSkills", "{}", token_).status, 200);
  EXPECT_EQ(Post(stranger, "ConfigService/ListSkills", "{}", token_).status, 503);
}

TEST_F(SwitchboardTest, NobodyPassesForANodeWithoutTheKey) {
  Node a(key_, Duration::Millis(100));
  a.Set({nullptr, "127.0.0.1:1"});  // a call that a node had passed on would be refused as astray
  const auto stub = v1::ConfigService::NewStub(
      grpc::CreateChannel(a.address(), grpc::InsecureChannelCredentials()));
  const auto ask = [&](const std::string& key) {
    grpc::ClientContext context;
    context.AddMetadata("wissel-peer-key", key);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    v1::ListSkillsResponse response;
    return stub->ListSkills(&context, {}, &response).error_message();
  };
  EXPECT_THAT(ask("the key of the cell"), HasSubstr("not served here now"));
  EXPECT_THAT(ask("the key of the cel"), ::testing::Not(HasSubstr("not served here now")));
}

}  // namespace
}  // namespace wissel::server
