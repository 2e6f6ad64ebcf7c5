// What the engine says of itself, against the shadow model: every item, agent and queue.
#pragma once

#include <string>
#include <vector>

#include "router/core/engine.h"
#include "tests/reference/model.h"

namespace wissel::reference {

void CompareWithModel(const Engine& engine, const Model& model, std::vector<std::string>& faults);

}  // namespace wissel::reference
