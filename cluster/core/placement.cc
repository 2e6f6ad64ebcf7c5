#include "cluster/core/placement.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>

namespace wissel::cluster {
namespace {

// FNV-1a, 64 bits, with a finisher: the same on every node and machine.
uint64_t Mix(std::string_view tenant, std::string_view node) {
  uint64_t hash = 14695981039346656037U;
  const auto add = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    hash = (hash ^ 0xff) * 1099511628211U;
  };
  add(tenant);
  add(node);
  hash ^= hash >> 32;
  hash *= 0xd6e8feb86659fd93U;
  return hash ^ (hash >> 32);
}

class Placement {
 public:
  Placement(const std::vector<NodeView>& nodes, const std::vector<ShardView>& shards) {
    for (const NodeView& node : nodes) {
      if (node.alive && !node.draining) load_[node.name] = 0;
    }
    if (load_.empty()) return;
    // Those with a place first, so that the others go to where there are few.
    for (const ShardView& shard : shards) {
      if (const std::string* place = FixedPlace(shard)) Put(shard, *place);
    }
    for (const ShardView& shard : shards) {
      if (!place_.contains(shard.tenant)) Put(shard, BestFor(shard));
    }
    Balance(shards);
  }

  bool TakesPart(const std::string& node) const { return load_.contains(node); }
  const std::string* PlaceOf(const std::string& tenant) const {
    const auto it = place_.find(tenant);
    return it == place_.end() ? nullptr : &it->second;
  }

  // Rendezvous hashing (Thaler and Ravishankar, 1998) among those that do not have it: what follows
  // where changes little when a node comes or goes.
  std::string StandbyOf(const ShardView& shard) const {
    std::string best;
    uint64_t highest = 0;
    const std::string& place = place_.at(shard.tenant);
    for (const auto& [node, load] : load_) {
      if (node == place || node == shard.owner) continue;
      if (const uint64_t mix = Mix(shard.tenant, node); best.empty() || mix > highest) {
        best = node;
        highest = mix;
      }
    }
    return best;
  }

 private:
  const std::string* FixedPlace(const ShardView& shard) const {
    if (TakesPart(shard.wanted)) return &shard.wanted;
    const bool held = shard.lease_over_for <= Duration();
    return held && TakesPart(shard.owner) ? &shard.owner : nullptr;
  }

  std::string BestFor(const ShardView& shard) const {
    const auto key = [&](const std::string& node, int load) {
      return std::tuple(!shard.warm.contains(node), load, ~Mix(shard.tenant, node));
    };
    return std::min_element(load_.begin(), load_.end(),
                            [&](const auto& a, const auto& b) {
                              return key(a.first, a.second) < key(b.first, b.second);
                            })
        ->first;
  }

  void Put(const ShardView& shard, const std::string& node) {
    place_[shard.tenant] = node;
    ++load_[node];
  }

  void Balance(const std::vector<ShardView>& shards) {
    const auto fewer = [](const auto& a, const auto& b) { return a.second < b.second; };
    for (;;) {
      const auto least = std::min_element(load_.begin(), load_.end(), fewer);
      const auto most = std::max_element(load_.begin(), load_.end(), fewer);
      if (most->second - least->second < 2) return;
      const ShardView* moved = nullptr;
      for (const ShardView& shard : shards) {
        if (place_[shard.tenant] != most->first || TakesPart(shard.wanted)) continue;
        if (moved == nullptr ||
            Mix(shard.tenant, least->first) > Mix(moved->tenant, least->first)) {
          moved = &shard;
        }
      }
      if (moved == nullptr) return;  // operators want it so
      place_[moved->tenant] = least->first;
      --most->second;
      ++least->second;
    }
  }

  std::map<std::string, int> load_;           // of the nodes that take part
  std::map<std::string, std::string> place_;  // by tenant
};

}  // namespace

Duties DutiesOf(const std::string& node, const std::vector<NodeView>& nodes,
                const std::vector<ShardView>& shards, Duration patience) {
  Duties duties;
  const Placement placement(nodes, shards);
  for (const ShardView& shard : shards) {
    const std::string* const place = placement.PlaceOf(shard.tenant);
    if (place == nullptr) continue;  // there is nobody
    const bool here = *place == node;
    const bool free = shard.lease_over_for > Duration();
    if (shard.owner == node) {
      // Given to this node, or held by it before it was started again.
      if (!shard.served && placement.TakesPart(node)) duties.take.push_back(shard.tenant);
      if (shard.served && !here) {
        duties.give.push_back({shard.tenant, *place, shard.warm.contains(*place)});
      }
      continue;
    }
    if (free && (here || (placement.TakesPart(node) && shard.lease_over_for > patience))) {
      duties.take.push_back(shard.tenant);
    } else if (here || placement.StandbyOf(shard) == node) {
      duties.follow.push_back(shard.tenant);
    }
  }
  return duties;
}

}  // namespace wissel::cluster
