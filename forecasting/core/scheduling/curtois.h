// The text format of the shift scheduling benchmark by T. Curtois and R. Qu (Computational results
// on new staff scheduling benchmark instances, 2014).
//
// Pure. Errors are INVALID_ARGUMENT with "NAME:LINE: ...".
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "forecasting/core/scheduling/roster.h"

namespace wissel::scheduling {

bool LooksLikeCurtois(std::string_view text);

absl::StatusOr<RosterProblem> ParseCurtois(std::string_view name, std::string_view text);

}  // namespace wissel::scheduling
