// Who did what: the actions of people, the last so many of them. The journal has them all.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>

#include "base/time.h"
#include "router/core/event.h"

namespace wissel {

struct RecordedAction {
  uint64_t number = 0;  // rising by one, from 1
  Instant at;
  ActionTaken action;

  static void Fields(auto&& self, auto&& f) {
    f(1, "number", self.number);
    f(2, "at", self.at);
    f(3, "action", self.action);
  }
};

class Actions {
 public:
  explicit Actions(size_t kept) : kept_(kept) {}

  void Remember(Instant at, const ActionTaken& action) {
    oldest_first_.push_back({next_++, at, action});
    if (oldest_first_.size() > kept_) oldest_first_.pop_front();
  }
  // One that was saved; `next` is the number after the last that ever was.
  void Restore(RecordedAction saved) { oldest_first_.push_back(std::move(saved)); }
  void set_next(uint64_t next) { next_ = next; }

  uint64_t next() const { return next_; }
  const std::deque<RecordedAction>& oldest_first() const { return oldest_first_; }

 private:
  size_t kept_;
  uint64_t next_ = 1;
  std::deque<RecordedAction> oldest_first_;
};

}  // namespace wissel
