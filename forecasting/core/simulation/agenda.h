// What is due on the virtual clock: a heap by time, and by the order in which it was planned where
// times are the same. Pure; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wissel::simulation {

enum class Deed : uint8_t {
  kArrive,     // subject: queue
  kAccept,     // contact
  kAbandon,    // contact
  kHandled,    // contact
  kWrappedUp,  // contact
  kInterval,   // number of the interval
};

struct Due {
  int64_t at_ms = 0;
  uint64_t order = 0;  // sequence x 8 + deed: one number to compare
  uint64_t subject = 0;

  Deed deed() const { return static_cast<Deed>(order & 7); }
  bool Before(const Due& other) const {
    return at_ms != other.at_ms ? at_ms < other.at_ms : order < other.order;
  }
};

// Four children to a node: half the depth, and siblings share a cache line or two.
class Agenda {
 public:
  bool empty() const { return heap_.empty(); }
  const Due& front() const { return heap_.front(); }

  void Plan(int64_t at_ms, Deed deed, uint64_t subject) {
    const Due due{at_ms, (++sequence_ << 3) | static_cast<uint64_t>(deed), subject};
    size_t at = heap_.size();
    heap_.push_back(due);
    while (at > 0 && due.Before(heap_[(at - 1) / 4])) {
      heap_[at] = heap_[(at - 1) / 4];
      at = (at - 1) / 4;
    }
    heap_[at] = due;
  }

  Due Take() {
    const Due first = heap_.front();
    const Due last = heap_.back();
    heap_.pop_back();
    const size_t size = heap_.size();
    if (size == 0) return first;
    size_t at = 0;
    for (;;) {
      const size_t from = 4 * at + 1;
      if (from >= size) break;
      size_t least = from;
      for (size_t child = from + 1; child < from + 4 && child < size; ++child) {
        if (heap_[child].Before(heap_[least])) least = child;
      }
      if (!heap_[least].Before(last)) break;
      heap_[at] = heap_[least];
      at = least;
    }
    heap_[at] = last;
    return first;
  }

 private:
  std::vector<Due> heap_;
  uint64_t sequence_ = 0;
};

}  // namespace wissel::simulation
