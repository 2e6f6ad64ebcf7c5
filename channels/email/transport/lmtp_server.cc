#include "channels/email/transport/lmtp_server.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <future>
#include <optional>
#include <set>
#include <utility>

#include "base/runtime/log.h"
#include "base/runtime/thread.h"
#include "fmt/format.h"

namespace wissel::email {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Stream = asio::generic::stream_protocol;
using Steady = std::chrono::steady_clock;

constexpr size_t kReadBytes = 64 << 10;

Steady::duration Of(Duration d) { return std::chrono::milliseconds(d.millis()); }

}  // namespace

class LmtpServer::Door : public std::enable_shared_from_this<LmtpServer::Door> {
 public:
  Door(LmtpServerOptions options, LmtpSession::Knows knows, Deliver deliver)
      : options(std::move(options)), knows(std::move(knows)), deliver(std::move(deliver)) {}

  absl::Status Listen();
  void Run();
  void Stop(Duration grace);

  class Connection;
  void Ended(Connection* connection) {
    connections_.erase(connection);
    if (stopping_ && connections_.empty()) NothingLeft();
  }
  bool stopping() const { return stopping_; }

  const LmtpServerOptions options;
  const LmtpSession::Knows knows;
  const Deliver deliver;
  asio::io_context context{1};
  uint16_t port = 0;

 private:
  void Accept();
  void StopHere();
  void NothingLeft() {
    guard_.reset();
    last_call_.cancel();
  }

  std::optional<asio::basic_socket_acceptor<Stream>> acceptor_;
  asio::steady_timer pause_{context};
  asio::steady_timer last_call_{context};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> guard_;
  std::set<Connection*> connections_;
  bool stopping_ = false;
  std::unique_ptr<Thread> thread_;
};

// One connection. Lives while an operation of its socket or timer is under way.
class LmtpServer::Door::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Door> door, Stream::socket socket)
      : door_(std::move(door)),
        socket_(std::move(socket)),
        timer_(door_->context),
        session_(door_->options.name, door_->options.limits, door_->knows,
                 door_->options.undecided),
        began_(Steady::now()),
        heard_(began_) {}
  ~Connection() { door_->Ended(this); }

  void Begin() { Go(); }

  // Between mails it ends at once; a mail under way is answered first.
  void Drain() {
    draining_ = true;
    if (!session_.awaits_answer()) End("4.3.2", "the server is stopping");
  }
  void End(std::string_view status, std::string_view why) {
    session_.End({421, std::string(status), std::string(why)});
    Go();
  }
  void Abort() {
    error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
  }

 private:
  // Whatever is to be done next.
  void Go() {
    output_ += session_.TakeOutput();
    if (auto mail = session_.TakeMail()) HandOver(*std::move(mail));
    Write();
    Read();
    Watch();
  }

  void HandOver(LmtpMail mail) {
    // The answer may come from any thread, and after the connection has gone.
    door_->deliver(std::move(mail),
                   [weak = weak_from_this(), door = door_](std::vector<LmtpReply> replies) {
                     asio::post(door->context, [weak, replies = std::move(replies)] {
                       if (auto self = weak.lock()) self->OnAnswer(replies);
                     });
                   });
  }

  void OnAnswer(const std::vector<LmtpReply>& replies) {
    if (!session_.awaits_answer()) return;
    heard_ = Steady::now();
    in_mail_since_.reset();
    session_.Answer(replies);
    if (draining_ && !session_.awaits_answer()) return End("4.3.2", "the server is stopping");
    Go();
  }

  void Read() {
    if (reading_ || !socket_.is_open() || session_.ended() || session_.full()) return;
    if (output_.size() > kReadBytes) return;  // it does not read what it is told
    reading_ = true;
    socket_.async_read_some(asio::buffer(input_),
                            [self = shared_from_this()](error_code error, size_t bytes) {
                              self->reading_ = false;
                              if (error) return self->Abort();
                              self->heard_ = Steady::now();
                              self->session_.Feed(std::string_view(self->input_.data(), bytes));
                              self->Go();
                            });
  }

  void Write() {
    if (writing_ || output_.empty() || !socket_.is_open()) return;
    writing_ = true;
    sending_ = std::exchange(output_, "");
    asio::async_write(socket_, asio::buffer(sending_),
                      [self = shared_from_this()](error_code error, size_t) {
                        self->writing_ = false;
                        if (error) return self->Abort();
                        self->heard_ = Steady::now();
                        if (self->session_.ended() && self->output_.empty()) return self->Abort();
                        self->Go();
                      });
  }

  // When it will have taken too long.
  void Watch() {
    if (!socket_.is_open()) return;
    if (!session_.in_transaction()) in_mail_since_.reset();
    if (session_.in_transaction() && !in_mail_since_) in_mail_since_ = Steady::now();
    Steady::time_point due = began_ + Of(door_->options.session);
    // While a mail is being kept, we are who is slow.
    if (!session_.awaits_answer()) due = std::min(due, heard_ + Of(door_->options.idle));
    if (in_mail_since_) due = std::min(due, *in_mail_since_ + Of(door_->options.transaction));
    timer_.expires_at(due);
    timer_.async_wait([weak = weak_from_this()](error_code error) {
      auto self = weak.lock();
      if (error || self == nullptr) return;
      // Told once; what does not even take that is closed.
      if (self->session_.ended()) return self->Abort();
      self->heard_ = Steady::now();
      self->in_mail_since_.reset();
      self->End("4.4.2", "this takes too long");
    });
  }

  const std::shared_ptr<Door> door_;
  Stream::socket socket_;
  asio::steady_timer timer_;
  LmtpSession session_;
  const Steady::time_point began_;
  Steady::time_point heard_;
  std::optional<Steady::time_point> in_mail_since_;
  std::array<char, kReadBytes> input_;
  std::string output_;
  std::string sending_;
  bool reading_ = false;
  bool writing_ = false;
  bool draining_ = false;
};

absl::Status LmtpServer::Door::Listen() {
  error_code error;
  Stream::endpoint endpoint;
  std::string where = options.path;
  if (!options.path.empty()) {
    ::unlink(options.path.c_str());  // of a server that ended without closing it
    endpoint = asio::local::stream_protocol::endpoint(options.path);
  } else {
    const auto address =
        asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, error);
    if (error) {
      return absl::InvalidArgumentError(
          fmt::format("\"{}\" is not an IP address to listen on for LMTP", options.host));
    }
    endpoint = asio::ip::tcp::endpoint(address, options.port);
    where = fmt::format("{}:{}", options.host, options.port);
  }
  acceptor_.emplace(context);
  acceptor_->open(endpoint.protocol(), error);
  if (!error && options.path.empty()) {
    acceptor_->set_option(asio::socket_base::reuse_address(true), error);
  }
  if (!error) acceptor_->bind(endpoint, error);
  if (!error) acceptor_->listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return absl::UnavailableError(
        fmt::format("cannot listen on {} for LMTP: {}", where, error.message()));
  }
  if (options.path.empty()) {
    asio::ip::tcp::endpoint bound;
    const Stream::endpoint local = acceptor_->local_endpoint();
    bound.resize(local.size());
    std::copy_n(reinterpret_cast<const char*>(local.data()), local.size(),
                reinterpret_cast<char*>(bound.data()));
    port = bound.port();
  }
  return absl::OkStatus();
}

void LmtpServer::Door::Run() {
  guard_.emplace(context.get_executor());
  Accept();
  thread_ = std::make_unique<Thread>("lmtp", [this] { context.run(); });
}

void LmtpServer::Door::Accept() {
  acceptor_->async_accept([self = shared_from_this()](error_code error, Stream::socket socket) {
    if (self->stopping_ || !self->acceptor_->is_open()) return;
    if (error) {
      // Out of descriptors, most likely; connections that end free some.
      self->pause_.expires_after(std::chrono::milliseconds(100));
      return self->pause_.async_wait([self](error_code) { self->Accept(); });
    }
    auto connection = std::make_shared<Connection>(self, std::move(socket));
    const bool room = self->connections_.size() < self->options.connections;
    self->connections_.insert(connection.get());
    if (room) {
      connection->Begin();
    } else {
      connection->End("4.3.2", "too many connections");
    }
    self->Accept();
  });
}

void LmtpServer::Door::Stop(Duration grace) {
  if (thread_ == nullptr) return;
  asio::post(context, [self = shared_from_this(), grace] {
    self->stopping_ = true;
    error_code ignored;
    self->acceptor_->close(ignored);
    self->pause_.cancel();
    // Each may end, and go, while it is asked.
    std::vector<std::shared_ptr<Connection>> all;
    for (Connection* connection : self->connections_) all.push_back(connection->shared_from_this());
    for (const auto& connection : all) connection->Drain();
    self->last_call_.expires_after(Of(grace));
    self->last_call_.async_wait([self](error_code) { self->StopHere(); });
    if (self->connections_.empty()) self->NothingLeft();
  });
  thread_->Join();
  thread_.reset();
  if (!options.path.empty()) ::unlink(options.path.c_str());
}

void LmtpServer::Door::StopHere() {
  std::vector<std::shared_ptr<Connection>> all;
  for (Connection* connection : connections_) all.push_back(connection->shared_from_this());
  for (const auto& connection : all) connection->Abort();
  guard_.reset();
}

absl::StatusOr<std::unique_ptr<LmtpServer>> LmtpServer::Open(LmtpServerOptions options,
                                                             LmtpSession::Knows knows,
                                                             Deliver deliver) {
  auto door = std::make_shared<Door>(std::move(options), std::move(knows), std::move(deliver));
  if (absl::Status status = door->Listen(); !status.ok()) return status;
  door->Run();
  return std::unique_ptr<LmtpServer>(new LmtpServer(std::move(door)));
}

LmtpServer::LmtpServer(std::shared_ptr<Door> door) : door_(std::move(door)) {}
LmtpServer::~LmtpServer() { Stop(Duration()); }
uint16_t LmtpServer::port() const { return door_->port; }
void LmtpServer::Stop(Duration grace) { door_->Stop(grace); }

}  // namespace wissel::email
