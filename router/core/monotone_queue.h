// A priority queue for keys that mostly arrive in order: those go to the back of a run, the others
// into a binary heap. Push and pop cost a few nanoseconds while the keys rise, whatever the size,
// and O(log n) otherwise.
//
// Nothing is removed from the middle: who takes keys out skips those that no longer hold, and calls
// Compact when many have gone stale.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

#include "base/invariant.h"

namespace wissel {

template <class Key>
class MonotoneQueue {
 public:
  bool empty() const { return head_ == run_.size() && heap_.empty(); }
  size_t size() const { return run_.size() - head_ + heap_.size(); }

  void Push(const Key& key) {
    if (head_ == run_.size() || run_.back() < key) {
      run_.push_back(key);
    } else {
      heap_.push_back(key);
      std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
    }
  }

  const Key& Top() const { return TopIsInRun() ? run_[head_] : heap_.front(); }

  void Pop() {
    INVARIANT(!empty());
    if (TopIsInRun()) {
      // What was taken goes when it is half of all: a key is moved once on average.
      if (++head_ * 2 > run_.size()) DropTaken();
    } else {
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      heap_.pop_back();
    }
  }

  // How many are smaller than `key`. Costs a look at each of those that came out of order.
  size_t CountBefore(const Key& key) const {
    const auto in_run = std::lower_bound(begin(), run_.end(), key) - begin();
    const auto in_heap =
        std::count_if(heap_.begin(), heap_.end(), [&](const Key& k) { return k < key; });
    return static_cast<size_t>(in_run + in_heap);
  }

  // In no particular order.
  template <class Visit>
  void ForEach(Visit visit) const {
    std::for_each(begin(), run_.end(), visit);
    std::for_each(heap_.begin(), heap_.end(), visit);
  }

  template <class Keep>
  void Compact(Keep keep) {
    DropTaken();
    const auto stale = [&](const Key& key) { return !keep(key); };
    std::erase_if(run_, stale);
    std::erase_if(heap_, stale);
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
  }

 private:
  auto begin() const { return run_.begin() + static_cast<std::ptrdiff_t>(head_); }
  bool TopIsInRun() const {
    if (head_ == run_.size()) return false;
    return heap_.empty() || run_[head_] < heap_.front();
  }
  void DropTaken() {
    run_.erase(run_.begin(), begin());
    head_ = 0;
  }

  std::vector<Key> run_;   // rising, from head_ on
  size_t head_ = 0;        // of those before it none is left
  std::vector<Key> heap_;  // smallest first
};

}  // namespace wissel
