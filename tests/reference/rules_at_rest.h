// What must hold between two calls of the engine, judged on the shadow model alone.
#pragma once

#include <string>
#include <vector>

#include "tests/reference/model.h"

namespace wissel::reference {

// Appends a sentence for each rule that is broken at `now`, when every timer up to then has fired.
void CheckAtRest(const Model& model, Instant now, std::vector<std::string>& faults);

// The next moment at which an agent who refused an item could be asked again and would take it.
std::optional<Instant> NextRetry(const Model& model, Instant now);

}  // namespace wissel::reference
