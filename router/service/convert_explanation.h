// The explanations of items and agents as the contract shows them. Pure.
#pragma once

#include "router/core/explain.h"
#include "wissel/v1/agent.pb.h"
#include "wissel/v1/work.pb.h"

namespace wissel {

void WriteDecision(const Decision& decision, const Item& item, const Directory& directory,
                   v1::Decision* out);

void WriteExplanation(const ItemExplanation& explanation, const Engine& engine,
                      v1::WorkItemExplanation* out);

void WriteExplanation(const AgentExplanation& explanation, const Engine& engine,
                      v1::AgentExplanation* out);

}  // namespace wissel
