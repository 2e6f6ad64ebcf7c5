// The index of waiting items. Items that the same agents can take stand in one line: the same
// queue, channel, requirement, step and delay waited for. A freed agent looks at the heads of the
// lines of their pool only.
//
// Within a line the order is (band, due, id). Items that somebody has refused stand apart in their
// line
// (`picky`), because who looks at them may have to pass over some; so the head of the others can be
// taken by every agent of every pool of the line. Items kept for one agent stand in that agent's
// own line and in no other.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "agents/core/channel.h"
#include "router/core/ids.h"
#include "router/core/item.h"
#include "router/core/monotone_queue.h"
#include "router/core/pools.h"

namespace wissel {

using LineId = StrongId<struct LineTag, uint32_t>;

struct LineKey {
  QueueId queue;
  Channel channel = Channel::kVoice;
  RequirementId requirement;
  uint8_t step = 0;
  Duration shown;

  bool operator==(const LineKey&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const LineKey& key) {
    return H::combine(std::move(h), key.queue, key.channel, key.requirement, key.step,
                      key.shown.millis());
  }
};

// Where an item stands.
struct WaitPlace {
  enum class Kind : uint8_t { kNowhere, kPlain, kPicky, kKept, kHours };
  Kind kind = Kind::kNowhere;
  QueueId queue;
  LineId line;     // of kPlain and kPicky
  AgentId agent;   // of kKept
  OrderKey order;  // its key when it was put there

  bool operator==(const WaitPlace&) const = default;
};

class WaitLines {
 public:
  explicit WaitLines(const Pools& pools) : pools_(pools) {}

  // Puts an item where `place` says.
  void Add(const WaitPlace& place);
  // Keys of plain items that left are passed over lazily: still_at(id, line, key) says whether the
  // item still stands in that line under that key. Of the one that leaves it must already say no.
  template <class StillAt>
  void Remove(const WaitPlace& place, StillAt still_at);
  // The line of a key; made when there is none.
  LineId LineFor(const LineKey& key);

  struct LineRef {
    LineId line;
    uint8_t ring = 0;
    int32_t score = 0;
    uint8_t rank = 5;
    bool visible = true;  // what it holds has waited for the pool's delay
  };
  // Lines that a pool qualifies for.
  const std::vector<LineRef>& LinesOf(PoolId pool) const {
    static const std::vector<LineRef> kNone;
    return pool.value() < of_pool_.size() ? of_pool_[pool.value()] : kNone;
  }
  const LineKey& KeyOf(LineId line) const { return lines_[line.value()].key; }
  // The head of the plain items; null when there is none.
  const OrderKey* HeadOf(LineId line) const {
    const Line& l = lines_[line.value()];
    return l.plain_count == 0 ? nullptr : &l.plain.Top();
  }
  const absl::btree_set<OrderKey>& PickyOf(LineId line) const { return lines_[line.value()].picky; }
  bool IsEmpty(LineId line) const {
    return lines_[line.value()].plain_count == 0 && lines_[line.value()].picky.empty();
  }
  // Kept for this agent, in order.
  const absl::btree_set<OrderKey>& KeptFor(AgentId agent) const {
    static const absl::btree_set<OrderKey> kNone;
    return agent.value() < kept_.size() ? kept_[agent.value()] : kNone;
  }
  const absl::btree_set<OrderKey>& WaitingForHours(QueueId queue) const {
    static const absl::btree_set<OrderKey> kNone;
    return queue.value() < queues_.size() ? queues_[queue.value()].hours : kNone;
  }
  // Without those that wait for hours.
  size_t WaitingCount(QueueId queue) const {
    return queue.value() < queues_.size() ? queues_[queue.value()].waiting : 0;
  }
  template <class StillAt>
  std::vector<OrderKey> WaitingInOrder(QueueId queue, size_t limit, StillAt still_at) const;
  // Items of a line in their order.
  template <class StillAt>
  std::vector<OrderKey> ItemsOf(LineId line, StillAt still_at) const;

  void PoolAdded(PoolId pool);
  void PoolRemoved(PoolId pool);
  void RequirementRemoved(RequirementId requirement);

 private:
  struct Line {
    LineKey key;
    bool in_use = false;
    MonotoneQueue<OrderKey> plain;
    size_t plain_count = 0;
    absl::btree_set<OrderKey> picky;
  };
  struct OfQueue {
    std::vector<LineId> lines;
    absl::btree_set<OrderKey> kept;
    absl::btree_set<OrderKey> hours;
    size_t waiting = 0;
  };

  OfQueue& QueueAt(QueueId queue);
  void AddToPool(PoolId pool, LineId line, const PoolMatch& match);

  const Pools& pools_;
  std::vector<Line> lines_;
  std::vector<uint32_t> free_;
  absl::flat_hash_map<LineKey, LineId> by_key_;
  std::vector<OfQueue> queues_;
  std::vector<absl::btree_set<OrderKey>> kept_;  // by agent
  std::vector<std::vector<LineRef>> of_pool_;    // by pool
};

template <class StillAt>
void WaitLines::Remove(const WaitPlace& place, StillAt still_at) {
  OfQueue& of_queue = QueueAt(place.queue);
  switch (place.kind) {
    case WaitPlace::Kind::kNowhere:
      return;
    case WaitPlace::Kind::kHours:
      of_queue.hours.erase(place.order);
      return;
    case WaitPlace::Kind::kKept:
      kept_[place.agent.value()].erase(place.order);
      of_queue.kept.erase(place.order);
      break;
    case WaitPlace::Kind::kPicky:
      lines_[place.line.value()].picky.erase(place.order);
      break;
    case WaitPlace::Kind::kPlain: {
      Line& line = lines_[place.line.value()];
      --line.plain_count;
      const auto stands = [&](const OrderKey& key) { return still_at(key.id, place.line, key); };
      while (!line.plain.empty() && !stands(line.plain.Top())) line.plain.Pop();
      if (line.plain.size() > 1024 && line.plain.size() > 2 * line.plain_count) {
        line.plain.Compact(stands);
      }
      break;
    }
  }
  --of_queue.waiting;
}

template <class StillAt>
std::vector<OrderKey> WaitLines::ItemsOf(LineId id, StillAt still_at) const {
  const Line& line = lines_[id.value()];
  std::vector<OrderKey> keys(line.picky.begin(), line.picky.end());
  line.plain.ForEach([&](const OrderKey& key) {
    if (still_at(key.id, id, key)) keys.push_back(key);
  });
  std::sort(keys.begin(), keys.end());
  // An item that left its line and came back may have left an older key behind.
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

template <class StillAt>
std::vector<OrderKey> WaitLines::WaitingInOrder(QueueId queue, size_t limit,
                                                StillAt still_at) const {
  std::vector<OrderKey> keys;
  if (queue.value() >= queues_.size()) return keys;
  const OfQueue& of_queue = queues_[queue.value()];
  keys.assign(of_queue.kept.begin(), of_queue.kept.end());
  for (LineId line : of_queue.lines) {
    const std::vector<OrderKey> in_line = ItemsOf(line, still_at);
    keys.insert(keys.end(), in_line.begin(), in_line.end());
  }
  const size_t wanted = std::min(limit, keys.size());
  std::partial_sort(keys.begin(), keys.begin() + static_cast<ptrdiff_t>(wanted), keys.end());
  keys.resize(wanted);
  return keys;
}

}  // namespace wissel
