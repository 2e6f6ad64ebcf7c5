// Calls that are passed on to the gRPC door of another node of the cell, as they came: with the
// caller's token, address and cookies, and until the same deadline.
//
// Thread-safe. Answers come on gRPC's threads. Invariants: a call is passed on once; whoever called
// gets the other node's refusal word by word; a slow reader costs one message here too; a call
// ends, whatever gRPC's own timers do (they wait by the wall clock: set back by an hour, it stops
// them for an hour).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/rpc/method_table.h"
#include "gateway/grpc_tls.h"

namespace wissel::gateway {

struct PeerOptions {
  std::string key;  // as GrpcDoorOptions::peer_key
  // None: plain text. Otherwise its certificate is shown to the others, and theirs are checked
  // against its `client_ca`.
  std::optional<GrpcTls> tls;
};

class Peers {
 public:
  explicit Peers(PeerOptions options);
  ~Peers();

  // `address`: HOST:PORT. A refusal for which IsElsewhere() (peer_headers.h): nothing was done,
  // since that node does not serve the center any more, or cannot be reached.
  void Unary(const std::string& address, const rpc::Method& method, const rpc::Context& context,
             const google::protobuf::Message& request, rpc::AnyReply reply);
  void Stream(const std::string& address, const rpc::Method& method, const rpc::Context& context,
              const google::protobuf::Message& request,
              std::shared_ptr<rpc::AnyServerStream> stream);

  // To be called several times a second: breaks off calls whose time is over, and calls and streams
  // of a center that has been somewhere else for a second, as far as `still_at` knows.
  void BreakOff(
      const std::function<bool(const std::string& tenant, const std::string& address)>& still_at);

 private:
  class Connections;
  // gRPC keeps threads as long as there is a channel, and does not end them well: they stay for as
  // long as the process.
  std::shared_ptr<Connections> connections_;
};

}  // namespace wissel::gateway
