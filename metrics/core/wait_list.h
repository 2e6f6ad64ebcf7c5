// The waiting items of one queue in their order (band, due, id), with the n-th and the rank in
// logarithmic time, the one that entered first and the earliest promise. Not thread-safe.
#pragma once

#include <cstdint>
#include <ext/pb_ds/assoc_container.hpp>
#include <ext/pb_ds/tree_policy.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "base/time.h"
#include "router/core/ids.h"
#include "router/core/item.h"

namespace wissel::metrics {

class WaitList {
 public:
  void Add(const OrderKey& key, Instant entered);
  void Remove(const OrderKey& key, Instant entered);

  size_t size() const { return order_.size(); }
  std::vector<ItemId> First(size_t limit) const;
  // 1 = next. The key must be in the list.
  uint64_t RankOf(const OrderKey& key) const;
  std::optional<Instant> FirstEntry() const;
  std::optional<Instant> FirstDue() const;

 private:
  using Moment = std::pair<Instant, ItemId>;
  __gnu_pbds::tree<OrderKey, __gnu_pbds::null_type, std::less<OrderKey>, __gnu_pbds::rb_tree_tag,
                   __gnu_pbds::tree_order_statistics_node_update>
      order_;
  absl::btree_set<Moment> by_entry_;
  absl::btree_set<Moment> by_due_;
};

}  // namespace wissel::metrics
