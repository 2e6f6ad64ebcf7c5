// `wissel schedule solve` and `verify`: schedules from a file of a problem. Needs no server and no
// data folder. A server runs `solve` as a process of its own, because CBC overshoots its time
// limit: at the limit, and at SIGTERM or SIGINT, the best so far is printed at once and the process
// ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace wissel::schedule {

struct ScheduleOptions {
  std::string problem;   // a file; "-": standard input
  std::string patterns;  // of a covering problem; empty: by the name of `problem`
  std::string schedule;  // verify: the schedule to check
  std::string out;       // solve: the schedule, as JSON or, named *.csv, as CSV; empty: nowhere
  std::optional<double> under_price;  // covering: of an interval in which somebody is missing
  double seconds = 600;
  std::optional<int> rounds;
  uint64_t seed = 1;
  bool json = false;
};

// Print and return the exit code: 0 done, 1 failed or broken.
int RunScheduleSolve(const ScheduleOptions& options);
int RunScheduleVerify(const ScheduleOptions& options);

}  // namespace wissel::schedule
