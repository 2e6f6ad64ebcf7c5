// Random but sensible configuration: what a small contact center could have set up.
#pragma once

#include <string>
#include <vector>

#include "router/core/command.h"
#include "tests/reference/dice.h"
#include "tests/reference/inspector.h"

namespace wissel::reference {

struct CenterSize {
  int skills = 4;
  int teams = 2;
  int profiles = 3;
  int queues = 5;
  int agents = 8;
  bool hours = true;
  bool wrap_up = true;
};

// Configures a new center through the inspector.
void SetUpCenter(Inspector& inspector, Dice& dice, const CenterSize& size, Instant now);

Requirement RandomRequirement(Dice& dice, const Model& model);
ConfigureQueue RandomQueue(Dice& dice, const Model& model, const CenterSize& size,
                           std::string name);
QueuePreferences RandomPreferences(Dice& dice, const Model& model);
RoutingProfile RandomProfile(Dice& dice, std::string name);
AgentConfig RandomAgent(Dice& dice, const Model& model, std::string name);
// Openings of the next day or two, by turns open and closed, from about `now` on.
std::vector<Opening> RandomOpenings(Dice& dice, Instant now);
// A change to the running center. Channel, hours and wrap-up of a queue stay as they are.
CommandBody RandomReconfiguration(Dice& dice, const Model& model);
// Several changes that are made together: mostly such as can be made, sometimes not.
CommandBody RandomRules(Dice& dice, const Model& model);

// Any key of a map that is not empty.
template <class Map>
typename Map::key_type PickKey(Dice& dice, const Map& map) {
  auto it = map.begin();
  std::advance(it, dice.Below(static_cast<uint32_t>(map.size())));
  return it->first;
}

}  // namespace wissel::reference
