// A priority queue for keys that mostly arrive in order: those go to the back of a ring, the others
// into a binary heap. Push and pop cost a few nanoseconds while the keys rise, whatever the size,
// and O(log n) otherwise.
//
// Nothing is removed from the middle: who takes keys out skips those that no longer hold, and calls
// Compact when many have gone stale.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <vector>

#include "base/invariant.h"

namespace wissel {

template <class Key>
class MonotoneQueue {
 public:
  bool empty() const { return ring_.empty() && heap_.empty(); }
  size_t size() const { return ring_.size() + heap_.size(); }

  void Push(const Key& key) {
    if (ring_.empty() || ring_.back() < key) {
      ring_.push_back(key);
    } else {
      heap_.push_back(key);
      std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
    }
  }

  const Key& Top() const { return TopIsInRing() ? ring_.front() : heap_.front(); }

  void Pop() {
    INVARIANT(!empty());
    if (TopIsInRing()) {
      ring_.pop_front();
    } else {
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      heap_.pop_back();
    }
  }

  // How many are smaller than `key`. Costs a look at each of those that came out of order.
  size_t CountBefore(const Key& key) const {
    const auto in_ring = std::lower_bound(ring_.begin(), ring_.end(), key) - ring_.begin();
    const auto in_heap =
        std::count_if(heap_.begin(), heap_.end(), [&](const Key& k) { return k < key; });
    return static_cast<size_t>(in_ring + in_heap);
  }

  // In no particular order.
  template <class Visit>
  void ForEach(Visit visit) const {
    for (const Key& key : ring_) visit(key);
    for (const Key& key : heap_) visit(key);
  }

  template <class Keep>
  void Compact(Keep keep) {
    std::deque<Key> ring;
    for (const Key& key : ring_) {
      if (keep(key)) ring.push_back(key);
    }
    ring_.swap(ring);
    std::erase_if(heap_, [&](const Key& key) { return !keep(key); });
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
  }

 private:
  bool TopIsInRing() const {
    if (ring_.empty()) return false;
    return heap_.empty() || ring_.front() < heap_.front();
  }

  std::deque<Key> ring_;   // rising
  std::vector<Key> heap_;  // smallest first
};

}  // namespace wissel
