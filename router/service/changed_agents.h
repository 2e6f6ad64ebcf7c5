// Which agents' states a batch of events has changed. Pure.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "router/core/engine.h"
#include "router/core/event.h"

namespace wissel {

// Calls `changed` for each, maybe several times; `engine` is as after the batch.
void ForEachChangedAgent(std::span<const Event> events, const Engine& engine,
                         const std::function<void(AgentId)>& changed);

// Queues whose configuration changed: what their agents may do with the work they hold may differ.
std::vector<QueueId> ConfiguredQueues(std::span<const Event> events);

}  // namespace wissel
