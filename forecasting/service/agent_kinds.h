// Kinds of agents: who the engine cannot tell apart under the rules that hold. What no rule looks
// at (a team that no constraint names, a skill that no queue asks for) makes no difference.
//
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forecasting/service/eligibility.h"
#include "router/core/rule_book.h"

namespace wissel::forecasting {

struct AgentKind {
  AgentConfig agent;                // what the rules look at, by the ids of the rules; no name
  std::vector<std::string> agents;  // "agents/anna", in order
  std::vector<std::string> queues;  // of Eligible, "queues/tax", in order
};

// Of the agents who can get contacts of some queue, by whatever step of its requirement; in the
// order of their first agents.
std::vector<AgentKind> KindsOf(const Rules& rules);
// That this agent is of.
std::optional<size_t> KindOf(const std::vector<AgentKind>& kinds, std::string_view agent);

}  // namespace wissel::forecasting
