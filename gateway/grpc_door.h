// The gRPC door: every method of a MethodTable as a gRPC C++ callback server, built from the
// descriptors, with health (grpc.health.v1) and reflection. For the private network: it asks for a
// token, and for a client's certificate where it is given a CA (grpc_tls.h).
//
// Only server/ and tests open it. Threads: gRPC's own; Stop() from any thread that is none of
// those. Invariants: each call is answered exactly once, also when a service forgets; no handler is
// called for a caller whom the table does not admit; what admission refuses is refused before
// anything of it is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "base/time.h"
#include "gateway/admission.h"
#include "gateway/grpc_tls.h"
#include "gateway/rate_limit.h"

namespace wissel::gateway {

struct GrpcDoorOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 0;  // 0: any free one
  int max_message_bytes = 4 << 20;
  int max_metadata_bytes = 16 << 10;
  int max_streams_per_connection = 250;
  // Sees how each admitted unary call ended, on the thread that answers it.
  std::function<void(absl::StatusCode)> answered;
  Admission* admission = nullptr;  // outlives the door; null: every call is let in
  // Sees from where a token came that is none, on a thread of the door.
  std::function<void(std::string_view peer)> token_refused;
  RateLimit* rate_limit = nullptr;  // outlives the door; null: everybody as often as they like
  std::optional<GrpcTls> tls;       // none: plain text, for loopback
  // What other nodes of the cell know, and say with the calls that they pass on (peers.h); empty:
  // nobody passes any on.
  std::string peer_key;
};

class GrpcDoor {
 public:
  // `methods` outlives the door. UNAVAILABLE where the address cannot be had,
  // FAILED_PRECONDITION where a file of `tls` is wrong.
  static absl::StatusOr<std::unique_ptr<GrpcDoor>> Open(const GrpcDoorOptions& options,
                                                        const rpc::MethodTable& methods,
                                                        rpc::Authenticate authenticate);
  // Stops at once.
  virtual ~GrpcDoor() = default;

  virtual uint16_t port() const = 0;

  // Takes no more calls, ends streams with UNAVAILABLE, lets calls under way be answered within
  // `grace`, then cancels the rest.
  virtual void Stop(Duration grace) = 0;
};

}  // namespace wissel::gateway
