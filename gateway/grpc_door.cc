#include "gateway/grpc_door.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_context.h>

#include <atomic>
#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include "base/invariant.h"
#include "base/runtime/call_scope.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/error_detail.h"
#include "gateway/grpc_stream.h"
#include "gateway/held_refusals.h"
#include "gateway/http_text.h"
#include "gateway/peer_headers.h"
#include "gateway/same_secret.h"
#include "google/protobuf/arena.h"

namespace wissel::gateway {
namespace {

using google::protobuf::Message;
using grpc::ByteBuffer;

std::string_view View(grpc::string_ref text) { return {text.data(), text.size()}; }

absl::Status ReadBuffer(const ByteBuffer& buffer, Message* message) {
  bool read = false;
  grpc::Slice slice;
  if (buffer.Length() == 0) {
    read = message->ParseFromArray(nullptr, 0);
  } else if (buffer.TrySingleSlice(&slice).ok()) {
    read = message->ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
  } else {
    ByteBuffer copy(buffer);  // of references; reading consumes it
    read = grpc::SerializationTraits<Message>::Deserialize(&copy, message).ok();
  }
  if (read) return absl::OkStatus();
  return RefuseField("", fmt::format("the request is not a {}", message->GetTypeName()),
                     "the message in protobuf's binary form");
}

// As the caller's program said it (the header grpc-timeout); none when it said nothing, or
// something so long that it says nothing.
std::optional<std::chrono::steady_clock::time_point> DeadlineOf(
    const grpc::CallbackServerContext& call) {
  constexpr auto kLongest = std::chrono::hours(24);
  const auto now = std::chrono::system_clock::now();
  if (call.deadline() > now + kLongest) return std::nullopt;
  return std::chrono::steady_clock::now() + (call.deadline() - now);
}

// Empty where there is none.
std::string Header(const grpc::CallbackServerContext& call, const char* name) {
  const auto found = call.client_metadata().find(name);
  return found == call.client_metadata().end() ? "" : std::string(View(found->second));
}

std::optional<TraceContext> TraceOf(const grpc::CallbackServerContext& call) {
  return ParseTraceparent(Header(call, "traceparent"));
}

// A call that another node passes on says whose it was.
void ReadPeerHeaders(const grpc::CallbackServerContext& call, const std::string& peer_key,
                     rpc::Context* context) {
  if (peer_key.empty() || !SameSecret(Header(call, kPeerKeyHeader), peer_key)) return;
  context->forwarded = true;
  context->peer = Header(call, kPeerOfHeader);
  context->host = Header(call, kHostHeader);
  if (call.client_metadata().contains(kCookiesHeader)) {
    context->browser = std::make_shared<rpc::Browser>(rpc::Browser{Header(call, kCookiesHeader)});
  }
}

// Who is asked about a caller.
struct Guards {
  rpc::Authenticate authenticate;
  std::string peer_key;
  RateLimit* rate_limit = nullptr;
  std::function<void(std::string_view)> token_refused;
};

// Who calls and whether they may. A call that another node passes on has been counted there.
absl::StatusOr<rpc::Context> Admit(const rpc::Method& method, Criticality criticality,
                                   const Guards& guards, const grpc::CallbackServerContext& call) {
  rpc::Context context;
  context.peer = call.peer();
  context.deadline = DeadlineOf(call);
  context.tenant = Header(call, kTenantHeader);
  ReadPeerHeaders(call, guards.peer_key, &context);
  const std::string header = Header(call, "authorization");
  if (!header.empty()) {
    auto token = BearerToken(header);
    absl::StatusOr<rpc::Caller> caller =
        token.ok() ? guards.authenticate(*token) : absl::StatusOr<rpc::Caller>(token.status());
    if (caller.ok()) {
      context.caller = *std::move(caller);
      context.token = *token;
    } else {
      context.sign_in = std::move(caller).status();
      if (guards.token_refused) guards.token_refused(context.peer);
    }
  }
  if (guards.rate_limit != nullptr && !context.forwarded) {
    WISSEL_RETURN_IF_ERROR(guards.rate_limit->Admit(criticality, context.caller, context.peer));
  }
  // A method without sign-in takes a stale token for none.
  if (!method.open_to_all) WISSEL_RETURN_IF_ERROR(context.sign_in);
  WISSEL_RETURN_IF_ERROR(rpc::MethodTable::Authorize(method, context.caller));
  return context;
}

// One unary call, from its request until its answer. It lives as long as the service holds the
// reply; the request with it, on an arena whose first block is inside.
class UnaryCall {
 public:
  // `reactor` is the default one of `context`, which may be asked for it once.
  UnaryCall(grpc::CallbackServerContext* context, ByteBuffer* response,
            grpc::ServerUnaryReactor* reactor)
      : context_(context),
        response_(response),
        reactor_(reactor),
        arena_(Options(block_, sizeof(block_))) {}

  ~UnaryCall() {
    if (!answered_) Answer(absl::InternalError("the service gave no answer"), nullptr);
  }

  Message* NewRequest(const Message& prototype) { return prototype.New(&arena_); }
  rpc::Context& caller() { return caller_; }
  void Take(Admission::Place place) { place_ = std::move(place); }

  void Answer(const absl::Status& status, const Message* message) {
    INVARIANT(!answered_.exchange(true));
    place_.Leave();
    if (status.ok()) {
      bool own_buffer = false;
      const grpc::Status serialized =
          grpc::SerializationTraits<Message>::Serialize(*message, response_, &own_buffer);
      INVARIANT(serialized.ok());
    } else if (auto seconds = RetryAfterSeconds(status)) {
      context_->AddTrailingMetadata("retry-after", std::to_string(*seconds));
    }
    if (caller_.forwarded) TellPeer(status);
    reactor_->Finish(ToGrpc(status));
  }

 private:
  // What the node that passed the call on cannot read from the answer.
  void TellPeer(const absl::Status& status) {
    if (IsElsewhere(status)) context_->AddTrailingMetadata(kElsewhereHeader, "1");
    if (caller_.browser == nullptr) return;
    for (const std::string& cookie : caller_.browser->set_cookies) {
      context_->AddTrailingMetadata(kSetCookieHeader, cookie);
    }
  }

  static google::protobuf::ArenaOptions Options(char* block, size_t size) {
    google::protobuf::ArenaOptions options;
    options.initial_block = block;
    options.initial_block_size = size;
    return options;
  }

  grpc::CallbackServerContext* context_;
  ByteBuffer* response_;
  grpc::ServerUnaryReactor* reactor_;
  std::atomic<bool> answered_ = false;
  rpc::Context caller_;
  Admission::Place place_;
  alignas(16) char block_[1536];
  google::protobuf::Arena arena_;
};

// What the services of a door share.
struct Shared {
  Guards guards;
  std::function<void(absl::StatusCode)> answered;
  Admission* admission = nullptr;
  GrpcStreamSet streams;
  std::optional<HeldRefusals> held;  // until the door stops
};

// A gRPC service with the methods of one service descriptor, as generated code with raw callback
// methods would make it.
class DescribedService : public grpc::Service {
 public:
  explicit DescribedService(Shared* shared) : shared_(shared) {}

  void Add(const rpc::Method& method) {
    const auto* descriptor = method.descriptor;
    names_.push_back(std::make_unique<std::string>(
        fmt::format("/{}/{}", descriptor->service()->full_name(), descriptor->name())));
    const bool stream = descriptor->server_streaming();
    const Criticality criticality = CriticalityOf(descriptor->full_name());
    const int index = static_cast<int>(names_.size()) - 1;
    AddMethod(new grpc::internal::RpcServiceMethod(names_.back()->c_str(),
                                                   stream
                                                       ? grpc::internal::RpcMethod::SERVER_STREAMING
                                                       : grpc::internal::RpcMethod::NORMAL_RPC,
                                                   nullptr));
    grpc::internal::MethodHandler* handler = nullptr;
    if (stream) {
      handler = new grpc::internal::CallbackServerStreamingHandler<ByteBuffer, ByteBuffer>(
          [=, this, &method](grpc::CallbackServerContext* context, const ByteBuffer* request) {
            return CallStreaming(method, criticality, context, *request);
          });
    } else {
      handler = new grpc::internal::CallbackUnaryHandler<ByteBuffer, ByteBuffer>(
          [=, this, &method](grpc::CallbackServerContext* context, const ByteBuffer* request,
                             ByteBuffer* response) {
            return CallUnary(method, criticality, context, *request, response);
          });
    }
    MarkMethodRawCallback(index, handler);
  }

 private:
  Admission::Verdict AskAdmission(Criticality criticality,
                                  const grpc::CallbackServerContext& context) const {
    if (shared_->admission == nullptr) return {};
    return shared_->admission->Admit(criticality, DeadlineOf(context));
  }

  grpc::ServerUnaryReactor* CallUnary(const rpc::Method& method, Criticality criticality,
                                      grpc::CallbackServerContext* context, const ByteBuffer& bytes,
                                      ByteBuffer* response) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    auto call = std::make_shared<UnaryCall>(context, response, reactor);
    Admission::Verdict verdict = AskAdmission(criticality, *context);
    if (!verdict.refusal.ok()) return Refuse(std::move(call), std::move(verdict)), reactor;
    call->Take(std::move(verdict.place));
    auto caller = Admit(method, criticality, shared_->guards, *context);
    if (!caller.ok()) return call->Answer(caller.status(), nullptr), reactor;
    Message* request = call->NewRequest(*method.request_prototype);
    const absl::Status read = ReadBuffer(bytes, request);
    if (!read.ok()) return call->Answer(read, nullptr), reactor;
    call->caller() = *std::move(caller);
    const rpc::Context& who = call->caller();
    const CallScope scope({who.deadline, TraceOf(*context)});
    method.unary(who, *request,
                 [this, call](const absl::Status& status, std::unique_ptr<Message> message) {
                   Count(status);
                   call->Answer(status, message.get());
                 });
    return reactor;
  }

  void Refuse(std::shared_ptr<UnaryCall> call, Admission::Verdict verdict) {
    Count(verdict.refusal);
    if (verdict.tell_at <= std::chrono::steady_clock::now()) {
      return call->Answer(verdict.refusal, nullptr);
    }
    shared_->held->Hold(verdict.tell_at,
                        [call = std::move(call), refusal = std::move(verdict.refusal)] {
                          call->Answer(refusal, nullptr);
                        });
  }

  void Count(const absl::Status& status) const {
    if (shared_->answered) shared_->answered(status.code());
  }

  // A stream has no place among the calls under way: it lasts as long as somebody looks.
  grpc::ServerWriteReactor<ByteBuffer>* CallStreaming(const rpc::Method& method,
                                                      Criticality criticality,
                                                      grpc::CallbackServerContext* context,
                                                      const ByteBuffer& bytes) {
    auto stream = GrpcStream::Make(
        context, std::unique_ptr<Message>(method.request_prototype->New()), &shared_->streams);
    absl::Status refusal = AskAdmission(criticality, *context).refusal;
    if (!refusal.ok()) return stream->Finish(std::move(refusal)), stream.get();
    auto caller = Admit(method, criticality, shared_->guards, *context);
    refusal = caller.ok() ? ReadBuffer(bytes, stream->mutable_request()) : caller.status();
    if (refusal.ok()) {
      const CallScope scope({caller->deadline, TraceOf(*context)});
      method.server_streaming(*caller, stream->request(), stream);
    } else {
      stream->Finish(std::move(refusal));
    }
    return stream.get();
  }

  Shared* const shared_;
  std::vector<std::unique_ptr<std::string>> names_;  // gRPC keeps pointers to their text
};

class Door : public GrpcDoor {
 public:
  Door(const GrpcDoorOptions& options, const rpc::MethodTable& methods,
       rpc::Authenticate authenticate)
      : shared_{.guards = {std::move(authenticate), options.peer_key, options.rate_limit,
                           options.token_refused},
                .answered = options.answered,
                .admission = options.admission} {
    shared_.held.emplace();
    for (const auto& [name, method] : methods.methods()) {
      const std::string& service = method.descriptor->service()->full_name();
      auto& slot = services_[service];
      if (slot == nullptr) slot = std::make_unique<DescribedService>(&shared_);
      slot->Add(method);
    }
  }

  ~Door() override { Stop(Duration()); }

  absl::Status Listen(const GrpcDoorOptions& options) {
    const std::string address = fmt::format("{}:{}", options.host, options.port);
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    int bound = 0;
    if (options.tls) WISSEL_RETURN_IF_ERROR(CheckGrpcTls(*options.tls));
    builder.AddListeningPort(
        address,
        options.tls ? MakeServerCredentials(*options.tls) : grpc::InsecureServerCredentials(),
        &bound);
    Limit(options, &builder);
    for (const auto& [name, service] : services_) builder.RegisterService(service.get());
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || bound == 0) {
      return absl::UnavailableError(fmt::format("cannot listen on {} for gRPC", address));
    }
    port_ = static_cast<uint16_t>(bound);
    for (const auto& [name, service] : services_) {
      server_->GetHealthCheckService()->SetServingStatus(name, true);
    }
    return absl::OkStatus();
  }

  uint16_t port() const override { return port_; }

  void Stop(Duration grace) override {
    if (server_ == nullptr || stopped_.exchange(true)) return;
    server_->GetHealthCheckService()->Shutdown();
    shared_.streams.EndAll();
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(grace.millis()));
    server_->Wait();
    shared_.held.reset();
  }

 private:
  static void Limit(const GrpcDoorOptions& options, grpc::ServerBuilder* builder) {
    builder->SetMaxReceiveMessageSize(options.max_message_bytes);
    // A second server on the same port is an error, not a silent sharing of calls.
    builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                                options.max_streams_per_connection);
    builder->AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, options.max_metadata_bytes);
    // A dead peer is noticed within 40 s; a peer that pings more than every 10 s is sent away.
    builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
    builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
    builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
    builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
    // A handshake that does not come to its end.
    builder->AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
    // What a peer may make us remember of its headers (HPACK, RFC 7541, section 4.2).
    builder->AddChannelArgument(GRPC_ARG_HTTP2_HPACK_TABLE_SIZE_DECODER, 4096);
  }

  Shared shared_;
  std::map<std::string, std::unique_ptr<DescribedService>> services_;
  std::unique_ptr<grpc::Server> server_;
  uint16_t port_ = 0;
  std::atomic<bool> stopped_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcDoor>> GrpcDoor::Open(const GrpcDoorOptions& options,
                                                         const rpc::MethodTable& methods,
                                                         rpc::Authenticate authenticate) {
  auto door = std::make_unique<Door>(options, methods, std::move(authenticate));
  WISSEL_RETURN_IF_ERROR(door->Listen(options));
  return door;
}

}  // namespace wissel::gateway
