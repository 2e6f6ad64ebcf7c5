// Calls and streams through the gRPC door, by generated clients.
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>

#include "base/runtime/thread.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/error_detail.h"
#include "gateway/grpc_door.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway_support/test_world.h"
#include "wissel/v1/agent.grpc.pb.h"
#include "wissel/v1/live.grpc.pb.h"
#include "wissel/v1/work.grpc.pb.h"

namespace wissel::gateway {
namespace {

using ::testing::HasSubstr;

class GatewayGrpc : public ::testing::Test {
 protected:
  void SetUp() override { Open({}); }

  void Open(const GrpcDoorOptions& options) {
    auto door = GrpcDoor::Open(options, world_.methods(), world_.authenticate());
    ASSERT_TRUE(door.ok()) << door.status();
    door_ = *std::move(door);
    channel_ = grpc::CreateChannel(fmt::format("127.0.0.1:{}", door_->port()),
                                   grpc::InsecureChannelCredentials());
    work_ = v1::WorkService::NewStub(channel_);
    agents_ = v1::AgentService::NewStub(channel_);
    live_ = v1::LiveService::NewStub(channel_);
  }

  static std::unique_ptr<grpc::ClientContext> As(rpc::Role role) {
    auto context = std::make_unique<grpc::ClientContext>();
    context->AddMetadata("authorization", "Bearer " + TokenOf(role));
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    return context;
  }

  grpc::Status Get(const std::string& name, v1::WorkItem* item,
                   grpc::ClientContext* context = nullptr) {
    auto own = As(rpc::Role::kAgent);
    v1::GetWorkItemRequest request;
    request.set_name(name);
    return work_->GetWorkItem(context == nullptr ? own.get() : context, request, item);
  }

  TestWorld world_;
  std::unique_ptr<GrpcDoor> door_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::WorkService::Stub> work_;
  std::unique_ptr<v1::AgentService::Stub> agents_;
  std::unique_ptr<v1::LiveService::Stub> live_;
};

TEST_F(GatewayGrpc, Answers) {
  v1::WorkItem item;
  const grpc::Status status = Get("workItems/7", &item);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(item.name(), "workItems/7");
  EXPECT_EQ(item.queue(), "queues/pensions");
}

TEST_F(GatewayGrpc, LargeMessagesPass) {
  auto context = As(rpc::Role::kManager);
  v1::CreateWorkItemRequest request;
  request.mutable_work_item()->set_contact(std::string(3'000'000, 'x'));
  v1::WorkItem item;
  const grpc::Status status = work_->CreateWorkItem(context.get(), request, &item);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(item.contact().size(), 3'000'000u);
}

TEST_F(GatewayGrpc, ErrorCarriesFieldAndWhatWouldBeRight) {
  v1::WorkItem item;
  const grpc::Status status = Get("workItems/none", &item);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "there is no workItems/none \"\xC3\xA9\"");
  v1::ErrorDetail detail;
  detail.set_field("name");
  detail.set_right("the name of a work item");
  EXPECT_EQ(status.error_details(),
            RpcStatusBytes(Refuse(absl::StatusCode::kNotFound, "name", status.error_message(),
                                  "the name of a work item")));
  EXPECT_THAT(status.error_details(), HasSubstr(detail.SerializeAsString()));
  EXPECT_THAT(status.error_details(), HasSubstr("type.googleapis.com/wissel.v1.ErrorDetail"));
}

TEST_F(GatewayGrpc, OverloadSaysWhenToComeBack) {
  auto context = As(rpc::Role::kAgent);
  v1::WorkItem item;
  const grpc::Status status = Get("workItems/overload", &item, context.get());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  const auto& trailers = context->GetServerTrailingMetadata();
  const auto found = trailers.find("retry-after");
  ASSERT_NE(found, trailers.end());
  EXPECT_EQ(found->second, "2");
}

TEST_F(GatewayGrpc, AnswerMayComeFromAnyThreadAndAnUnansweredCallIsAnInternalError) {
  v1::WorkItem item;
  grpc::Status status;
  Thread call("call", [&] { status = Get("workItems/held", &item); });
  auto reply = world_.WaitForHeldReply();
  v1::WorkItem answer;
  answer.set_name("workItems/9");
  (*reply)(answer);
  call.Join();
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(item.name(), "workItems/9");
  EXPECT_EQ(Get("workItems/dropped", &item).error_code(), grpc::StatusCode::INTERNAL);
}

TEST_F(GatewayGrpc, AnAnswerToACallerWhoIsGoneGoesNowhere) {
  auto context = As(rpc::Role::kAgent);
  v1::WorkItem item;
  grpc::Status status;
  Thread call("call", [&] { status = Get("workItems/held", &item, context.get()); });
  auto reply = world_.WaitForHeldReply();
  ASSERT_TRUE(reply.has_value());
  context->TryCancel();
  call.Join();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
  (*reply)(v1::WorkItem());
  EXPECT_TRUE(Get("workItems/7", &item).ok());
}

TEST_F(GatewayGrpc, RefusesWhatIsNoMessageAndWhatIsTooLarge) {
  grpc::GenericStub stub(channel_);
  const auto call = [&](const std::string& method, const std::string& bytes) {
    auto context = As(rpc::Role::kManager);
    grpc::Slice slice(bytes);
    grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::CompletionQueue queue;
    auto reader = stub.PrepareUnaryCall(context.get(), method, request, &queue);
    reader->StartCall();
    grpc::Status status;
    reader->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return status;
  };
  const grpc::Status malformed = call("/wissel.v1.WorkService/CreateWorkItem", "\xff\xff\xff");
  EXPECT_EQ(malformed.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(malformed.error_message(), HasSubstr("not a wissel.v1.CreateWorkItemRequest"));
  const grpc::Status large =
      call("/wissel.v1.WorkService/CreateWorkItem", std::string(5 << 20, 'x'));
  EXPECT_EQ(large.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  for (const char* method : {"/wissel.v1.WorkService/UpdateWorkItem", "/wissel.v1.WorkService/Nope",
                             "/wissel.v1.Nope/Get"}) {
    EXPECT_EQ(call(method, "").error_code(), grpc::StatusCode::UNIMPLEMENTED) << method;
  }
  EXPECT_EQ(world_.calls("wissel.v1.WorkService.CreateWorkItem"), 0);
}

TEST_F(GatewayGrpc, AFloodOfMetadataIsRefused) {
  auto context = As(rpc::Role::kAgent);
  context->AddMetadata("x-flood", std::string(100'000, 'x'));
  v1::WorkItem item;
  EXPECT_EQ(Get("workItems/7", &item, context.get()).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(world_.calls("wissel.v1.WorkService.GetWorkItem"), 0);
}

TEST_F(GatewayGrpc, StreamsMessagesAndTheEnd) {
  auto context = As(rpc::Role::kAgent);
  auto reader = agents_->WatchAgent(context.get(), v1::WatchAgentRequest());
  auto watch = world_.WaitForWatch();
  ASSERT_NE(watch, nullptr);
  v1::AgentState state;
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(watch->stream().writable());
    v1::AgentState written;
    written.set_name("agents/" + std::to_string(i));
    ASSERT_TRUE(watch->stream().Write(written));
    ASSERT_TRUE(reader->Read(&state));
    EXPECT_EQ(state.name(), written.name());
    ASSERT_TRUE(watch->WaitForWritable(i));
  }
  watch->stream().Write(state);
  watch->stream().Finish(RefuseForNow("come back later", Duration::Seconds(3)));
  EXPECT_FALSE(watch->stream().writable());
  EXPECT_FALSE(watch->stream().Write(state));
  EXPECT_TRUE(reader->Read(&state));
  EXPECT_FALSE(reader->Read(&state));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(context->GetServerTrailingMetadata().count("retry-after"), 1u);
  EXPECT_TRUE(watch->WaitForClosed());
  EXPECT_EQ(watch->closed_calls(), 1);
}

TEST_F(GatewayGrpc, AStreamMayBeRefusedAtOnce) {
  auto context = As(rpc::Role::kAgent);
  v1::WatchAgentRequest request;
  request.set_agent("agents/nobody");
  auto reader = agents_->WatchAgent(context.get(), request);
  v1::AgentState state;
  EXPECT_FALSE(reader->Read(&state));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(GatewayGrpc, AClientWhoCancelsOrIsGoneIsNoticedWithoutAWrite) {
  {
    auto context = As(rpc::Role::kAgent);
    auto reader = agents_->WatchAgent(context.get(), v1::WatchAgentRequest());
    auto watch = world_.WaitForWatch();
    context->TryCancel();
    EXPECT_TRUE(watch->WaitForClosed());
    EXPECT_FALSE(watch->stream().Write(v1::AgentState()));
    EXPECT_EQ(watch->closed_calls(), 1);
    EXPECT_FALSE(reader->Finish().ok());
  }
  auto other = grpc::CreateCustomChannel(fmt::format("127.0.0.1:{}", door_->port()),
                                         grpc::InsecureChannelCredentials(), [] {
                                           grpc::ChannelArguments arguments;
                                           arguments.SetInt("wissel.test", 1);
                                           return arguments;
                                         }());
  auto context = As(rpc::Role::kAgent);
  auto reader =
      v1::AgentService::NewStub(other)->WatchAgent(context.get(), v1::WatchAgentRequest());
  auto watch = world_.WaitForWatch();
  watch->stream().Write(v1::AgentState());
  reader.reset();
  context.reset();  // cancels
  other.reset();
  EXPECT_TRUE(watch->WaitForClosed());
}

TEST_F(GatewayGrpc, CallbacksThatComeLateAreCalledAllTheSame) {
  auto context = As(rpc::Role::kAgent);
  auto reader = agents_->WatchAgent(context.get(), v1::WatchAgentRequest());
  auto watch = world_.WaitForWatch();
  watch->stream().Finish(absl::OkStatus());
  ASSERT_TRUE(watch->WaitForClosed());
  auto late = std::make_shared<Watch>(watch->stream());
  late->stream().SetCallbacks([late] { late->CountWritable(); }, [late] { late->CountClosed(); });
  EXPECT_TRUE(late->WaitForClosed());
  EXPECT_EQ(late->writable_calls(), 0);
}

TEST_F(GatewayGrpc, ASlowReaderCostsOneMessage) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  auto channel = grpc::CreateCustomChannel(fmt::format("127.0.0.1:{}", door_->port()),
                                           grpc::InsecureChannelCredentials(), arguments);
  auto context = As(rpc::Role::kManager);
  auto reader = v1::LiveService::NewStub(channel)->WatchLive(context.get(), {});
  v1::LiveUpdate update;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(reader->Read(&update));
  // Each update has 62 KB; the windows of HTTP/2 hold a few of them.
  v1::WorkItem item;
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(Get("workItems/7", &item).ok());
  EXPECT_LT(world_.live_updates_sent(), 40);
  context->TryCancel();
  reader->Finish();
}

TEST_F(GatewayGrpc, AStopLetsCallsBeAnsweredAndEndsStreams) {
  auto context = As(rpc::Role::kAgent);
  auto reader = agents_->WatchAgent(context.get(), v1::WatchAgentRequest());
  auto watch = world_.WaitForWatch();
  v1::WorkItem item;
  grpc::Status status;
  Thread call("call", [&] { status = Get("workItems/held", &item); });
  auto reply = world_.WaitForHeldReply();
  Thread stop("stop", [this] { door_->Stop(Duration::Seconds(10)); });
  (*reply)(v1::WorkItem());
  call.Join();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(watch->WaitForClosed());
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  stop.Join();
  EXPECT_EQ(Get("workItems/7", &item).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(GatewayGrpc, TellsItsHealthAndItsServices) {
  grpc::GenericStub stub(channel_);
  const auto call = [&](const std::string& method, const std::string& bytes) {
    grpc::ClientContext context;
    grpc::Slice slice(bytes);
    grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::CompletionQueue queue;
    auto stream = stub.PrepareCall(&context, method, &queue);
    void* tag = nullptr;
    bool ok = false;
    stream->StartCall(nullptr);
    queue.Next(&tag, &ok);
    stream->WriteLast(request, grpc::WriteOptions(), nullptr);
    queue.Next(&tag, &ok);
    stream->Read(&response, nullptr);
    queue.Next(&tag, &ok);
    grpc::Status status;
    stream->Finish(&status, nullptr);
    queue.Next(&tag, &ok);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::vector<grpc::Slice> slices;
    std::string text;
    if (response.Valid()) response.Dump(&slices);
    for (const grpc::Slice& part : slices) {
      text.append(reinterpret_cast<const char*>(part.begin()), part.size());
    }
    return text;
  };
  // HealthCheckRequest { service = 1 }, HealthCheckResponse { status = 1 } with 1 = SERVING.
  const std::string service = "wissel.v1.WorkService";
  const std::string health = "/grpc.health.v1.Health/Check";
  EXPECT_EQ(call(health, ""), "\x08\x01");
  EXPECT_EQ(call(health, std::string("\x0a\x15") + service), "\x08\x01");
  // ServerReflectionRequest { list_services = 7 }.
  const std::string list = call("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                                std::string("\x3a\x01*"));
  EXPECT_THAT(list, HasSubstr("wissel.v1.WorkService"));
  EXPECT_THAT(list, HasSubstr("wissel.v1.AgentService"));
  // { file_containing_symbol = 4 }.
  const std::string file = call("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                                std::string("\x22\x15") + service);
  EXPECT_THAT(file, HasSubstr("CreateWorkItem"));
}

TEST_F(GatewayGrpc, AnAddressThatCannotBeHadIsAnError) {
  GrpcDoorOptions taken;
  taken.port = door_->port();
  EXPECT_EQ(GrpcDoor::Open(taken, world_.methods(), world_.authenticate()).status().code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace wissel::gateway
