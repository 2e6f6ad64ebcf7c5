#include "router/core/free_agents.h"

#include <algorithm>

#include "base/invariant.h"

namespace wissel {

FreeAgents::Order FreeAgents::OrderOfChain(const std::vector<SelectionKey>& chain) {
  Order order;
  for (SelectionKey key : chain) {
    const bool of_agent = key == SelectionKey::kLoadRatio || key == SelectionKey::kIdleSince ||
                          key == SelectionKey::kFixedOrder || key == SelectionKey::kWeighted;
    if (of_agent && std::find(order.begin(), order.end(), key) == order.end()) order.push_back(key);
  }
  return order;
}

FreeKey FreeAgents::KeyFor(const Order& order, const AgentKeys& keys, AgentId agent) {
  FreeKey key;
  key.agent = agent;
  for (size_t i = 0; i < order.size(); ++i) {
    switch (order[i]) {
      case SelectionKey::kLoadRatio:
        key.keys[i] = keys.load_permille;
        break;
      case SelectionKey::kIdleSince:
        key.keys[i] = keys.idle_since.millis();
        break;
      case SelectionKey::kWeighted:
        key.keys[i] = keys.given;
        break;
      default:
        key.keys[i] = keys.fixed_order;
    }
  }
  return key;
}

void FreeAgents::SetOrders(std::vector<Order> orders) {
  if (orders.empty()) orders.emplace_back();
  if (orders == orders_) return;
  orders_ = std::move(orders);
  for (std::vector<Bucket>& buckets : pools_) buckets.clear();
  std::fill(free_count_.begin(), free_count_.end(), 0);
  first_.assign(orders_.size(), std::vector<First>(pools_.size() * kChannelCount));
  for (uint32_t i = 0; i < agents_.size(); ++i) Insert(AgentId(i), agents_[i]);
}

std::optional<size_t> FreeAgents::FindOrder(const Order& order) const {
  const auto it = std::find(orders_.begin(), orders_.end(), order);
  if (it == orders_.end()) return std::nullopt;
  return static_cast<size_t>(it - orders_.begin());
}

FreeAgents::Bucket& FreeAgents::BucketFor(PoolId pool, ChannelSet room) {
  std::vector<Bucket>& buckets = pools_[pool.value()];
  for (Bucket& bucket : buckets) {
    if (bucket.room == room) return bucket;
  }
  buckets.push_back({room, std::vector<Ranked>(orders_.size())});
  return buckets.back();
}

void FreeAgents::Added(const Entry& entry, size_t order, const FreeKey& key) {
  for (Channel channel : kChannels) {
    if (!entry.room.Has(channel)) continue;
    First& first = first_[order][entry.pool.value() * kChannelCount + IndexOf(channel)];
    if (first.count++ == 0 || key < first.key) first.key = key;
  }
}

void FreeAgents::Removed(const Entry& entry, size_t order, const FreeKey& key) {
  for (Channel channel : kChannels) {
    if (!entry.room.Has(channel)) continue;
    First& first = first_[order][entry.pool.value() * kChannelCount + IndexOf(channel)];
    if (--first.count == 0 || first.key != key) continue;
    bool found = false;
    for (const Bucket& bucket : pools_[entry.pool.value()]) {
      const Ranked& ranked = bucket.ranked[order];
      if (!bucket.room.Has(channel) || ranked.empty()) continue;
      if (!found || *ranked.begin() < first.key) first.key = *ranked.begin();
      found = true;
    }
  }
}

void FreeAgents::Insert(AgentId agent, const Entry& entry) {
  if (entry.room.empty()) return;
  if (entry.pool.value() >= pools_.size()) {
    pools_.resize(entry.pool.value() + 1);
    free_count_.resize(entry.pool.value() + 1);
    for (std::vector<First>& first : first_) first.resize(pools_.size() * kChannelCount);
  }
  Bucket& bucket = BucketFor(entry.pool, entry.room);
  for (size_t o = 0; o < orders_.size(); ++o) {
    const FreeKey key = KeyFor(orders_[o], entry.keys, agent);
    bucket.ranked[o].insert(key);
    Added(entry, o, key);
  }
  ++free_count_[entry.pool.value()];
}

void FreeAgents::Erase(AgentId agent, const Entry& entry) {
  if (entry.room.empty()) return;
  Bucket& bucket = BucketFor(entry.pool, entry.room);
  for (size_t o = 0; o < orders_.size(); ++o) {
    const FreeKey key = KeyFor(orders_[o], entry.keys, agent);
    bucket.ranked[o].erase(key);
    Removed(entry, o, key);
  }
  --free_count_[entry.pool.value()];
}

void FreeAgents::Set(AgentId agent, PoolId pool, ChannelSet room, const AgentKeys& keys) {
  if (agent.value() >= agents_.size()) agents_.resize(agent.value() + 1);
  Entry& entry = agents_[agent.value()];
  if (entry.room == room && (room.empty() || (entry.pool == pool && entry.keys == keys))) return;
  Erase(agent, entry);
  entry = {room, pool, keys};
  Insert(agent, entry);
}

}  // namespace wissel
