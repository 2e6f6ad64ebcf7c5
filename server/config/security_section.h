// The section `security` of a configuration file: what can be checked without its files. Pure.
#pragma once

#include "server/config/config_file.h"

namespace wissel::config {

// Adds what is wrong to the problems, each with its line.
void CheckSecurity(LoadedConfig& config);

}  // namespace wissel::config
