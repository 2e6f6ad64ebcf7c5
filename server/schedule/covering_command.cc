#include "server/schedule/covering_command.h"

#include <memory>
#include <utility>

#include "absl/container/btree_map.h"
#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/scheduling/covering_search.h"
#include "server/schedule/lines.h"

namespace wissel::schedule {
namespace {

using scheduling::CoveringProblem;
using scheduling::People;
using scheduling::SearchEnd;

absl::StatusOr<CoveringProblem> Parse(const ScheduleOptions& options, const ProblemText& problem) {
  std::string patterns = options.patterns;
  if (patterns.empty()) {
    WISSEL_ASSIGN_OR_RETURN(patterns, PatternsBeside(options.problem));
  }
  WISSEL_ASSIGN_OR_RETURN(const ProblemText text, ReadProblem(patterns));
  return scheduling::ParseCovering(problem.name, problem.text, text.name, text.text);
}

std::string SlotName(const CoveringProblem& problem, size_t slot) {
  return fmt::format("day {}, interval {}", slot / problem.slots_per_day,
                     slot % problem.slots_per_day);
}

// Recounted from the problem: who is there in each slot, and what that costs.
void Recount(const CoveringProblem& problem, const People& people,
             std::optional<double> under_price, Schedule& schedule) {
  std::vector<int> there(problem.required.size());
  int paid = 0;
  for (size_t p = 0; p < people.size(); ++p) {
    if (people[p] < 0) schedule.add_broken_rules(problem.patterns[p].id + " has less than nobody");
    paid += people[p] * problem.patterns[p].paid;
    for (const int slot : problem.patterns[p].slots) there[slot] += people[p];
  }
  int missing = 0;
  int surplus = 0;
  for (size_t slot = 0; slot < there.size(); ++slot) {
    const int required = problem.required[slot];
    missing += std::max(0, required - there[slot]);
    surplus += std::max(0, there[slot] - required);
    if (there[slot] < required && !under_price) {
      schedule.add_broken_rules(
          fmt::format("{} has {} of {} required", SlotName(problem, slot), there[slot], required));
    }
  }
  Costs& costs = *schedule.mutable_costs();
  costs.set_hours(paid);
  costs.set_under(under_price.value_or(0) * missing);
  costs.set_missing(missing);
  costs.set_surplus(surplus);
  schedule.set_objective(costs.hours() + costs.under());
}

absl::Status Infeasible(const CoveringProblem& problem) {
  std::vector<bool> covered(problem.required.size());
  for (const auto& pattern : problem.patterns) {
    for (const int slot : pattern.slots) covered[slot] = true;
  }
  for (size_t slot = 0; slot < covered.size(); ++slot) {
    if (covered[slot] || problem.required[slot] == 0) continue;
    return Refuse(absl::StatusCode::kFailedPrecondition, "required",
                  fmt::format("{} requires {}, and nothing covers it", SlotName(problem, slot),
                              problem.required[slot]),
                  "a shift that covers it, or --under-price");
  }
  return absl::FailedPreconditionError("nothing covers what is required");
}

}  // namespace

absl::StatusOr<Schedule> SolveCoveringFile(const ScheduleOptions& options, const ProblemText& text,
                                           bool& left_running) {
  WISSEL_ASSIGN_OR_RETURN(CoveringProblem parsed, Parse(options, text));
  // A search that cannot be waited for still reads it.
  const auto problem = std::make_shared<const CoveringProblem>(std::move(parsed));
  scheduling::SearchLimits limits;
  limits.seconds = options.seconds;
  const auto outcome = RunSearch<People>(
      options.seconds,
      [problem, limits, price = options.under_price](const auto& watch) {
        return scheduling::SolveCovering(*problem, price, limits, watch);
      },
      [&](const Standing& standing) { TellProgress(standing, options.json); });
  left_running = outcome.left_running;
  if (outcome.end == SearchEnd::kInfeasible) return Infeasible(*problem);
  Schedule schedule;
  schedule.set_problem(text.name);
  schedule.set_kind("covering");
  SetStanding(outcome.standing, outcome.end, schedule);
  if (!outcome.best) return schedule;
  Recount(*problem, *outcome.best, options.under_price, schedule);
  for (size_t p = 0; p < outcome.best->size(); ++p) {
    if ((*outcome.best)[p] == 0) continue;
    PatternCount& pattern = *schedule.add_patterns();
    pattern.set_id(problem->patterns[p].id);
    pattern.set_people((*outcome.best)[p]);
  }
  return schedule;
}

absl::StatusOr<Schedule> VerifyCoveringFile(const ScheduleOptions& options, const ProblemText& text,
                                            Schedule schedule) {
  WISSEL_ASSIGN_OR_RETURN(const CoveringProblem problem, Parse(options, text));
  absl::btree_map<std::string, size_t> index;
  for (size_t p = 0; p < problem.patterns.size(); ++p) index[problem.patterns[p].id] = p;
  People people(problem.patterns.size());
  schedule.clear_broken_rules();
  for (const PatternCount& pattern : schedule.patterns()) {
    const auto found = index.find(pattern.id());
    if (found == index.end()) {
      schedule.add_broken_rules(fmt::format("there is no shift \"{}\"", pattern.id()));
    } else {
      people[found->second] += pattern.people();
    }
  }
  Recount(problem, people, options.under_price, schedule);
  return schedule;
}

}  // namespace wissel::schedule
