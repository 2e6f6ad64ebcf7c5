// Server streaming through the HTTP door: frames, ends, slow readers, lost clients, a stop.
#include <string>

#include "base/runtime/thread.h"
#include "fmt/format.h"
#include "gateway/connect_protocol.h"
#include "gateway/error_detail.h"
#include "gmock/gmock.h"
#include "tests/gateway_support/http_fixture.h"

namespace wissel::gateway {
namespace {

using ::testing::HasSubstr;

constexpr char kWatch[] = "/wissel.v1.AgentService/WatchAgent";
constexpr char kWatchLive[] = "/wissel.v1.LiveService/WatchLive";

struct Frame {
  int flags = -1;
  std::string payload;
};

// One chunk holds one frame.
Frame ReadFrame(HttpClient& client) {
  const auto chunk = client.ReadChunk();
  if (!chunk || chunk->size() < 5) return {};
  return {.flags = (*chunk)[0], .payload = chunk->substr(5)};
}

v1::AgentState State(const std::string& name) {
  v1::AgentState state;
  state.set_name(name);
  return state;
}

class GatewayHttpStream : public HttpFixture {
 protected:
  void SetUp() override { Open(); }

  // Opens a WatchAgent stream with an empty request.
  std::shared_ptr<Watch> OpenWatch(HttpClient& client, std::string_view type,
                                   std::string_view more_headers = "") {
    client.Send(
        PostText(kWatch, type, Envelope(0, type == kStreamJson ? "{}" : ""), agent_, more_headers));
    const auto head = client.ReadHead();
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.headers.at("content-type"), type);
    return world_.WaitForWatch();
  }
};

TEST_F(GatewayHttpStream, SendsMessagesAndTheEnd) {
  for (const char* type : {kStreamJson, kStreamProto}) {
    HttpClient client(door_->port());
    auto watch = OpenWatch(client, type);
    ASSERT_NE(watch, nullptr);
    for (int i = 1; i <= 3; ++i) {
      ASSERT_TRUE(watch->stream().writable());
      ASSERT_TRUE(watch->stream().Write(State("agents/" + std::to_string(i))));
      const Frame frame = ReadFrame(client);
      EXPECT_EQ(frame.flags, 0);
      EXPECT_THAT(frame.payload, HasSubstr("agents/" + std::to_string(i)));
      ASSERT_TRUE(watch->WaitForWritable(i));
    }
    watch->stream().Finish(absl::OkStatus());
    EXPECT_FALSE(watch->stream().writable());
    const Frame end = ReadFrame(client);
    EXPECT_EQ(end.flags, 2);
    EXPECT_EQ(end.payload, "{}");
    EXPECT_EQ(client.ReadChunk(), "");
    EXPECT_TRUE(watch->WaitForClosed());
    EXPECT_FALSE(watch->stream().Write(State("agents/late")));
    // The connection serves on.
    EXPECT_EQ(client.Get("/livez").status, 200);
    EXPECT_EQ(watch->closed_calls(), 1);
  }
}

TEST_F(GatewayHttpStream, AMessageWrittenJustBeforeTheEndArrives) {
  HttpClient client(door_->port());
  auto watch = OpenWatch(client, kStreamJson);
  watch->stream().Write(State("agents/last"));
  watch->stream().Finish(RefuseForNow("come back later", Duration::Seconds(3)));
  EXPECT_THAT(ReadFrame(client).payload, HasSubstr("agents/last"));
  const Frame end = ReadFrame(client);
  EXPECT_EQ(end.flags, 2);
  EXPECT_THAT(end.payload, HasSubstr(R"("code":"resource_exhausted","message":"come back later")"));
  EXPECT_THAT(end.payload, HasSubstr(R"("metadata":{"retry-after":["3"]})"));
}

TEST_F(GatewayHttpStream, RefusalsAreEndFrames) {
  HttpClient client(door_->port());
  const auto refused = client.Post(kWatch, kStreamJson, Envelope(0, "{}"), "stale");
  EXPECT_EQ(refused.status, 200);
  EXPECT_EQ(refused.headers.at("content-type"), kStreamJson);
  EXPECT_EQ(refused.body[0], 2);
  EXPECT_THAT(refused.body, HasSubstr("\"code\":\"unauthenticated\""));
  const std::string bodies[] = {"",
                                "{}",
                                "abc",
                                std::string("\0\0\0\0\xff{}", 7),
                                Envelope(0, "{}") + "x",
                                Envelope(4, "{}"),
                                Envelope(0, "{")};
  for (const std::string& body : bodies) {
    const auto reply = client.Post(kWatch, kStreamJson, body, agent_);
    EXPECT_THAT(reply.body, HasSubstr("\"code\":\"invalid_argument\"")) << body;
  }
  const auto packed = client.Post(kWatch, kStreamJson, Envelope(1, "{}"), agent_);
  EXPECT_THAT(packed.body, HasSubstr("\"code\":\"unimplemented\""));
  EXPECT_EQ(client.Post(kWatch, kJson, "{}", agent_).status, 415);
  EXPECT_EQ(world_.calls("wissel.v1.AgentService.WatchAgent"), 0);
  const auto nobody =
      client.Post(kWatch, kStreamJson, Envelope(0, R"({"agent":"agents/nobody"})"), agent_);
  EXPECT_THAT(nobody.body, HasSubstr(R"("field":"agent")"));
}

TEST_F(GatewayHttpStream, DeadlineOfTheCallerEndsIt) {
  HttpClient client(door_->port());
  auto watch = OpenWatch(client, kStreamJson, "Connect-Timeout-Ms: 30\r\n");
  EXPECT_THAT(ReadFrame(client).payload, HasSubstr("deadline_exceeded"));
  EXPECT_TRUE(watch->WaitForClosed());
}

TEST_F(GatewayHttpStream, AClientWhoIsGoneIsNoticedWithoutAWrite) {
  HttpClient client(door_->port());
  auto watch = OpenWatch(client, kStreamJson);
  watch->stream().Write(State("agents/1"));
  ReadFrame(client);
  client.Close();
  EXPECT_TRUE(watch->WaitForClosed());
  EXPECT_FALSE(watch->stream().writable());
  EXPECT_FALSE(watch->stream().Write(State("agents/2")));
  EXPECT_EQ(watch->closed_calls(), 1);
}

TEST_F(GatewayHttpStream, ASlowReaderCostsOneMessage) {
  HttpClient client(door_->port(), 4096);
  client.Send(PostText(kWatchLive, kStreamProto, Envelope(0, ""), manager_));
  ASSERT_EQ(client.ReadHead().status, 200);
  // Each update has 62 KB. Once the kernel's buffers are full, reading byte by byte lets the
  // service send no more than what has left.
  for (int i = 0; i < 2000; ++i) ASSERT_TRUE(client.ReadByte().has_value());
  EXPECT_LT(world_.live_updates_sent(), 40);
  // Another caller is served meanwhile.
  HttpClient other(door_->port());
  EXPECT_EQ(other.Get("/livez").status, 200);
  client.Close();
}

TEST_F(GatewayHttpStream, AReaderWhoStandsStillLosesTheConnection) {
  HttpDoorOptions options;
  options.write_timeout = Duration::Millis(100);
  Open(options);
  HttpClient client(door_->port(), 4096);
  client.Send(PostText(kWatchLive, kStreamProto, Envelope(0, ""), manager_));
  for (int i = 0; i < 1000 && world_.live_streams_closed() == 0; ++i) {
    HttpClient(door_->port()).Get("/livez");
  }
  while (world_.live_streams_closed() == 0) HttpClient(door_->port()).Get("/livez");
  EXPECT_EQ(world_.live_streams_closed(), 1);
}

TEST_F(GatewayHttpStream, AStopEndsStreamsAndLetsCallsBeAnswered) {
  HttpClient streaming(door_->port());
  auto watch = OpenWatch(streaming, kStreamJson);
  HttpClient idle(door_->port());
  ASSERT_EQ(idle.Get("/livez").status, 200);
  HttpClient calling(door_->port());
  calling.Send(PostText("/wissel.v1.WorkService/GetWorkItem", kJson, R"({"name":"workItems/held"})",
                        agent_));
  auto reply = world_.WaitForHeldReply();
  Thread stop("stop", [this] { door_->Stop(Duration::Seconds(10)); });
  EXPECT_THAT(ReadFrame(streaming).payload, HasSubstr("unavailable"));
  EXPECT_TRUE(watch->WaitForClosed());
  EXPECT_TRUE(idle.WaitForEnd());
  (*reply)(v1::WorkItem());
  const auto answer = calling.Read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("connection"), "close");
  stop.Join();
}

TEST_F(GatewayHttpStream, AStopDoesNotWaitForeverForAnAnswer) {
  HttpClient calling(door_->port());
  calling.Send(PostText("/wissel.v1.WorkService/GetWorkItem", kJson, R"({"name":"workItems/held"})",
                        agent_));
  auto reply = world_.WaitForHeldReply();
  door_->Stop(Duration::Millis(20));
  EXPECT_TRUE(calling.WaitForEnd());
  door_.reset();
  (*reply)(v1::WorkItem());  // nobody is there any more
}

}  // namespace
}  // namespace wissel::gateway
