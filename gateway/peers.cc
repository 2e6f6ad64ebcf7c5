#include "gateway/peers.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/rpc_method.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/client_callback.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <list>
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
using SteadyClock = std::chrono::steady_clock;

// A door takes 250 calls and streams of one connection at a time (grpc_door.h).
constexpr int kStreamsPerConnection = 200;
constexpr int kConnectionsForCalls = 4;
constexpr std::chrono::seconds kLongestCall(60);
// gRPC is the first to say so, where its timers run.
constexpr std::chrono::milliseconds kAfterTheDeadline(500);
// A node that gives a center away answers what it was asked before; that may still be on its way.
constexpr std::chrono::seconds kForLastAnswers(1);
// A connection that has not come about for so long is begun anew.
constexpr std::chrono::seconds kLongestConnecting(2);

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
  // A door that shuts breaks off what it has under way, and so does BreakOff; a caller who breaks
  // off is told nothing.
  if (status.error_code() == grpc::StatusCode::CANCELLED) {
    return absl::UnavailableError(
        fmt::format("the node that served the center {} did not answer", tenant));
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

// Until when it may go on: until its caller gives up, or a node that says nothing is given up. gRPC
// tells the other node, and is not relied upon here.
std::optional<SteadyClock::time_point> Limit(const rpc::Context& context,
                                             std::optional<std::chrono::seconds> longest,
                                             grpc::ClientContext* call) {
  if (!context.deadline && !longest) return std::nullopt;
  const auto now = SteadyClock::now();
  const auto end = context.deadline ? *context.deadline : now + *longest;
  call->set_deadline(std::chrono::system_clock::now() + (end - now));
  return end + kAfterTheDeadline;
}

// Of a call or stream that is passed on, from its start to its end.
struct UnderWay {
  std::string tenant;
  std::string address;
  const grpc::Channel* channel = nullptr;
  std::optional<SteadyClock::time_point> end;
  std::shared_ptr<grpc::ClientContext> call;
  std::optional<SteadyClock::time_point> astray;  // since its center is somewhere else
};

class UnderWayList {
 public:
  using Place = std::list<UnderWay>::iterator;

  Place Add(UnderWay one) {
    std::lock_guard lock(mutex_);
    return all_.insert(all_.end(), std::move(one));
  }
  void Remove(Place place) {
    std::lock_guard lock(mutex_);
    all_.erase(place);
  }
  // Their ends come from within.
  template <class Which>
  void BreakOff(Which which) {
    std::vector<std::shared_ptr<grpc::ClientContext>> calls;
    {
      std::lock_guard lock(mutex_);
      for (UnderWay& one : all_) {
        if (which(one)) calls.push_back(one.call);
      }
    }
    for (const auto& call : calls) call->TryCancel();
  }

 private:
  std::mutex mutex_;
  std::list<UnderWay> all_;
};

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
  UnderWayList::Place place;

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
                    const std::string& address, const std::string& key, UnderWayList* under_way,
                    const Message& request) {
    Describe(self->context_, key, &self->call_);
    const auto end = Limit(self->context_, std::nullopt, &self->call_);
    self->self_ = self;
    self->under_way_ = under_way;
    self->place_ = under_way->Add(
        {self->context_.tenant, address, channel, end, {self, &self->call_}, std::nullopt});
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
    under_way_->Remove(place_);
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
  UnderWayList* under_way_ = nullptr;
  UnderWayList::Place place_;
};

}  // namespace

class Peers::Connections {
 public:
  explicit Connections(PeerOptions options)
      : key_(std::move(options.key)),
        credentials_(options.tls ? MakeChannelCredentials(*options.tls)
                                 : grpc::InsecureChannelCredentials()) {}

  const std::string& key() const { return key_; }

  UnderWayList& under_way() { return under_way_; }

  // One of a few, in turn.
  std::shared_ptr<grpc::Channel> ForCall(const std::string& address) {
    std::lock_guard lock(mutex_);
    Node& node = nodes_[address];
    if (node.calls.size() < kConnectionsForCalls) node.calls.push_back(Connect(address));
    return node.calls[node.turn++ % node.calls.size()]->channel;
  }

  struct Lent {
    std::shared_ptr<grpc::Channel> channel;
    std::function<void()> give_back;
  };
  // One with room for a stream.
  Lent ForStream(const std::string& address) {
    std::lock_guard lock(mutex_);
    auto& all = nodes_[address].streams;
    auto free = std::find_if(all.begin(), all.end(), [](const auto& connection) {
      return connection->streams < kStreamsPerConnection;
    });
    if (free == all.end()) free = all.insert(all.end(), Connect(address));
    ++(*free)->streams;
    return {(*free)->channel, [connection = *free] { --connection->streams; }};
  }

  void BeginAnewWhatDoesNotComeAbout() {
    const auto now = SteadyClock::now();
    std::vector<std::shared_ptr<Connection>> old;
    {
      std::lock_guard lock(mutex_);
      for (auto& [address, node] : nodes_) {
        for (auto* all : {&node.calls, &node.streams}) {
          for (auto& connection : *all) {
            if (!LateToConnect(*connection, now)) continue;
            old.push_back(std::exchange(connection, Connect(address)));
          }
        }
      }
    }
    for (const auto& connection : old) {
      under_way_.BreakOff(
          [&](const UnderWay& one) { return one.channel == connection->channel.get(); });
    }
  }

 private:
  struct Connection {
    std::shared_ptr<grpc::Channel> channel;
    std::atomic<int> streams = 0;
    std::optional<SteadyClock::time_point> connecting;  // since
  };
  struct Node {
    std::vector<std::shared_ptr<Connection>> calls;
    size_t turn = 0;
    std::vector<std::shared_ptr<Connection>> streams;
  };

  static bool LateToConnect(Connection& connection, SteadyClock::time_point now) {
    const auto state = connection.channel->GetState(/*try_to_connect=*/false);
    if (state == GRPC_CHANNEL_READY || state == GRPC_CHANNEL_IDLE) {
      connection.connecting.reset();
      return false;
    }
    if (!connection.connecting) connection.connecting = now;
    return now - *connection.connecting > kLongestConnecting;
  }

  std::shared_ptr<Connection> Connect(const std::string& address) const {
    grpc::ChannelArguments arguments;
    // Each a connection of its own.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 15'000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
    // A node that was away is tried again soon.
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
    auto connection = std::make_shared<Connection>();
    connection->channel = grpc::CreateCustomChannel(address, credentials_, arguments);
    return connection;
  }

  const std::string key_;
  const std::shared_ptr<grpc::ChannelCredentials> credentials_;
  std::mutex mutex_;
  std::map<std::string, Node> nodes_;
  UnderWayList under_way_;
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
  const auto end = Limit(context, kLongestCall, &passed->call);
  passed->request = BytesOf(request);
  const grpc::internal::RpcMethod path(passed->path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC);
  const auto channel = connections_->ForCall(address);
  passed->place = connections_->under_way().Add(
      {context.tenant, address, channel.get(), end, {passed, &passed->call}, std::nullopt});
  grpc::internal::CallbackUnaryCall<ByteBuffer, ByteBuffer>(
      channel.get(), path, &passed->call, &passed->request, &passed->response,
      [passed, channel, connections = connections_](const grpc::Status& status) {
        connections->under_way().Remove(passed->place);
        passed->Answer(status);
      });
}

void Peers::Stream(const std::string& address, const rpc::Method& method,
                   const rpc::Context& context, const Message& request,
                   std::shared_ptr<rpc::AnyServerStream> stream) {
  const Connections::Lent lent = connections_->ForStream(address);
  PassedStream::Start(
      std::make_shared<PassedStream>(method, context, std::move(stream),
                                     [connections = connections_, lent] { lent.give_back(); }),
      lent.channel.get(), address, connections_->key(), &connections_->under_way(), request);
}

void Peers::BreakOff(
    const std::function<bool(const std::string& tenant, const std::string& address)>& still_at) {
  connections_->BeginAnewWhatDoesNotComeAbout();
  const auto now = SteadyClock::now();
  connections_->under_way().BreakOff([&](UnderWay& one) {
    if (still_at(one.tenant, one.address)) {
      one.astray.reset();
    } else if (!one.astray) {
      one.astray = now;
    }
    return (one.end && now > *one.end) || (one.astray && now > *one.astray + kForLastAnswers);
  });
}

}  // namespace wissel::gateway
