// The board's rows as the contract's messages. Pure but for the names of agents, which are asked
// for.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "metrics/core/board.h"
#include "wissel/v1/live.pb.h"

namespace wissel::metrics {

// Display name of an agent, by the last part of the agent's resource name. Empty: none is known.
using AgentDisplayName = std::function<std::string(std::string_view agent)>;

inline constexpr size_t kWaitingItemsShown = 200;

void WriteQueue(const Board& board, QueueId id, v1::QueueLive* out);
void WriteAgent(const Board& board, AgentId id, const AgentDisplayName& display_name,
                v1::AgentLive* out);
void WriteWaiting(const Board& board, QueueId id, v1::WaitingItems* out);

}  // namespace wissel::metrics
