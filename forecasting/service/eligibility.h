// Who can serve what: the agents of each queue by its requirement, and queues that the same agents
// can serve.
//
// Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "router/core/engine.h"

namespace wissel::forecasting {

// By queue ("queues/tax"): names of the agents ("agents/anna"), in order. The first step of the
// requirement that anybody meets counts: later steps are for when those are busy.
using Eligible = std::map<std::string, std::vector<std::string>>;

// What queues ask for, copied so that no more than that is done on the sequencer's thread.
using QueueRequirements = std::map<QueueId, Requirement>;
QueueRequirements RequirementsOf(const Engine& engine);

Eligible WhoCanServe(const Directory& directory, const QueueRequirements& requirements);

}  // namespace wissel::forecasting
