// `wissel schedule solve` and `verify` for rosters of named people.
#pragma once

#include "absl/status/statusor.h"
#include "forecasting/scheduling/files/problem_input.h"
#include "forecasting/scheduling/files/schedule_file.pb.h"
#include "server/schedule/schedule.h"

namespace wissel::schedule {

// Progress is told while it goes on. `left_running`: see search_run.h.
absl::StatusOr<Schedule> SolveRosterFile(const ScheduleOptions& options, const ProblemText& problem,
                                         bool& left_running);

// The schedule with its costs and what it breaks, recounted.
absl::StatusOr<Schedule> VerifyRosterFile(const ProblemText& problem, Schedule schedule);

}  // namespace wissel::schedule
