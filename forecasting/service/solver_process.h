// `wissel schedule solve` as a process of its own: CBC may overshoot its limits, take a core and a
// lot of memory, and none of that is the router's to suffer (docs/SCHEDULING.md).
//
// Blocks its thread; several at once are fine.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "forecasting/scheduling/files/schedule_file.pb.h"
#include "forecasting/service/operations.h"

namespace wissel::forecasting {

struct SolverProcess {
  std::string program;  // the binary; empty: the running one
  // Files of the problem live here while it runs, and nowhere after it; "": the system's place for
  // what is temporary.
  std::string folder;
};

// Tells `run` how far it is, in seconds of `limit`, with the best so far and the bound. A cancelled
// run answers the best so far. FAILED_PRECONDITION with the solver's words when no schedule keeps
// the rules, DEADLINE_EXCEEDED when none was found in time, INTERNAL when it died.
absl::StatusOr<schedule::Schedule> Solve(const SolverProcess& solver,
                                         const schedule::ProblemFile& problem, Duration limit,
                                         LongRun& run);

}  // namespace wissel::forecasting
