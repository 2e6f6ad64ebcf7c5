// Makes a failing run short: drops acts as long as what is left still fails.
#pragma once

#include <string>
#include <vector>

#include "tests/simulation/simulation.h"

namespace wissel::simulation {

struct Shrunk {
  bool fails = false;  // false: the same acts did not fail again
  size_t acts = 0;
  std::vector<std::string> faults;
  std::vector<std::string> events;  // the whole short run in plain sentences
};

Shrunk Shrink(const SimulationOptions& options, const SimulationResult& result);

}  // namespace wissel::simulation
