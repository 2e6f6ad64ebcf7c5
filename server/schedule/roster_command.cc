#include "server/schedule/roster_command.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/scheduling/explain.h"
#include "forecasting/core/scheduling/team.h"
#include "forecasting/scheduling/files/roster_file.h"
#include "forecasting/scheduling/roster_search.h"
#include "server/schedule/lines.h"

namespace wissel::schedule {
namespace {

using scheduling::Roster;
using scheduling::SearchEnd;

absl::Status Contradiction(const std::vector<scheduling::Conflict>& conflicts) {
  constexpr size_t kMost = 20;
  std::string text = "there is no such roster:";
  for (size_t c = 0; c < std::min(kMost, conflicts.size()); ++c) {
    text += "\n  " + conflicts[c].Sentence();
  }
  if (conflicts.size() > kMost) text += fmt::format("\n  and {} more", conflicts.size() - kMost);
  return absl::FailedPreconditionError(text);
}

}  // namespace

absl::StatusOr<Schedule> SolveRosterFile(const ScheduleOptions& options, const ProblemText& text,
                                         bool& left_running) {
  WISSEL_ASSIGN_OR_RETURN(NamedProblem parsed, ParseNamedProblem(text));
  // A search that cannot be waited for still reads it.
  const auto named = std::make_shared<const NamedProblem>(std::move(parsed));
  WISSEL_RETURN_IF_ERROR(scheduling::Team(named->problem).CheckSize());
  if (const auto floors = scheduling::ExplainFloors(named->problem); !floors.empty()) {
    return Contradiction(floors);
  }
  scheduling::SearchLimits limits;
  limits.seconds = options.seconds;
  limits.rounds = options.rounds;
  limits.seed = options.seed;
  const auto outcome = RunSearch<Roster>(
      options.seconds,
      [named, limits](const auto& watch) {
        return scheduling::SolveRoster(named->problem, limits, watch);
      },
      [&](const Standing& standing) { TellProgress(standing, options.json); });
  left_running = outcome.left_running;
  if (outcome.end == SearchEnd::kInfeasible) {
    return Contradiction(scheduling::ExplainPeople(named->problem));
  }
  Schedule schedule;
  schedule.set_problem(text.name);
  schedule.set_kind("roster");
  SetStanding(outcome.standing, outcome.end, schedule);
  if (!outcome.best) return schedule;
  WriteVerdict(scheduling::Verify(named->problem, *outcome.best), schedule);
  WriteRoster(*named, *outcome.best, schedule);
  return schedule;
}

absl::StatusOr<Schedule> VerifyRosterFile(const ProblemText& text, Schedule schedule) {
  WISSEL_ASSIGN_OR_RETURN(const NamedProblem named, ParseNamedProblem(text));
  WISSEL_ASSIGN_OR_RETURN(const Roster roster, ReadRoster(named, schedule));
  WriteVerdict(scheduling::Verify(named.problem, roster), schedule);
  return schedule;
}

}  // namespace wissel::schedule
