// The section `fact_sheets` of a configuration file: what can be checked without a center. Pure.
#pragma once

#include "server/config/config_file.h"

namespace wissel::config {

// Adds what is wrong to the problems, each with its line.
void CheckFactSheets(LoadedConfig& config);

}  // namespace wissel::config
