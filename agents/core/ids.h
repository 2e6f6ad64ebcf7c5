// Ids of the agents' room, and of the queues that routing profiles name. Given by the engine in
// rising order from 1, never used twice.
#pragma once

#include <cstdint>

#include "base/strong_id.h"

namespace wissel {

using SkillId = StrongId<struct SkillTag, uint32_t>;
using TeamId = StrongId<struct TeamTag, uint32_t>;
using PartnerId = StrongId<struct PartnerTag, uint32_t>;
using ProfileId = StrongId<struct ProfileTag, uint32_t>;
using AgentId = StrongId<struct AgentTag, uint32_t>;
using QueueId = StrongId<struct QueueTag, uint32_t>;

}  // namespace wissel
