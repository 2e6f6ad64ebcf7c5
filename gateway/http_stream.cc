#include "gateway/http_stream.h"

#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "base/invariant.h"

namespace wissel::gateway {

rpc::AnyReply HttpReply::ForService() {
  // Shared by all copies of the function; the last one answers if none was called.
  struct Once {
    explicit Once(std::shared_ptr<HttpReply> to) : reply(std::move(to)) {}
    ~Once() {
      if (!called) reply->Deliver(absl::InternalError("the service gave no answer"), nullptr);
    }
    std::shared_ptr<HttpReply> reply;
    std::atomic<bool> called = false;
  };
  return [once = std::make_shared<Once>(shared_from_this())](
             absl::Status status, std::unique_ptr<google::protobuf::Message> message) {
    INVARIANT(!once->called.exchange(true));
    once->reply->Deliver(std::move(status), std::move(message));
  };
}

void HttpReply::Deliver(absl::Status status, std::unique_ptr<google::protobuf::Message> message) {
  const std::shared_ptr<HttpWorker> worker = worker_.lock();
  if (worker == nullptr) return;
  asio::dispatch(worker->context, [self = shared_from_this(), status = std::move(status),
                                   message = std::move(message)]() mutable {
    self->answered_ = true;
    self->status_ = std::move(status);
    self->message_ = std::move(message);
    if (self->session_ != nullptr) self->session_->Notify();
  });
}

bool HttpStream::writable() const {
  std::lock_guard lock(mutex_);
  return !closed_ && !ending_ && !occupied_;
}

bool HttpStream::Write(const google::protobuf::Message& message) {
  {
    std::lock_guard lock(mutex_);
    if (closed_ || ending_) return false;
    INVARIANT(!occupied_);
    occupied_ = true;
    message_ = message.SerializeAsString();
  }
  WakeSession();
  return true;
}

void HttpStream::Finish(absl::Status status) {
  {
    std::lock_guard lock(mutex_);
    if (closed_ || ending_) return;
    ending_ = std::move(status);
  }
  WakeSession();
}

void HttpStream::WakeSession() {
  const std::shared_ptr<HttpWorker> worker = worker_.lock();
  if (worker == nullptr) return;
  asio::dispatch(worker->context, [self = shared_from_this()] {
    if (self->session_ != nullptr) self->session_->Notify();
  });
}

void HttpStream::SetCallbacks(std::function<void()> on_writable, std::function<void()> on_closed) {
  std::lock_guard lock(mutex_);
  const std::shared_ptr<HttpWorker> worker = worker_.lock();
  if (worker == nullptr) return;
  // Posted, so that the functions change hands on the worker's thread, and late ones are called
  // outside of this call.
  asio::post(worker->context, [self = shared_from_this(), on_writable = std::move(on_writable),
                               on_closed = std::move(on_closed)]() mutable {
    bool closed = false;
    bool owes_writable = false;
    {
      std::lock_guard lock(self->mutex_);
      closed = self->closed_;
      owes_writable = std::exchange(self->owes_writable_, false);
    }
    if (closed) return on_closed();
    self->on_writable_ = std::move(on_writable);
    self->on_closed_ = std::move(on_closed);
    if (owes_writable && self->writable()) self->on_writable_();
  });
}

std::optional<std::string> HttpStream::Message() {
  std::lock_guard lock(mutex_);
  return std::exchange(message_, std::nullopt);
}

std::optional<absl::Status> HttpStream::Ending() {
  std::lock_guard lock(mutex_);
  return message_ ? std::nullopt : ending_;
}

void HttpStream::Written() {
  bool writable = false;
  {
    std::lock_guard lock(mutex_);
    occupied_ = false;
    writable = !closed_ && !ending_;
    owes_writable_ = writable && !on_writable_;
  }
  if (writable && on_writable_) on_writable_();
}

void HttpStream::Close() {
  {
    std::lock_guard lock(mutex_);
    if (closed_) return;
    closed_ = true;
    message_.reset();
  }
  session_ = nullptr;
  on_writable_ = nullptr;
  // Taken out first: it may hold the last reference to this stream.
  if (auto on_closed = std::exchange(on_closed_, nullptr)) on_closed();
}

}  // namespace wissel::gateway
