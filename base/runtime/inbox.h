// The way into a thread: a bounded queue with many senders and one receiver, who takes everything
// at once.
//
// Thread-safe: Push, Close and size() from any thread, Drain from one. What was pushed before Close
// is still drained. Order is the order of the pushes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace wissel {

enum class PushResult { kPushed, kFull, kClosed };

template <class T>
class Inbox {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  explicit Inbox(size_t capacity) : capacity_(capacity) {}

  // Moves from `item` only when it is pushed. `beyond` more than the capacity are let in: for
  // senders who must still get through when ordinary ones are turned away.
  PushResult Push(T& item, size_t beyond = 0) {
    std::lock_guard lock(mutex_);
    if (closed_) return PushResult::kClosed;
    if (items_.size() >= capacity_ + beyond) return PushResult::kFull;
    items_.push_back(std::move(item));
    if (items_.size() == 1) arrived_.notify_one();
    return PushResult::kPushed;
  }

  // Waits until there is something, `until` has come (none: however long it takes) or the inbox is
  // closed, then swaps everything into `items`, which must be empty. False when closed and empty:
  // nothing will ever come again.
  bool Drain(std::vector<T>& items, std::optional<Deadline> until) {
    std::unique_lock lock(mutex_);
    auto ready = [this] { return !items_.empty() || closed_; };
    if (until) {
      arrived_.wait_until(lock, *until, ready);
    } else {
      arrived_.wait(lock, ready);
    }
    const bool more = !items_.empty() || !closed_;
    items.swap(items_);
    return more;
  }

  void Close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    arrived_.notify_one();
  }

  size_t size() const {
    std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  const size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<T> items_;
  bool closed_ = false;
};

}  // namespace wissel
