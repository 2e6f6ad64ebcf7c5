#include "server/schedule/schedule.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/scheduling/files/problem_input.h"
#include "google/protobuf/util/json_util.h"
#include "server/schedule/covering_command.h"
#include "server/schedule/lines.h"
#include "server/schedule/roster_command.h"

namespace wissel::schedule {
namespace {

int Fail(const char* command, const absl::Status& status) {
  const std::string right = WhatWouldBeRight(status);
  fmt::print(stderr, "wissel schedule {}: {}{}\n", command, std::string(status.message()),
             right.empty() ? "" : "; " + right);
  return 1;
}

absl::StatusOr<Schedule> Solve(const ScheduleOptions& options, bool& left_running) {
  WISSEL_ASSIGN_OR_RETURN(const ProblemText problem, ReadProblem(options.problem));
  if (problem.kind == ProblemKind::kCovering) {
    return SolveCoveringFile(options, problem, left_running);
  }
  return SolveRosterFile(options, problem, left_running);
}

absl::StatusOr<Schedule> ReadSchedule(const std::string& path) {
  WISSEL_ASSIGN_OR_RETURN(const std::string text, ReadText(path));
  Schedule schedule;
  const auto parsed = google::protobuf::util::JsonStringToMessage(text, &schedule);
  if (parsed.ok()) return schedule;
  return absl::InvalidArgumentError(fmt::format("{}: {}", path, parsed.ToString()));
}

absl::StatusOr<Schedule> Verify(const ScheduleOptions& options) {
  WISSEL_ASSIGN_OR_RETURN(const ProblemText problem, ReadProblem(options.problem));
  WISSEL_ASSIGN_OR_RETURN(Schedule schedule, ReadSchedule(options.schedule));
  if (problem.kind == ProblemKind::kCovering) {
    return VerifyCoveringFile(options, problem, std::move(schedule));
  }
  return VerifyRosterFile(problem, std::move(schedule));
}

void Print(const Schedule& schedule, bool json) {
  if (json) {
    fmt::print("{}", JsonLine(schedule));
  } else {
    for (const std::string& broken : schedule.broken_rules()) fmt::print("{}\n", broken);
    fmt::print("{}\n", StandingText(schedule));
  }
  std::fflush(stdout);
}

int Report(const ScheduleOptions& options, const Schedule& schedule) {
  if (!options.json) fmt::print(stderr, "\r\033[K");
  Print(schedule, options.json);
  if (!schedule.has_objective()) return 1;
  if (!options.out.empty()) {
    if (const absl::Status written = WriteSchedule(schedule, options.out); !written.ok()) {
      return Fail("solve", written);
    }
  }
  return schedule.broken_rules().empty() ? 0 : 1;
}

}  // namespace

int RunScheduleSolve(const ScheduleOptions& options) {
  CatchStopSignals();
  bool left_running = false;
  const auto schedule = Solve(options, left_running);
  const int code = schedule.ok() ? Report(options, *schedule) : Fail("solve", schedule.status());
  if (left_running) std::_Exit(code);
  return code;
}

int RunScheduleVerify(const ScheduleOptions& options) {
  const auto schedule = Verify(options);
  if (!schedule.ok()) return Fail("verify", schedule.status());
  Print(*schedule, options.json);
  return schedule->broken_rules().empty() ? 0 : 1;
}

}  // namespace wissel::schedule
