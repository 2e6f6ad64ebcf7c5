// What people have decided about an item or an agent, as a digest: whoever undoes a change says
// which version they saw, and is refused when somebody has changed it since. What the engine does
// by itself (an offer, a step) is no other version.
#pragma once

#include <cstdint>

#include "router/core/agent_state.h"
#include "router/core/item.h"

namespace wissel {

// Queue, requirement, band, head start, the agent it was transferred to or assigned to by force.
uint64_t VersionOf(const Item& item);

// Presence and since when, and the queued one.
uint64_t VersionOf(const AgentState& agent);

}  // namespace wissel
