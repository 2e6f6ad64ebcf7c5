// An agent's state, with their offers and assignments, as a desk shows it. Runs on the sequencer
// thread for every answer and every push: lean. Pure.
#pragma once

#include "router/core/engine.h"
#include "wissel/v1/agent.pb.h"

namespace wissel {

// What an answer states beside what the engine knows.
struct AsOf {
  Instant now;
  uint64_t sequence = 0;
};

void WriteAgentState(const AgentState& agent, const Engine& engine, AsOf as_of, Duration lease,
                     v1::AgentState* out);

}  // namespace wissel
