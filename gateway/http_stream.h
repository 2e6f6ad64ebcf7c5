// The two ends of a call that a service answers on any thread and a session waits for on its own:
// HttpReply of a unary call, HttpStream of a server-streaming one.
//
// Threads: what a service calls is thread-safe; what the session calls runs on the worker's thread,
// and so do all callbacks. Both may outlive session, worker and door.
// Invariants: an HttpStream holds one message at most; `on_closed` comes once and last.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/rpc/method_table.h"
#include "gateway/http_worker.h"

namespace wissel::gateway {

class HttpReply : public std::enable_shared_from_this<HttpReply> {
 public:
  HttpReply(std::weak_ptr<HttpWorker> worker, Wakeup* session)
      : worker_(std::move(worker)), session_(session) {}

  // What the service gets. Dropped unanswered, it answers INTERNAL.
  rpc::AnyReply ForService();

  // The session's part. `context` and `request` live as long as this does.
  rpc::Context context;
  std::unique_ptr<google::protobuf::Message> request;
  bool answered() const { return answered_; }
  const absl::Status& status() const { return status_; }
  const google::protobuf::Message* message() const { return message_.get(); }
  void GiveUp() { session_ = nullptr; }

 private:
  void Deliver(absl::Status status, std::unique_ptr<google::protobuf::Message> message);

  std::weak_ptr<HttpWorker> worker_;
  Wakeup* session_;
  bool answered_ = false;
  absl::Status status_;
  std::unique_ptr<google::protobuf::Message> message_;
};

class HttpStream : public rpc::AnyServerStream, public std::enable_shared_from_this<HttpStream> {
 public:
  HttpStream(std::weak_ptr<HttpWorker> worker, Wakeup* session)
      : worker_(std::move(worker)), session_(session) {}

  // The service's part.
  bool writable() const override;
  bool Write(const google::protobuf::Message& message) override;
  void Finish(absl::Status status) override;
  void SetCallbacks(std::function<void()> on_writable, std::function<void()> on_closed) override;

  // The session's part: the serialised message that waits, if any; it counts as waiting until
  // Written().
  std::optional<std::string> Message();
  // What the service ended with; only once no message waits.
  std::optional<absl::Status> Ending();
  void Written();
  void Close();

 private:
  void WakeSession();

  mutable std::mutex mutex_;
  std::weak_ptr<HttpWorker> worker_;
  Wakeup* session_;  // of the worker's thread; null once closed
  std::optional<std::string> message_;
  bool occupied_ = false;  // a message waits or is being sent
  std::optional<absl::Status> ending_;
  bool closed_ = false;
  bool owes_writable_ = false;         // a message was sent before there were callbacks
  std::function<void()> on_writable_;  // both of the worker's thread
  std::function<void()> on_closed_;
};

}  // namespace wissel::gateway
