#include "router/core/pools.h"

#include <algorithm>

#include "base/digest.h"
#include "base/invariant.h"

namespace wissel {
namespace {

uint64_t PoolDigest(const AgentFacts& facts, ProfileId profile) {
  Digest digest;
  digest.Add(facts);
  digest.Add(profile);
  return digest.value();
}

bool ByPool(const PoolMatch& match, PoolId pool) { return match.pool < pool; }

}  // namespace

Pools::Joined Pools::Join(const AgentFacts& facts, ProfileId profile) {
  const uint64_t digest = PoolDigest(facts, profile);
  auto [begin, end] = by_digest_.equal_range(digest);
  for (auto it = begin; it != end; ++it) {
    Pool& pool = Get(it->second);
    if (pool.profile == profile && pool.facts == facts) {
      ++pool.agents;
      return {it->second, false};
    }
  }
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(pools_.size()));
    pools_.emplace_back();
  }
  const PoolId id(free_.back());
  free_.pop_back();
  Get(id) = Pool{facts, profile, 1, 0, 0, 0};
  by_digest_.emplace(digest, id);
  MatchAll(id);
  return {id, true};
}

bool Pools::Leave(PoolId id) {
  Pool& pool = Get(id);
  if (--pool.agents > 0) return false;
  INVARIANT(pool.signed_in == 0 && pool.present == 0 && pool.busy_with == 0);
  auto [begin, end] = by_digest_.equal_range(PoolDigest(pool.facts, pool.profile));
  for (auto it = begin; it != end; ++it) {
    if (it->second == id) {
      by_digest_.erase(it);
      break;
    }
  }
  for (std::vector<PoolMatch>& matches : matches_) {
    auto it = std::lower_bound(matches.begin(), matches.end(), id, ByPool);
    if (it != matches.end() && it->pool == id) matches.erase(it);
  }
  pool = Pool();
  free_.push_back(id.value());
  return true;
}

void Pools::MatchAll(PoolId id) {
  for (size_t r = 0; r < requirements_.size(); ++r) {
    if (!requirements_[r]) continue;
    const int last = static_cast<int>(requirements_[r]->steps.size()) - 1;
    const std::optional<Match> match = wissel::FindMatch(*requirements_[r], last, Get(id).facts);
    if (!match) continue;
    auto it = std::lower_bound(matches_[r].begin(), matches_[r].end(), id, ByPool);
    matches_[r].insert(it, PoolMatch{id, match->ring, match->score});
  }
}

void Pools::AddRequirement(RequirementId id, const Requirement& requirement) {
  if (id.value() >= requirements_.size()) {
    requirements_.resize(id.value() + 1);
    matches_.resize(id.value() + 1);
  }
  requirements_[id.value()] = requirement;
  std::vector<PoolMatch>& matches = matches_[id.value()];
  matches.clear();
  const int last = static_cast<int>(requirement.steps.size()) - 1;
  for (uint32_t p = 0; p < pools_.size(); ++p) {
    if (pools_[p].agents == 0) continue;
    if (auto match = wissel::FindMatch(requirement, last, pools_[p].facts)) {
      matches.push_back({PoolId(p), match->ring, match->score});
    }
  }
}

void Pools::RemoveRequirement(RequirementId id) {
  requirements_[id.value()].reset();
  matches_[id.value()].clear();
}

std::optional<PoolMatch> Pools::FindMatch(RequirementId id, PoolId pool) const {
  const std::vector<PoolMatch>& matches = matches_[id.value()];
  auto it = std::lower_bound(matches.begin(), matches.end(), pool, ByPool);
  if (it == matches.end() || it->pool != pool) return std::nullopt;
  return *it;
}

}  // namespace wissel
