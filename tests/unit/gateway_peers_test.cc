// Calls that one node passes on to the gRPC door of another.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "base/runtime/thread.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/grpc_door.h"
#include "gateway/peer_headers.h"
#include "gateway/peers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway_support/test_world.h"
#include "wissel/v1/work.pb.h"

namespace wissel::gateway {
namespace {

using ::testing::HasSubstr;

constexpr char kKey[] = "the key of the cell";

class PeersTest : public ::testing::Test {
 protected:
  using Answer = std::pair<absl::Status, std::unique_ptr<google::protobuf::Message>>;

  void SetUp() override {
    GrpcDoorOptions options;
    options.peer_key = kKey;
    auto door = GrpcDoor::Open(options, world_.methods(), world_.authenticate());
    ASSERT_TRUE(door.ok()) << door.status();
    door_ = *std::move(door);
    address_ = fmt::format("127.0.0.1:{}", door_->port());
  }

  std::future<Answer> Get(const std::string& name) {
    auto answer = std::make_shared<std::promise<Answer>>();
    rpc::Context context;
    context.tenant = "acme";
    context.peer = "192.0.2.7";
    context.token = TokenOf(rpc::Role::kAgent);
    v1::GetWorkItemRequest request;
    request.set_name(name);
    peers_.Unary(address_, *world_.methods().Find("wissel.v1.WorkService.GetWorkItem"), context,
                 request, [answer](absl::Status status, auto message) {
                   answer->set_value({std::move(status), std::move(message)});
                 });
    return answer->get_future();
  }

  TestWorld world_;
  std::unique_ptr<GrpcDoor> door_;
  std::string address_;
  Peers peers_{{.key = kKey, .tls = std::nullopt}};
};

TEST_F(PeersTest, WhatTheOtherSaysComesWordByWord) {
  const auto [granted, message] = Get("workItems/7").get();
  ASSERT_TRUE(granted.ok()) << granted;
  EXPECT_EQ(static_cast<const v1::WorkItem&>(*message).name(), "workItems/7");
  const auto [refused, none] = Get("workItems/none").get();
  EXPECT_EQ(refused.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(refused.message(), "there is no workItems/none \"\xC3\xA9\"");
  EXPECT_EQ(FieldAtFault(refused), "name");
  EXPECT_FALSE(IsElsewhere(refused));
}

// A door that shuts answers some calls so; nobody has broken them off.
TEST_F(PeersTest, ACallThatTheOtherBreaksOffMayHaveBeenDone) {
  const absl::Status broken_off = Get("workItems/broken-off").get().first;
  EXPECT_EQ(broken_off.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(broken_off.message()), HasSubstr("acme"));
  EXPECT_FALSE(IsElsewhere(broken_off));
  auto answer = Get("workItems/held");
  auto reply = world_.WaitForHeldReply();
  ASSERT_TRUE(reply.has_value());
  Thread stop("stop", [this] { door_->Stop(Duration()); });
  const absl::Status shut = answer.get().first;
  EXPECT_EQ(shut.code(), absl::StatusCode::kUnavailable) << shut;
  EXPECT_FALSE(IsElsewhere(shut));
  (*reply)(v1::WorkItem());
  stop.Join();
}

// A node that was cut off says nothing, and gRPC's own timers may stand still.
TEST_F(PeersTest, ACallIsBrokenOffOnceItsCenterIsElsewhere) {
  auto answer = Get("workItems/held");
  auto reply = world_.WaitForHeldReply();
  ASSERT_TRUE(reply.has_value());
  peers_.BreakOff([](const std::string&, const std::string&) { return true; });
  while (answer.wait_for(std::chrono::milliseconds(10)) != std::future_status::ready) {
    peers_.BreakOff([&](const std::string& tenant, const std::string& address) {
      EXPECT_EQ(tenant, "acme");
      EXPECT_EQ(address, address_);
      return false;
    });
  }
  const absl::Status status = answer.get().first;
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_FALSE(IsElsewhere(status)) << "it may have been done";
  (*reply)(v1::WorkItem());
  EXPECT_TRUE(Get("workItems/7").get().first.ok());
}

// As one that is killed in the middle of a call.
TEST_F(PeersTest, ANodeThatIsGoneOnceItHasTheCallMayHaveDoneIt) {
  const int listening = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in where{
      .sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  socklen_t size = sizeof(where);
  auto* const address = reinterpret_cast<sockaddr*>(&where);
  ASSERT_EQ(::bind(listening, address, size) + ::listen(listening, 8), 0);
  ASSERT_EQ(::getsockname(listening, address, &size), 0);
  address_ = fmt::format("127.0.0.1:{}", ntohs(where.sin_port));
  Thread node("node", [&] {
    const int peer = ::accept(listening, nullptr, nullptr);
    // An empty SETTINGS frame (RFC 9113, section 6.5): now it counts as connected.
    const std::string settings("\0\0\0\4\0\0\0\0\0", 9);
    EXPECT_EQ(::write(peer, settings.data(), settings.size()), 9);
    std::string read;
    char bytes[4096];
    while (read.find("GetWorkItem") == read.npos) {
      const ssize_t count = ::read(peer, bytes, sizeof(bytes));
      if (count <= 0) break;
      read.append(bytes, static_cast<size_t>(count));
    }
    ::close(peer);
    ::close(listening);
  });
  const absl::Status status = Get("workItems/7").get().first;
  node.Join();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_FALSE(IsElsewhere(status)) << status;
}

TEST_F(PeersTest, ANodeThatCannotBeReachedHasDoneNothing) {
  door_->Stop(Duration());
  EXPECT_TRUE(IsElsewhere(Get("workItems/7").get().first));
}

}  // namespace
}  // namespace wissel::gateway
