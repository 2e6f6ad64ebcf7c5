// A stream of which only the newest message counts: how far something is. A reader who is slow
// misses what was overtaken, and always gets the last one before the end.
//
// Thread-safe. Make it with std::make_shared and call Open once.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/rpc/method_table.h"

namespace wissel::rpc {

template <class Response>
class LatestStream : public std::enable_shared_from_this<LatestStream<Response>> {
 public:
  explicit LatestStream(ServerStream<Response> stream) : stream_(std::move(stream)) {}

  void Open() {
    stream_.SetCallbacks([self = this->shared_from_this()] { self->Send(); },
                         [self = this->shared_from_this()] { self->closed_ = true; });
  }
  // Nobody reads any more.
  bool closed() const { return closed_; }

  void Tell(Response response) {
    {
      std::lock_guard lock(mutex_);
      next_ = std::move(response);
    }
    Send();
  }
  // After the newest message; an error drops it.
  void End(const absl::Status& status) {
    {
      std::lock_guard lock(mutex_);
      end_ = status;
      if (!status.ok()) next_.reset();
    }
    Send();
  }

 private:
  void Send() {
    std::lock_guard lock(mutex_);
    if (closed_ || finished_) return;
    if (next_ && stream_.writable()) {
      stream_.Write(*next_);
      next_.reset();
    }
    if (next_ || !end_) return;
    finished_ = true;
    stream_.Finish(*end_);
  }

  const ServerStream<Response> stream_;
  std::atomic<bool> closed_ = false;
  std::mutex mutex_;
  std::optional<Response> next_;
  std::optional<absl::Status> end_;
  bool finished_ = false;
};

}  // namespace wissel::rpc
