#include "router/core/version.h"

#include "base/digest.h"

namespace wissel {

uint64_t VersionOf(const Item& item) {
  Digest digest;
  digest.Add(item.queue);
  digest.Add(item.band);
  digest.Add(item.head_start);
  if (IsEnded(item.state)) {
    digest.Add(item.state);
    return digest.value();
  }
  digest.Add(item.requirement);
  const bool transferred = item.keep && item.keep->preference == kKeptByTransfer;
  digest.Add(transferred ? item.keep->agent : AgentId());
  const bool forced = IsAssigned(item.state) && item.decision->forced;
  digest.Add(forced ? item.decision->offer : OfferId());
  return digest.value();
}

uint64_t VersionOf(const AgentState& agent) {
  Digest digest;
  digest.Add(agent.presence);
  digest.Add(agent.away_reason);
  digest.Add(agent.presence_since);
  digest.Add(agent.queued);
  return digest.value();
}

}  // namespace wissel
