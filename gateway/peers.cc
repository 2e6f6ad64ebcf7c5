#include "gateway/peers.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/rpc_method.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/client_callback.h>

#include <chrono>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "base/invariant.h"
#include "base/runtime/call_scope.h"
#include "fmt/format.h"
#include "gateway/error_detail.h"
#include "gateway/peer_headers.h"

namespace wissel::gateway {
namespace {

using google::protobuf::Message;
using grpc::ByteBuffer;

// A door takes 250 calls and streams of one connection at a time (grpc_door.h).
constexpr int kStreamsPerConnection = 200;
constexpr int kConnectionsForCalls = 4;
constexpr std::chrono::seconds kLongestCall(60);

std::string PathOf(const rpc::Method& method) {
  return fmt::format("/{}/{}", method.descriptor->service()->full_name(),
                     method.descriptor->name());
}

ByteBuffer BytesOf(const Message& message) {
  ByteBuffer bytes;
  bool own_buffer = false;
  const grpc::Status serialized =
      grpc::SerializationTraits<Message>::Serialize(message, &bytes, &own_buffer);
  INVARIANT(serialized.ok());
  return bytes;
}

absl::StatusOr<std::unique_ptr<Message>> MessageOf(const rpc::Method& method, ByteBuffer* bytes) {
  std::unique_ptr<Message> message(method.response_prototype->New());
  const bool read = bytes->Valid()
                        ? grpc::SerializationTraits<Message>::Deserialize(bytes, message.get()).ok()
                        : false;
  if (read) return message;
  return absl::InternalError("another node answered what cannot be read");
}

// A call that found no connection names what it looked for instead of whom it was sent to.
bool WasSent(const grpc::ClientContext& call) {
  const std::string peer = call.peer();
  return peer.starts_with("ipv4:") || peer.starts_with("ipv6:");
}

absl::Status FromGrpc(const grpc::Status& status, const grpc::ClientContext& call,
                      const std::string& tenant) {
  if (status.ok()) return absl::OkStatus();
  if (call.GetServerTrailingMetadata().contains(kElsewhereHeader)) return ServedElsewhere(tenant);
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE && !WasSent(call)) {
    return ServedElsewhere(tenant);
  }
  // A door that shuts breaks off what it has under way; a caller who breaks off is told nothing.
  if (status.error_code() == grpc::StatusCode::CANCELLED) {
    return absl::UnavailableError(
        fmt::format("the node that serves the center {} ended before it answered", tenant));
  }
  return FromRpcStatus(static_cast<absl::StatusCode>(status.error_code()), status.error_message(),
                       status.error_details());
}

void Describe(const rpc::Context& context, const std::string& key, grpc::ClientContext* call) {
  call->AddMetadata(kPeerKeyHeader, key);
  call->AddMetadata(kTenantHeader, context.tenant);
  call->AddMetadata(kPeerOfHeader, context.peer);
  if (!context.host.empty()) call->AddMetadata(kHostHeader, context.host);
  if (!context.token.empty()) call->AddMetadata("authorization", "Bearer " + context.token);
  if (context.browser != nullptr) call->AddMetadata(kCookiesHeader, context.browser->cookies);
  if (const auto trace = CallScope::Current().trace) {
    call->AddMetadata("traceparent", Traceparent(*trace));
  }
}

// Of a unary call: when its caller gives up, or when a node that says nothing is given up.
void Limit(const rpc::Context& context, std::optional<std::chrono::seconds> longest,
           grpc::ClientContext* call) {
  const auto now = std::chrono::steady_clock::now();
  if (!context.deadline && !longest) return;
  call->set_deadline(std::chrono::system_clock::now() +
                     (context.deadline ? *context.deadline - now : *longest));
}

// One unary call, until its answer.
struct PassedCall {
  PassedCall(const rpc::Method& method, const rpc::Context& context, rpc::AnyReply reply)
      : method(method), context(context), path(PathOf(method)), reply(std::move(reply)) {}

  const rpc::Method& method;
  const rpc::Context context;
  const std::string path;
  rpc::AnyReply reply;
  grpc::ClientContext call;
  ByteBuffer request;
  ByteBuffer response;

  void Answer(const grpc::Status& status) {
    if (context.browser != nullptr) {
      const auto [begin, end] = call.GetServerTrailingMetadata().equal_range(kSetCookieHeader);
      for (auto cookie = begin; cookie != end; ++cookie) {
        context.browser->set_cookies.emplace_back(cookie->second.data(), cookie->second.size());
      }
    }
    if (!status.ok()) return reply(FromGrpc(status, call, context.tenant), nullptr);
    auto message = MessageOf(method, &response);
    if (!message.ok()) return reply(std::move(message).status(), nullptr);
    reply(absl::OkStatus(), *std::move(message));
  }
};

// A stream that another node writes and this one's caller reads: a message is fetched when the one
// before it is on its way.
class PassedStream : public grpc::ClientReadReactor<ByteBuffer> {
 public:
  PassedStream(const rpc::Method& method, const rpc::Context& context,
               std::shared_ptr<rpc::AnyServerStream> down, std::function<void()> done)
      : method_(method),
        context_(context),
        path_(PathOf(method)),
        down_(std::move(down)),
        done_(std::move(done)) {}

  static void Start(std::shared_ptr<PassedStream> self, grpc::Channel* channel,
                    const std::string& key, const Message& request) {
    Describe(self->context_, key, &self->call_);
    Limit(self->context_, std::nullopt, &self->call_);
    self->self_ = self;
    self->request_ = BytesOf(request);
    const grpc::internal::RpcMethod path(self->path_.c_str(),
                                         grpc::internal::RpcMethod::SERVER_STREAMING);
    grpc::internal::ClientCallbackReaderFactory<ByteBuffer>::Create(channel, path, &self->call_,
                                                                    &self->request_, self.get());
    self->AddHold();  // reads begin when the caller is ready, outside of reactions
    self->StartCall();
    self->down_->SetCallbacks([self] { self->DownWritable(); }, [self] { self->DownClosed(); });
    self->Fetch();
  }

  void OnReadDone(bool ok) override {
    std::unique_lock lock(mutex_);
    reading_ = false;
    if (!ok || closed_) {
      ended_ = true;
      return LetGo(lock);
    }
    auto message = MessageOf(method_, &buffer_);
    if (!message.ok()) {
      unreadable_ = std::move(message).status();
      call_.TryCancel();
      ended_ = true;
      return LetGo(lock);
    }
    waiting_ = *std::move(message);
    lock.unlock();
    DownWritable();
  }

  void OnDone(const grpc::Status& status) override {
    down_->Finish(unreadable_.ok() ? FromGrpc(status, call_, context_.tenant) : unreadable_);
    done_();
    const std::shared_ptr<PassedStream> last = std::move(self_);
  }

 private:
  // Sends what was fetched, and fetches the next.
  void DownWritable() {
    {
      std::lock_guard lock(mutex_);
      if (closed_ || !down_->writable()) return;
      if (waiting_ != nullptr) {
        const std::unique_ptr<Message> message = std::move(waiting_);
        down_->Write(*message);
      }
    }
    Fetch();
  }

  void Fetch() {
    {
      std::lock_guard lock(mutex_);
      if (reading_ || ended_ || closed_ || waiting_ != nullptr) return;
      reading_ = true;
    }
    StartRead(&buffer_);
  }

  void DownClosed() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    call_.TryCancel();
    if (!reading_) LetGo(lock);
  }

  // No read will be started any more.
  void LetGo(std::unique_lock<std::mutex>& lock) {
    const bool first = !std::exchange(let_go_, true);
    lock.unlock();
    if (first) RemoveHold();
  }

  const rpc::Method& method_;
  const rpc::Context context_;
  const std::string path_;
  const std::shared_ptr<rpc::AnyServerStream> down_;
  const std::function<void()> done_;
  grpc::ClientContext call_;
  ByteBuffer request_;
  ByteBuffer buffer_;
  std::mutex mutex_;
  bool reading_ = false;
  bool ended_ = false;   // the other node writes no more
  bool closed_ = false;  // the caller is gone
  bool let_go_ = false;
  absl::Status unreadable_;
  std::unique_ptr<Message> waiting_;
  std::shared_ptr<PassedStream> self_;  // until gRPC is done
};

}  // namespace

class Peers::Connections {
 public:
  explicit Connections(PeerOptions options)
      : key_(std::move(options.key)),
        credentials_(options.tls ? MakeChannelCredentials(*options.tls)
                                 : grpc::InsecureChannelCredentials()) {}

  const std::string& key() const { return key_; }

  // One of a few, in turn.
  std::shared_ptr<grpc::Channel> ForCall(const std::string& address) {
    std::lock_guard lock(mutex_);
    Node& node = nodes_[address];
    if (node.calls.size() < kConnectionsForCalls) node.calls.push_back(Connect(address));
    return node.calls[node.turn++ % node.calls.size()];
  }

  struct Lent {
    std::shared_ptr<grpc::Channel> channel;
    size_t index = 0;
  };
  // One with room for a stream; give it back.
  Lent ForStream(const std::string& address) {
    std::lock_guard lock(mutex_);
    Node& node = nodes_[address];
    for (size_t i = 0; i < node.streams.size(); ++i) {
      if (node.streams[i].second >= kStreamsPerConnection) continue;
      ++node.streams[i].second;
      return {node.streams[i].first, i};
    }
    node.streams.emplace_back(Connect(address), 1);
    return {node.streams.back().first, node.streams.size() - 1};
  }
  void Return(const std::string& address, size_t index) {
    std::lock_guard lock(mutex_);
    --nodes_[address].streams[index].second;
  }

 private:
  struct Node {
    std::vector<std::shared_ptr<grpc::Channel>> calls;
    size_t turn = 0;
    std::vector<std::pair<std::shared_ptr<grpc::Channel>, int>> streams;
  };

  std::shared_ptr<grpc::Channel> Connect(const std::string& address) const {
    grpc::ChannelArguments arguments;
    // Each a connection of its own.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 15'000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
    // A node that was away is tried again soon.
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
    return grpc::CreateCustomChannel(address, credentials_, arguments);
  }

  const std::string key_;
  const std::shared_ptr<grpc::ChannelCredentials> credentials_;
  std::mutex mutex_;
  std::map<std::string, Node> nodes_;
};

Peers::Peers(PeerOptions options)
    : connections_(
          *new std::shared_ptr<Connections>(std::make_shared<Connections>(std::move(options)))) {
}  // see the header

Peers::~Peers() = default;

void Peers::Unary(const std::string& address, const rpc::Method& method,
                  const rpc::Context& context, const Message& request, rpc::AnyReply reply) {
  auto passed = std::make_shared<PassedCall>(method, context, std::move(reply));
  Describe(context, connections_->key(), &passed->call);
  Limit(context, kLongestCall, &passed->call);
  passed->request = BytesOf(request);
  const grpc::internal::RpcMethod path(passed->path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC);
  const auto channel = connections_->ForCall(address);
  grpc::internal::CallbackUnaryCall<ByteBuffer, ByteBuffer>(
      channel.get(), path, &passed->call, &passed->request, &passed->response,
      [passed, channel](const grpc::Status& status) { passed->Answer(status); });
}

void Peers::Stream(const std::string& address, const rpc::Method& method,
                   const rpc::Context& context, const Message& request,
                   std::shared_ptr<rpc::AnyServerStream> stream) {
  const Connections::Lent lent = connections_->ForStream(address);
  PassedStream::Start(
      std::make_shared<PassedStream>(method, context, std::move(stream),
                                     [connections = connections_, address, index = lent.index] {
                                       connections->Return(address, index);
                                     }),
      lent.channel.get(), connections_->key(), request);
}

}  // namespace wissel::gateway
