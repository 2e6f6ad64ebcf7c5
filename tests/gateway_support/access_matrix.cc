#include "tests/gateway_support/access_matrix.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <optional>

#include "fmt/format.h"
#include "gateway/connect_protocol.h"
#include "gtest/gtest.h"
#include "tests/gateway_support/http_client.h"

namespace wissel::gateway {
namespace {

// What the door says to this caller: OK stands for "let in".
absl::StatusCode Expected(const rpc::Method& method, const CallerOfMatrix& caller) {
  if (method.open_to_all) return absl::StatusCode::kOk;
  if (!caller.token_is_good || caller.roles.empty()) return absl::StatusCode::kUnauthenticated;
  const bool in = method.roles.Intersects(caller.roles) && (!caller.may || caller.may(method));
  return in ? absl::StatusCode::kOk : absl::StatusCode::kPermissionDenied;
}

std::string PathOf(const rpc::Method& method) {
  return fmt::format("/{}/{}", method.descriptor->service()->full_name(),
                     method.descriptor->name());
}

bool Says(const std::string& text, absl::StatusCode code) {
  return text.find(fmt::format("\"code\":\"{}\"", CodeName(code))) != std::string::npos;
}

absl::StatusCode ThroughHttp(const rpc::Method& method, const CallerOfMatrix& caller,
                             Encoding encoding, uint16_t port) {
  const bool stream = method.descriptor->server_streaming();
  const std::string message = encoding == Encoding::kJson ? "{}" : "";
  HttpClient client(port);
  client.Send(PostText(PathOf(method), ContentTypeName({encoding, stream}),
                       stream ? Envelope(kMessageFrame, message) : message, caller.token));
  HttpReplyText reply;
  if (stream) {
    reply = client.ReadHead();
    // A refusal by the door is whole; what was let in comes in chunks, when it likes.
    const bool whole = reply.headers.contains("content-length");
    if (!whole && !caller.may) return absl::StatusCode::kOk;
    if (!whole) reply.body = client.ReadChunk().value_or("");
    for (size_t i = whole ? std::stoul(reply.headers["content-length"]) : 0; i > 0; --i) {
      reply.body += client.ReadByte().value_or('?');
    }
  } else {
    reply = client.Read();
  }
  if (Says(reply.body, absl::StatusCode::kUnauthenticated)) {
    EXPECT_EQ(reply.status, stream ? 200 : 401);
    return absl::StatusCode::kUnauthenticated;
  }
  if (Says(reply.body, absl::StatusCode::kPermissionDenied)) {
    EXPECT_EQ(reply.status, stream ? 200 : 403);
    return absl::StatusCode::kPermissionDenied;
  }
  return absl::StatusCode::kOk;
}

// Through a stub that knows no types. A stream that should be let in, and is silent for a second,
// was let in.
absl::StatusCode ThroughGrpc(const rpc::Method& method, const CallerOfMatrix& caller,
                             absl::StatusCode expected,
                             const std::shared_ptr<grpc::Channel>& channel) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  const bool stream = method.descriptor->server_streaming();
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(stream && expected == absl::StatusCode::kOk ? 1 : 20));
  if (!caller.token.empty()) context.AddMetadata("authorization", "Bearer " + caller.token);
  grpc::CompletionQueue queue;
  void* tag = nullptr;
  bool ok = false;
  auto call = stub.PrepareCall(&context, PathOf(method), &queue);
  call->StartCall(nullptr);
  queue.Next(&tag, &ok);
  grpc::Slice empty("", 0);
  call->WriteLast(grpc::ByteBuffer(&empty, 1), grpc::WriteOptions(), nullptr);
  queue.Next(&tag, &ok);
  grpc::ByteBuffer response;
  call->Read(&response, nullptr);
  queue.Next(&tag, &ok);
  if (stream && ok) context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  queue.Next(&tag, &ok);
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  const bool refused =
      code == absl::StatusCode::kUnauthenticated || code == absl::StatusCode::kPermissionDenied;
  EXPECT_NE(code, absl::StatusCode::kUnavailable) << status.error_message();
  return refused ? code : absl::StatusCode::kOk;
}

}  // namespace

void CheckAccessMatrix(const rpc::MethodTable& methods, const std::vector<CallerOfMatrix>& callers,
                       uint16_t http_port, uint16_t grpc_port) {
  const auto channel = grpc::CreateChannel(fmt::format("127.0.0.1:{}", grpc_port),
                                           grpc::InsecureChannelCredentials());
  for (const auto& [name, method] : methods.methods()) {
    for (const CallerOfMatrix& caller : callers) {
      const absl::StatusCode expected = Expected(method, caller);
      for (Encoding encoding : {Encoding::kJson, Encoding::kProto}) {
        EXPECT_EQ(ThroughHttp(method, caller, encoding, http_port), expected)
            << name << " as " << caller.description << " through HTTP";
      }
      EXPECT_EQ(ThroughGrpc(method, caller, expected, channel), expected)
          << name << " as " << caller.description << " through gRPC";
    }
  }
}

}  // namespace wissel::gateway
