// One connection of the HTTP door: reads requests, asks the router, waits for services, writes.
// The only file that knows Beast is http_session.cc, for parsing headers and bodies.
//
// Threads: lives on its worker's thread. Invariants: nothing is read of a body before its call is
// admitted; every wait has a deadline or ends with Abort().
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>

#include "gateway/http_door.h"
#include "gateway/http_router.h"
#include "gateway/http_worker.h"

namespace wissel::gateway {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

// What all sessions of a door share.
struct HttpDoorState {
  HttpDoorOptions options;
  HttpRouter router;
};

class HttpSession {
 public:
  // Begins to serve; the session deletes itself when the connection has ended, then calls `on_end`.
  // Called on the worker's thread.
  static void Start(Socket socket, std::shared_ptr<HttpWorker> worker, const HttpDoorState& door,
                    std::function<void()> on_end);

  virtual ~HttpSession() = default;
  // Ends when the call under way is answered; a stream ends now.
  virtual void Drain() = 0;
  // Ends now.
  virtual void Abort() = 0;
};

}  // namespace wissel::gateway
