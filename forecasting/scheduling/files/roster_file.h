// Rosters as files have them: people, days, shifts and times by name.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "forecasting/core/scheduling/roster.h"
#include "forecasting/core/scheduling/verifier.h"
#include "forecasting/scheduling/files/problem_input.h"
#include "forecasting/scheduling/files/schedule_file.pb.h"

namespace wissel::schedule {

struct NamedProblem {
  scheduling::RosterProblem problem;
  std::optional<absl::CivilDay> start;  // of problems with dates
};

// Curtois' text or our own JSON, checked as a problem.
absl::StatusOr<NamedProblem> ParseNamedProblem(const ProblemText& text);

void WriteRoster(const NamedProblem& named, const scheduling::Roster& roster, Schedule& schedule);
// INVALID_ARGUMENT when the schedule names somebody, a day or a shift that the problem has not.
absl::StatusOr<scheduling::Roster> ReadRoster(const NamedProblem& named, const Schedule& schedule);

void WriteVerdict(const scheduling::Verdict& verdict, Schedule& schedule);

// "07:30" as minutes; over 24:00 for what ends the day after.
std::optional<int> MinutesOf(const std::string& time);

}  // namespace wissel::schedule
