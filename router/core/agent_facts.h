// What requirements look at in a configured agent: skills, attributes, and as attributes the team
// and the partner.
//
// Pure.
#pragma once

#include "router/core/directory.h"
#include "router/core/requirement.h"

namespace wissel {

AgentFacts FactsOf(const Directory& directory, const AgentConfig& agent);

}  // namespace wissel
