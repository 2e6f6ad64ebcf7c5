#include "gateway/http_door.h"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

#include "base/invariant.h"
#include "base/runtime/thread.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/http_session.h"
#include "gateway/http_worker.h"

namespace wissel::gateway {
namespace {

using boost::system::error_code;

constexpr Duration kAfterFailedAccept = Duration::Millis(100);

class Door final : public HttpDoor {
 public:
  Door(const HttpDoorOptions& options, HttpContent content)
      : state_{options, HttpRouter(std::move(content))} {
    for (int i = 0; i < options.threads; ++i) workers_.push_back(std::make_shared<HttpWorker>());
    acceptor_.emplace(workers_[0]->context);
  }

  ~Door() override { Stop(Duration()); }

  absl::Status Listen() {
    const auto& options = state_.options;
    error_code error;
    const auto address =
        asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, error);
    if (error) {
      return absl::InvalidArgumentError(
          fmt::format("\"{}\" is not an IP address to listen on for HTTP", options.host));
    }
    const asio::ip::tcp::endpoint endpoint(address, options.port);
    acceptor_->open(endpoint.protocol(), error);
    if (!error) acceptor_->set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_->bind(endpoint, error);
    if (!error) acceptor_->listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return absl::UnavailableError(fmt::format("cannot listen on {}:{} for HTTP: {}", options.host,
                                                options.port, error.message()));
    }
    port_ = acceptor_->local_endpoint().port();
    return absl::OkStatus();
  }

  void Run() {
    asio::co_spawn(workers_[0]->context, Accept(), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    for (auto& worker : workers_) {
      guards_.emplace_back(worker->context.get_executor());
      threads_.push_back(std::make_unique<Thread>(fmt::format("http-{}", threads_.size()),
                                                  [worker] { worker->context.run(); }));
    }
  }

  uint16_t port() const override { return port_; }

  void ComeRound(std::function<void()> answered) override { PassOn(0, std::move(answered)); }

  void Stop(Duration grace) override {
    if (threads_.empty()) return;
    asio::post(workers_[0]->context, [this] {
      error_code ignored;
      acceptor_->close(ignored);
    });
    for (auto& worker : workers_) {
      asio::post(worker->context, [worker] {
        worker->draining = true;
        for (HttpSession* session : worker->sessions) session->Drain();
      });
    }
    std::unique_lock lock(mutex_);
    const auto none = [this] { return connections_ == 0; };
    if (!none_left_.wait_for(lock, std::chrono::milliseconds(grace.millis()), none)) {
      lock.unlock();
      for (auto& worker : workers_) {
        asio::post(worker->context, [worker] {
          for (HttpSession* session : worker->sessions) session->Abort();
        });
      }
      lock.lock();
      none_left_.wait(lock, none);
    }
    lock.unlock();
    guards_.clear();
    threads_.clear();  // joins
  }

 private:
  Awaitable<void> Accept();
  void Refuse(Socket socket);
  void Begin(Socket socket, const std::shared_ptr<HttpWorker>& worker);

  // From one thread to the next.
  void PassOn(size_t next, std::function<void()> answered) {
    if (next == workers_.size()) return answered();
    asio::post(workers_[next]->context, [this, next, answered = std::move(answered)]() mutable {
      PassOn(next + 1, std::move(answered));
    });
  }

  void ConnectionEnded() {
    std::lock_guard lock(mutex_);
    --connections_;
    if (connections_ == 0) none_left_.notify_all();
  }

  HttpDoorState state_;
  std::vector<std::shared_ptr<HttpWorker>> workers_;
  std::optional<asio::basic_socket_acceptor<asio::ip::tcp, Executor>> acceptor_;
  uint16_t port_ = 0;
  std::vector<asio::executor_work_guard<Executor>> guards_;
  std::vector<std::unique_ptr<Thread>> threads_;
  std::mutex mutex_;
  std::condition_variable none_left_;
  size_t connections_ = 0;
};

Awaitable<void> Door::Accept() {
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>, Executor>
      pause(workers_[0]->context);
  for (size_t turn = 0; acceptor_->is_open(); ++turn) {
    const std::shared_ptr<HttpWorker>& worker = workers_[turn % workers_.size()];
    Socket socket(worker->context);
    const auto [error] = co_await acceptor_->async_accept(socket, kAwait);
    if (!acceptor_->is_open()) break;
    if (error) {
      // Out of descriptors, most likely; connections that end free some.
      pause.expires_at(After(kAfterFailedAccept));
      co_await pause.async_wait(kAwait);
      continue;
    }
    Begin(std::move(socket), worker);
  }
}

void Door::Begin(Socket socket, const std::shared_ptr<HttpWorker>& worker) {
  {
    std::lock_guard lock(mutex_);
    if (connections_ < state_.options.max_connections) {
      ++connections_;
    } else {
      return Refuse(std::move(socket));
    }
  }
  asio::post(worker->context, [this, worker, socket = std::move(socket)]() mutable {
    HttpSession::Start(std::move(socket), worker, state_, [this] { ConnectionEnded(); });
  });
}

void Door::Refuse(Socket socket) {
  constexpr std::string_view kFull =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\n"
      "Connection: close\r\n\r\n";
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.send(asio::buffer(kFull), 0, ignored);
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpDoor>> HttpDoor::Open(const HttpDoorOptions& options,
                                                         HttpContent content) {
  INVARIANT(options.threads > 0 && content.methods != nullptr && content.authenticate);
  auto door = std::make_unique<Door>(options, std::move(content));
  WISSEL_RETURN_IF_ERROR(door->Listen());
  door->Run();
  return door;
}

}  // namespace wissel::gateway
