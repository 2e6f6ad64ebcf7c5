// A center as a configuration file: what config_file.h reads and apply.h applies to come to the
// same rules. Pure.
#pragma once

#include <string>

#include "router/core/engine.h"

namespace wissel::config {

// The text of a file with everything that is configured. Display names of agents are not among the
// rules and not in it.
std::string WriteCenterFile(const Engine& engine);

}  // namespace wissel::config
