// The gRPC door: every method of a MethodTable as a gRPC C++ callback server, built from the
// descriptors, with health (grpc.health.v1) and reflection. For the private network: it asks for a
// token, it does not encrypt.
//
// Only server/ and tests open it. Threads: gRPC's own; Stop() from any thread that is none of
// those. Invariants: each call is answered exactly once, also when a service forgets; no handler is
// called for a caller whom the table does not admit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "base/time.h"

namespace wissel::gateway {

struct GrpcDoorOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 0;  // 0: any free one
  int max_message_bytes = 4 << 20;
  int max_metadata_bytes = 16 << 10;
  int max_streams_per_connection = 10'000;
};

class GrpcDoor {
 public:
  // `methods` outlives the door. UNAVAILABLE where the address cannot be had.
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
