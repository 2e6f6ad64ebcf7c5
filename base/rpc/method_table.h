// What a service offers and what a door calls: each method of the contract in proto/ under its full
// name, with the roles that may call it. Services register here; the gRPC door and the HTTP door
// find every method here and in the descriptors, and know nothing of services.
//
// Threads: fill the table before a door opens, then it is read-only. Handlers are called on a
// door's threads, several at once, and must not block; they answer on any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/invariant.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace wissel::rpc {

// Bits of a set of roles; the same names as wissel.v1.Role.
enum class Role : uint8_t { kAgent = 1, kManager = 2, kPlanner = 4, kAdmin = 8, kIntegration = 16 };

class Roles {
 public:
  constexpr Roles() = default;
  constexpr Roles(std::initializer_list<Role> roles) {
    for (Role role : roles) bits_ |= static_cast<uint8_t>(role);
  }
  static constexpr Roles All() {
    return {Role::kAgent, Role::kManager, Role::kPlanner, Role::kAdmin, Role::kIntegration};
  }
  constexpr bool Has(Role role) const { return (bits_ & static_cast<uint8_t>(role)) != 0; }
  constexpr bool Intersects(Roles other) const { return (bits_ & other.bits_) != 0; }
  constexpr void Add(Role role) { bits_ |= static_cast<uint8_t>(role); }
  constexpr bool empty() const { return bits_ == 0; }

 private:
  uint8_t bits_ = 0;
};

// Who calls, as the door found out from the token.
struct Caller {
  std::string user;   // "users/anna"; empty without a token
  std::string agent;  // "agents/anna"; empty for users who are no agents
  Roles roles;
  // The sign-in that the token came from; empty: none that can be ended.
  std::string session = {};
  // Whose user this is, as the token says; empty: of the only center.
  std::string tenant = {};
  // "teams/south", "queues/nl-general": what this user is confined to; empty: nothing.
  std::vector<std::string> teams = {};
  std::vector<std::string> queues = {};
};

// A browser on the other side of the HTTP door: what cookies it sent and which it is to keep.
// Whoever answers the call writes before the answer, the door reads after it.
struct Browser {
  std::string cookies;                   // of the header Cookie
  std::vector<std::string> set_cookies;  // a header Set-Cookie each
};

struct Context {
  Caller caller;
  std::string peer;                            // address of the other side, for logs
  std::shared_ptr<Browser> browser = nullptr;  // of a unary call through the HTTP door
  // When whoever calls gives up; an answer after that is for nobody.
  std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt;

  // Of doors that lead to several centers, on this machine or on another.
  std::string tenant = {};  // whose center is asked for by name; empty: by none
  std::string host = {};    // by which name the HTTP door was reached, without its port
  std::string token = {};   // as it came, to be passed on
  absl::Status sign_in;     // why that token counts for nobody
  bool forwarded = false;   // by a door of another machine
};

using AnyReply = std::function<void(absl::Status, std::unique_ptr<google::protobuf::Message>)>;

// The one answer to a unary call: call it once, on any thread.
template <class Response>
class Reply {
 public:
  explicit Reply(AnyReply reply) : reply_(std::move(reply)) {}
  void operator()(absl::StatusOr<Response> result) const {
    if (!result.ok()) return reply_(std::move(result).status(), nullptr);
    reply_(absl::OkStatus(), std::make_unique<Response>(*std::move(result)));
  }

 private:
  AnyReply reply_;
};

// The sending half of a server-streaming call. At most one message waits to be sent: a service
// writes while `writable()` and otherwise waits for `on_writable`, so that a slow reader costs one
// message and never the server's memory. Thread-safe. Callbacks come on a door's thread, never from
// within a call to the stream, and not after `on_closed`, which comes exactly once.
class AnyServerStream {
 public:
  virtual ~AnyServerStream() = default;
  virtual bool writable() const = 0;
  // False when closed. Must be writable.
  virtual bool Write(const google::protobuf::Message& message) = 0;
  // Ends the call; `on_closed` follows.
  virtual void Finish(absl::Status status) = 0;
  virtual void SetCallbacks(std::function<void()> on_writable, std::function<void()> on_closed) = 0;
};

template <class Response>
class ServerStream {
 public:
  explicit ServerStream(std::shared_ptr<AnyServerStream> stream) : stream_(std::move(stream)) {}
  bool writable() const { return stream_->writable(); }
  bool Write(const Response& message) const { return stream_->Write(message); }
  void Finish(absl::Status status) const { stream_->Finish(std::move(status)); }
  void SetCallbacks(std::function<void()> on_writable, std::function<void()> on_closed) const {
    stream_->SetCallbacks(std::move(on_writable), std::move(on_closed));
  }

 private:
  std::shared_ptr<AnyServerStream> stream_;
};

struct Method {
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  const google::protobuf::Message* request_prototype = nullptr;
  const google::protobuf::Message* response_prototype = nullptr;
  bool open_to_all = false;  // no token asked for
  Roles roles;               // any one of them suffices
  // One of the two is set.
  std::function<void(const Context&, const google::protobuf::Message&, AnyReply)> unary;
  std::function<void(const Context&, const google::protobuf::Message&,
                     std::shared_ptr<AnyServerStream>)>
      server_streaming;
};

// Who may call a method.
struct Access {
  static Access Of(Roles roles) { return {false, roles}; }
  static Access OpenToAll() { return {true, Roles()}; }
  bool open_to_all = false;
  Roles roles;
};

class MethodTable {
 public:
  // `name` as in the contract: "wissel.v1.WorkService.CreateWorkItem".
  template <class Request, class Response>
  void Unary(std::string_view name, Access access,
             std::function<void(const Context&, const Request&, Reply<Response>)> handler) {
    Method& method = Add(name, access, Request::default_instance(), Response::default_instance());
    INVARIANT(!method.descriptor->server_streaming() && !method.descriptor->client_streaming());
    method.unary = [handler = std::move(handler)](const Context& context,
                                                  const google::protobuf::Message& request,
                                                  AnyReply reply) {
      handler(context, static_cast<const Request&>(request), Reply<Response>(std::move(reply)));
    };
  }

  template <class Request, class Response>
  void ServerStreaming(
      std::string_view name, Access access,
      std::function<void(const Context&, const Request&, ServerStream<Response>)> handler) {
    Method& method = Add(name, access, Request::default_instance(), Response::default_instance());
    INVARIANT(method.descriptor->server_streaming() && !method.descriptor->client_streaming());
    method.server_streaming = [handler = std::move(handler)](
                                  const Context& context, const google::protobuf::Message& request,
                                  std::shared_ptr<AnyServerStream> stream) {
      handler(context, static_cast<const Request&>(request),
              ServerStream<Response>(std::move(stream)));
    };
  }

  // A method that is all there, for tables over other tables.
  void Add(Method method);

  // Null for a method that is not served.
  const Method* Find(std::string_view full_name) const;
  const std::map<std::string, Method, std::less<>>& methods() const { return methods_; }

  // UNAUTHENTICATED without a token, PERMISSION_DENIED naming the roles that may.
  static absl::Status Authorize(const Method& method, const Caller& caller);

 private:
  Method& Add(std::string_view name, Access access, const google::protobuf::Message& request,
              const google::protobuf::Message& response);

  std::map<std::string, Method, std::less<>> methods_;
};

// Turns a bearer token into a caller; UNAUTHENTICATED with the reason otherwise. An empty token is
// a caller without roles. Thread-safe.
using Authenticate = std::function<absl::StatusOr<Caller>(std::string_view bearer_token)>;

}  // namespace wissel::rpc
