// What must be true of the center at the moment before an event, judged on the shadow model: the
// oracle of order and choice.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/reference/model.h"

namespace wissel::reference {

struct Surroundings {
  const Event* next = nullptr;  // the event after it; null for the last of its call
  // The configuration changed in the same call: any number of agents and items meet at once.
  bool reconfigured = false;
  // Channels for which each agent had room when the call began.
  std::map<AgentId, ChannelSet> room_before;
};

// `model` has seen everything before `event`.
void CheckEvent(const Model& model, const Event& event, const Surroundings& around,
                std::vector<std::string>& faults);

bool IsConfiguration(const Event& event);

}  // namespace wissel::reference
