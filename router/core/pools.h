// Agents with the same facts and routing profile form a pool: what one of them qualifies for, all
// do. So requirements are matched against pools, once, when either is new, and never while a
// decision is made.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "router/core/ids.h"
#include "router/core/requirement.h"

namespace wissel {

using PoolId = StrongId<struct PoolTag, uint32_t>;

// By which ring a pool qualifies; at step k it does when ring <= k.
struct PoolMatch {
  PoolId pool;
  uint8_t ring = 0;
  int32_t score = 0;
};

struct Pool {
  AgentFacts facts;
  ProfileId profile;
  uint32_t agents = 0;     // who belong to it; 0: the id is free
  uint32_t signed_in = 0;  // signed in and connected
  uint32_t present = 0;    // open for work
  uint32_t busy_with = 0;  // items that those hold
};

class Pools {
 public:
  struct Joined {
    PoolId pool;
    bool is_new = false;
  };
  Joined Join(const AgentFacts& facts, ProfileId profile);
  // True when the pool was given up with its last agent.
  bool Leave(PoolId pool);

  void AddRequirement(RequirementId id, const Requirement& requirement);
  void RemoveRequirement(RequirementId id);

  // By rising pool id.
  const std::vector<PoolMatch>& MatchesOf(RequirementId id) const { return matches_[id.value()]; }
  std::optional<PoolMatch> FindMatch(RequirementId id, PoolId pool) const;
  const Requirement& RequirementOf(RequirementId id) const { return *requirements_[id.value()]; }

  Pool& Get(PoolId pool) { return pools_[pool.value()]; }
  const Pool& Get(PoolId pool) const { return pools_[pool.value()]; }

 private:
  void MatchAll(PoolId pool);

  std::vector<Pool> pools_;
  std::vector<uint32_t> free_;
  std::multimap<uint64_t, PoolId> by_digest_;
  std::vector<std::vector<PoolMatch>> matches_;           // by requirement id
  std::vector<std::optional<Requirement>> requirements_;  // by requirement id
};

}  // namespace wissel
