// One thread of the HTTP door and what lives on it: an event loop and the sessions of its
// connections. Everything here is touched by that thread alone, unless it says otherwise.
//
// What outlives a session (a service's stream or reply) holds a weak pointer to the worker and
// posts to it.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <optional>
#include <set>
#include <utility>

#include "base/time.h"

namespace wissel::gateway {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;
template <class T>
using Awaitable = asio::awaitable<T, Executor>;
// Errors are returned, not thrown.
inline constexpr auto kAwait = asio::as_tuple(asio::use_awaitable_t<Executor>());

using SteadyTime = std::chrono::steady_clock::time_point;
inline SteadyTime After(Duration duration) {
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(duration.millis());
}

class HttpSession;

struct HttpWorker {
  asio::io_context context{1};
  std::set<HttpSession*> sessions;
  bool draining = false;
};

// Lets a coroutine wait for something that happens elsewhere on its thread.
class Wakeup {
 public:
  explicit Wakeup(const Executor& executor) : timer_(executor) {}

  void Notify() {
    set_ = true;
    timer_.cancel();
  }

  // Until notified, once, or until the deadline.
  Awaitable<void> Wait(std::optional<SteadyTime> deadline) {
    if (!set_) {
      timer_.expires_at(deadline.value_or(SteadyTime::max()));
      co_await timer_.async_wait(kAwait);
    }
    set_ = false;
  }

 private:
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>, Executor>
      timer_;
  bool set_ = false;
};

}  // namespace wissel::gateway
