#include "metrics/core/wait_list.h"

#include "base/invariant.h"

namespace wissel::metrics {

void WaitList::Add(const OrderKey& key, Instant entered) {
  const bool added = order_.insert(key).second;
  INVARIANT(added);
  by_entry_.insert({entered, key.id});
  by_due_.insert({key.due, key.id});
}

void WaitList::Remove(const OrderKey& key, Instant entered) {
  const bool removed = order_.erase(key);
  INVARIANT(removed);
  by_entry_.erase({entered, key.id});
  by_due_.erase({key.due, key.id});
}

std::vector<ItemId> WaitList::First(size_t limit) const {
  std::vector<ItemId> ids;
  for (auto it = order_.begin(); it != order_.end() && ids.size() < limit; ++it) {
    ids.push_back(it->id);
  }
  return ids;
}

uint64_t WaitList::RankOf(const OrderKey& key) const { return order_.order_of_key(key) + 1; }

std::optional<Instant> WaitList::FirstEntry() const {
  if (by_entry_.empty()) return std::nullopt;
  return by_entry_.begin()->first;
}

std::optional<Instant> WaitList::FirstDue() const {
  if (by_due_.empty()) return std::nullopt;
  return by_due_.begin()->first;
}

}  // namespace wissel::metrics
