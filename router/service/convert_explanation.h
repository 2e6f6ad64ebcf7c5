// The explanation of an item as the contract shows it. Pure.
#pragma once

#include "router/core/explain.h"
#include "wissel/v1/work.pb.h"

namespace wissel {

void WriteDecision(const Decision& decision, const Item& item, const Directory& directory,
                   v1::Decision* out);

void WriteExplanation(const ItemExplanation& explanation, const Engine& engine,
                      v1::WorkItemExplanation* out);

}  // namespace wissel
