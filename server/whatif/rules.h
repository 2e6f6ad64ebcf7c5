// A center file as the rules of a re-run: what would have to be told to the center when the period
// begins, so that it is what the file says, all the while.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "forecasting/core/recording.h"
#include "forecasting/core/what_if.h"
#include "server/config/config_file.h"

namespace wissel::whatif {

// Into `what_if.rules` and `what_if.settled`. INVALID_ARGUMENT with one line for each problem of
// the file, "FILE:12: ...".
absl::Status ReadRules(const std::string& file, const forecasting::Recording& recording,
                       forecasting::WhatIf& what_if);

// The same of a file that has been read; what is wrong goes to its problems, and the answer is OK.
absl::Status ReadRules(config::LoadedConfig& loaded, const forecasting::Recording& recording,
                       forecasting::WhatIf& what_if);

}  // namespace wissel::whatif
