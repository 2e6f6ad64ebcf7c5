// Problems of our own: JSON (ProblemFile in schedule_file.proto; docs/SCHEDULING.md).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "forecasting/scheduling/files/roster_file.h"

namespace wissel::schedule {

// INVALID_ARGUMENT with the field at fault: "people[3].contract".
absl::StatusOr<NamedProblem> ParseOurProblem(const std::string& name, const std::string& json);
absl::StatusOr<NamedProblem> ReadOurProblem(const ProblemFile& file);

}  // namespace wissel::schedule
