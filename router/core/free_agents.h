// The index of agents who could be given work now: per pool, and within it per set of channels with
// room, ordered by what the queues' selection chains ask of an agent (load, idle time, fixed
// order, what was given to them by weight).
//
// The keys of a chain that are the same for a whole pool (ring, match score, number of skills) are
// compared between pools; within a pool only the agent's own keys count. Each distinct sequence of
// those is an `order`, kept up for all agents; a center has one or two.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/btree_set.h"
#include "agents/core/channel.h"
#include "base/time.h"
#include "router/core/config.h"
#include "router/core/ids.h"
#include "router/core/pools.h"

namespace wissel {

// An agent's own keys.
struct AgentKeys {
  int32_t load_permille = 0;
  Instant idle_since;
  int32_t fixed_order = 0;
  int64_t given = 0;  // by queues that choose by weight

  bool operator==(const AgentKeys&) const = default;
};

// The agent's own keys in the sequence of an order; smallest first.
struct FreeKey {
  std::array<int64_t, 4> keys = {};
  AgentId agent;

  auto operator<=>(const FreeKey&) const = default;
};

class FreeAgents {
 public:
  // Only load ratio, idle since, fixed order, weighted.
  using Order = std::vector<SelectionKey>;
  using Ranked = absl::btree_set<FreeKey>;

  // The agent's own keys of a chain.
  static Order OrderOfChain(const std::vector<SelectionKey>& chain);
  static FreeKey KeyFor(const Order& order, const AgentKeys& keys, AgentId agent);

  // The orders that are kept up; those who are free are ranked anew.
  void SetOrders(std::vector<Order> orders);
  std::optional<size_t> FindOrder(const Order& order) const;

  // Free for these channels from now on; no channels: not free.
  void Set(AgentId agent, PoolId pool, ChannelSet room, const AgentKeys& keys);
  ChannelSet RoomOf(AgentId agent) const {
    return agent.value() < agents_.size() ? agents_[agent.value()].room : ChannelSet();
  }

  struct Bucket {
    ChannelSet room;
    std::vector<Ranked> ranked;  // one for each order
    size_t size() const { return ranked.front().size(); }
  };
  bool HasAny(PoolId pool) const {
    return pool.value() < free_count_.size() && free_count_[pool.value()] > 0;
  }
  const std::vector<Bucket>& BucketsOf(PoolId pool) const { return pools_[pool.value()]; }
  // The first of a pool with room for a channel; null when there is none.
  const FreeKey* FirstOf(PoolId pool, Channel channel, size_t order) const {
    if (!HasAny(pool)) return nullptr;
    const First& first = first_[order][pool.value() * kChannelCount + IndexOf(channel)];
    return first.count == 0 ? nullptr : &first.key;
  }
  // How many of a pool have room for a channel.
  uint32_t CountOf(PoolId pool, Channel channel) const {
    return HasAny(pool) ? first_[0][pool.value() * kChannelCount + IndexOf(channel)].count : 0;
  }

  template <class Visit>
  void ForEach(Visit visit) const {
    for (uint32_t i = 0; i < agents_.size(); ++i) {
      if (!agents_[i].room.empty()) visit(AgentId(i));
    }
  }

 private:
  struct Entry {
    ChannelSet room;
    PoolId pool;
    AgentKeys keys;
  };
  // The head of all buckets of a pool that have room for a channel: what a decision looks at.
  struct First {
    FreeKey key;
    uint32_t count = 0;
  };
  void Insert(AgentId agent, const Entry& entry);
  void Erase(AgentId agent, const Entry& entry);
  Bucket& BucketFor(PoolId pool, ChannelSet room);
  void Added(const Entry& entry, size_t order, const FreeKey& key);
  void Removed(const Entry& entry, size_t order, const FreeKey& key);

  std::vector<Order> orders_ = {Order{SelectionKey::kLoadRatio, SelectionKey::kIdleSince}};
  std::vector<Entry> agents_;
  std::vector<std::vector<Bucket>> pools_;
  std::vector<uint32_t> free_count_;  // by pool
  std::vector<std::vector<First>> first_ =
      std::vector<std::vector<First>>(1);  // by order; pool, channel
};

}  // namespace wissel
