// The HTTP door: every method of a MethodTable as the Connect protocol over HTTP/1.1 (JSON and
// binary, unary and server streaming; plain curl with JSON works), the web pages, /livez, /readyz
// and /metrics. This is the door that faces browsers; TLS ends before it.
//
// Only server/ and tests open it. Threads: its own, as many as asked for; Stop() from any other.
// Invariants: one message at most waits for a slow reader; a peer that sends or reads too slowly,
// too much or nothing at all loses its connection and nobody else's; pages of another origin cannot
// call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "gateway/http_router.h"

namespace wissel::gateway {

struct HttpDoorOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 0;  // 0: any free one
  int threads = 2;
  size_t max_connections = 10'000;
  size_t max_header_bytes = 16 << 10;
  size_t max_body_bytes = 4 << 20;
  // For callers without a role: a sign-in, a chat message.
  size_t max_anonymous_body_bytes = 64 << 10;
  // From a request's first byte to the end of its header, and from there to the end of its body.
  Duration header_timeout = Duration::Seconds(10);
  Duration body_timeout = Duration::Seconds(30);
  // Between two requests, and before the first.
  Duration idle_timeout = Duration::Minutes(2);
  // For one answer, or one message of a stream, to leave.
  Duration write_timeout = Duration::Seconds(30);
};

class HttpDoor {
 public:
  // INVALID_ARGUMENT or UNAVAILABLE where the address cannot be had.
  static absl::StatusOr<std::unique_ptr<HttpDoor>> Open(const HttpDoorOptions& options,
                                                        HttpContent content);
  // Stops at once.
  virtual ~HttpDoor() = default;

  virtual uint16_t port() const = 0;

  // Calls `answered` once every thread of the door has come round to it: a sign of life. Not after
  // Stop.
  virtual void ComeRound(std::function<void()> answered) = 0;

  // Takes no more connections, closes the idle ones, ends streams with UNAVAILABLE, lets calls
  // under way be answered within `grace`, then closes what is left.
  virtual void Stop(Duration grace) = 0;
};

}  // namespace wissel::gateway
