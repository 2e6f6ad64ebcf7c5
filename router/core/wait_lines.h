// The index of waiting items. Items of a queue that the same agents can take stand in one line: the
// same channel, requirement, step and delay waited for. Lines that differ in nothing but the queue,
// of queues of one class, form a group. A freed agent looks at the heads of the groups of their
// pool only.
//
// Within a line the order is (band, due, id). Items that somebody has refused stand apart in their
// group (`picky`), because who looks at them may have to pass over some; so the head of the others
// can be taken by every agent of every pool of the group. Items kept for one agent stand in that
// agent's own line and in no other; those that stay for several, in the own line of each.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "agents/core/channel.h"
#include "router/core/ids.h"
#include "router/core/item.h"
#include "router/core/monotone_queue.h"
#include "router/core/pools.h"
#include "router/core/queue_classes.h"

namespace wissel {

using LineId = StrongId<struct LineTag, uint32_t>;
using LineGroupId = StrongId<struct LineGroupTag, uint32_t>;

struct LineGroupKey {
  QueueClassId queue_class;
  Channel channel = Channel::kVoice;
  RequirementId requirement;
  uint8_t step = 0;
  Duration shown;

  bool operator==(const LineGroupKey&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const LineGroupKey& key) {
    return H::combine(std::move(h), key.queue_class, key.channel, key.requirement, key.step,
                      key.shown.millis());
  }
};

// Where an item stands.
struct WaitPlace {
  enum class Kind : uint8_t { kNowhere, kPlain, kPicky, kKept, kStaying, kHours };
  Kind kind = Kind::kNowhere;
  QueueId queue;
  LineId line;     // of kPlain and kPicky
  AgentId agent;   // of kKept
  OrderKey order;  // its key when it was put there

  bool operator==(const WaitPlace&) const = default;
};

class WaitLines {
 public:
  WaitLines(const Pools& pools, const QueueClasses& classes) : pools_(pools), classes_(classes) {}

  // Puts an item where `place` says; `preferred` are its preferred agents, for which it may stay.
  void Add(const WaitPlace& place, const std::vector<PreferredAgent>& preferred);
  // Keys of plain items that left are passed over lazily: still_at(id, line, key) says whether the
  // item still stands in that line under that key. Of the one that leaves it must already say no.
  template <class StillAt>
  void Remove(const WaitPlace& place, const std::vector<PreferredAgent>& preferred,
              StillAt still_at);
  // The line of a queue in a group; made when there is none.
  LineId LineFor(QueueId queue, const LineGroupKey& key);

  struct GroupRef {
    LineGroupId group;
    int32_t score = 0;
    uint8_t ring = 0;
    uint8_t rank = 5;
    bool visible = true;  // what it holds has waited for the pool's delay
    // As in the group's key.
    Channel channel = Channel::kVoice;
    QueueClassId queue_class;
  };
  // Groups that a pool qualifies for.
  const std::vector<GroupRef>& GroupsOf(PoolId pool) const {
    static const std::vector<GroupRef> kNone;
    return pool.value() < of_pool_.size() ? of_pool_[pool.value()] : kNone;
  }
  const LineGroupKey& KeyOf(LineGroupId group) const { return groups_[group.value()].key; }
  // What a freed agent looks at, of hundreds of groups: kept small and side by side.
  struct Head {
    OrderKey plain;  // the first of the plain items
    bool has_plain = false;
    bool has_picky = false;
    bool empty() const { return !has_plain && !has_picky; }
  };
  const Head& HeadOf(LineGroupId group) const { return heads_[group.value()]; }
  bool IsEmpty(LineGroupId group) const { return HeadOf(group).empty(); }
  const absl::btree_set<OrderKey>& PickyOf(LineGroupId group) const {
    return groups_[group.value()].picky;
  }
  // How many of the group go before `key`: exact for lines of some hundreds, near enough for an
  // estimate of longer ones, where keys that have left are taken to be spread evenly.
  template <class StillAt>
  double CountBefore(LineGroupId group, const OrderKey& key, StillAt still_at) const;
  // Those that have a line in the group.
  template <class Visit>  // void(QueueId)
  void ForEachQueueOf(LineGroupId group, Visit visit) const {
    for (LineId line : groups_[group.value()].lines) visit(lines_[line.value()].queue);
  }
  // Kept for this agent, or staying for them among others, in order.
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
  // Items of a group in their order.
  template <class StillAt>
  std::vector<OrderKey> ItemsOf(LineGroupId group, StillAt still_at) const;

  void PoolAdded(PoolId pool);
  void PoolRemoved(PoolId pool);
  void RequirementRemoved(RequirementId requirement);

 private:
  static constexpr size_t kCountedOneByOne = 512;
  struct Line {
    QueueId queue;
    LineGroupId group;
    size_t count = 0;  // of those in `plain` that still stand there
    MonotoneQueue<OrderKey> plain;
  };
  struct Group {
    LineGroupKey key;
    bool in_use = false;
    std::vector<LineId> lines;
    absl::btree_set<OrderKey> heads;  // of the lines that are not empty, if there are several lines
    absl::btree_set<OrderKey> picky;
  };
  struct OfQueue {
    std::vector<LineId> lines;
    absl::btree_set<OrderKey> picky;
    absl::btree_set<OrderKey> kept;
    absl::btree_set<OrderKey> hours;
    size_t waiting = 0;
    // The line that was asked for last, which is asked for most.
    std::optional<std::pair<LineGroupKey, LineId>> last;
  };
  struct LineKey {
    QueueId queue;
    LineGroupId group;
    bool operator==(const LineKey&) const = default;
    template <class H>
    friend H AbslHashValue(H h, const LineKey& key) {
      return H::combine(std::move(h), key.queue, key.group);
    }
  };

  static const OrderKey* HeadOf(const Line& line) {
    return line.count == 0 ? nullptr : &line.plain.Top();
  }
  static std::optional<OrderKey> CopyOfHead(const Line& line) {
    return line.count == 0 ? std::nullopt : std::optional(line.plain.Top());
  }
  OfQueue& QueueAt(QueueId queue);
  LineId FindOrMakeLine(QueueId queue, const LineGroupKey& key);
  LineGroupId GroupFor(const LineGroupKey& key);
  void AddToPool(PoolId pool, LineGroupId group, const PoolMatch& match);
  void HeadChanged(const Line& line, const std::optional<OrderKey>& before);
  template <class StillAt>
  double CountBefore(LineId line, const OrderKey& key, StillAt still_at) const;
  template <class StillAt>
  void AppendItemsOf(LineId line, StillAt still_at, std::vector<OrderKey>& keys) const;

  const Pools& pools_;
  const QueueClasses& classes_;
  std::vector<Line> lines_;
  std::vector<uint32_t> free_lines_;
  absl::flat_hash_map<LineKey, LineId> line_by_key_;
  std::vector<Group> groups_;
  std::vector<Head> heads_;  // by group
  std::vector<uint32_t> free_groups_;
  absl::flat_hash_map<LineGroupKey, LineGroupId> group_by_key_;
  std::vector<OfQueue> queues_;
  std::vector<absl::btree_set<OrderKey>> kept_;  // by agent
  std::vector<std::vector<GroupRef>> of_pool_;   // by pool
};

template <class StillAt>
void WaitLines::Remove(const WaitPlace& place, const std::vector<PreferredAgent>& preferred,
                       StillAt still_at) {
  if (place.kind == WaitPlace::Kind::kNowhere) return;
  OfQueue& of_queue = QueueAt(place.queue);
  if (place.kind == WaitPlace::Kind::kHours) {
    of_queue.hours.erase(place.order);
    return;
  }
  --of_queue.waiting;
  if (place.kind == WaitPlace::Kind::kKept) {
    kept_[place.agent.value()].erase(place.order);
    of_queue.kept.erase(place.order);
    return;
  }
  if (place.kind == WaitPlace::Kind::kStaying) {
    for (const PreferredAgent& p : preferred) kept_[p.agent.value()].erase(place.order);
    of_queue.kept.erase(place.order);
    return;
  }
  Line& line = lines_[place.line.value()];
  if (place.kind == WaitPlace::Kind::kPicky) {
    Group& group = groups_[line.group.value()];
    group.picky.erase(place.order);
    heads_[line.group.value()].has_picky = !group.picky.empty();
    of_queue.picky.erase(place.order);
    return;
  }
  const std::optional<OrderKey> before = CopyOfHead(line);
  --line.count;
  const auto stands = [&](const OrderKey& key) { return still_at(key.id, place.line, key); };
  if (line.plain.Top() == place.order) line.plain.Pop();
  // As many keys as items: none is stale, and nobody needs to be looked up.
  while (line.plain.size() > line.count && !stands(line.plain.Top())) line.plain.Pop();
  if (line.plain.size() > 1024 && line.plain.size() > 2 * line.count) line.plain.Compact(stands);
  HeadChanged(line, before);
}

template <class StillAt>
void WaitLines::AppendItemsOf(LineId id, StillAt still_at, std::vector<OrderKey>& keys) const {
  lines_[id.value()].plain.ForEach([&](const OrderKey& key) {
    if (still_at(key.id, id, key)) keys.push_back(key);
  });
}

template <class StillAt>
std::vector<OrderKey> WaitLines::ItemsOf(LineGroupId id, StillAt still_at) const {
  const Group& group = groups_[id.value()];
  std::vector<OrderKey> keys(group.picky.begin(), group.picky.end());
  for (LineId line : group.lines) AppendItemsOf(line, still_at, keys);
  std::sort(keys.begin(), keys.end());
  // An item that left its line and came back may have left an older key behind.
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

template <class StillAt>
double WaitLines::CountBefore(LineGroupId id, const OrderKey& key, StillAt still_at) const {
  const Group& group = groups_[id.value()];
  double before = 0;
  for (const OrderKey& picky : group.picky) before += picky < key;
  for (LineId line : group.lines) before += CountBefore(line, key, still_at);
  return before;
}

template <class StillAt>
double WaitLines::CountBefore(LineId id, const OrderKey& key, StillAt still_at) const {
  const Line& line = lines_[id.value()];
  if (line.count == 0) return 0;
  if (line.plain.size() > kCountedOneByOne) {
    const double stands = static_cast<double>(line.count) / static_cast<double>(line.plain.size());
    return stands * static_cast<double>(line.plain.CountBefore(key));
  }
  size_t before = 0;
  line.plain.ForEach([&](const OrderKey& plain) {
    if (plain < key && still_at(plain.id, id, plain)) ++before;
  });
  return static_cast<double>(std::min(before, line.count));
}

template <class StillAt>
std::vector<OrderKey> WaitLines::WaitingInOrder(QueueId queue, size_t limit,
                                                StillAt still_at) const {
  std::vector<OrderKey> keys;
  if (queue.value() >= queues_.size()) return keys;
  const OfQueue& of_queue = queues_[queue.value()];
  keys.assign(of_queue.kept.begin(), of_queue.kept.end());
  keys.insert(keys.end(), of_queue.picky.begin(), of_queue.picky.end());
  for (LineId line : of_queue.lines) AppendItemsOf(line, still_at, keys);
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  keys.resize(std::min(limit, keys.size()));
  return keys;
}

}  // namespace wissel
