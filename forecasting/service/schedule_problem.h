// A schedule in the terms of the solver and the verifier (docs/SCHEDULING.md): labour rules, what
// each agent may and wishes, what is required and what stands, written as one problem file; and
// shifts to and from its rosters.
//
// Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecasting/scheduling/files/schedule_file.pb.h"
#include "forecasting/service/resources.h"
#include "forecasting/service/schedule_book.h"
#include "wissel/v1/schedule.pb.h"

namespace wissel::forecasting {

// Required people of queues that the same agents can serve, by local day and interval.
struct Demand {
  std::string name;                                     // of the class, unique
  std::vector<std::string> queues;                      // "queues/tax"
  std::vector<std::string> agents;                      // who can serve it
  std::map<absl::CivilDay, std::vector<int>> required;  // intervals from midnight on
};

struct ScheduleScene {
  v1::LabourRules rules;
  // Whom the schedule is about: complete, with a contract of the rules.
  std::vector<v1::PlannedAgent> agents;
  Days days;  // from a Monday to a Sunday
  absl::TimeZone zone;
  int interval_minutes = 15;
  std::vector<Demand> demand;
};

// What missing and surplus people, paid hours and wishes cost, in one unit: the hour of a surplus
// agent. A missing one counts tenfold, as a customer who waits does.
struct Prices {
  double missing_hour = 10;
  double surplus_hour = 1;
  double paid_hour = 0.2;
  double wish = 0.5;  // for each point of its weight
};

// `shifts`: kinds of shifts that the rules do not have are added, so that it can say what stands;
// those that are pinned are pins.
schedule::ProblemFile WriteProblem(const ScheduleScene& scene, const ShiftsByAgent& shifts,
                                   const Prices& prices = {});
// The same shifts as a roster of that problem. A second shift that begins on the same day cannot be
// in it, and is left out: `doubled` has it.
schedule::Schedule WriteRoster(const ScheduleScene& scene, const ShiftsByAgent& shifts,
                               std::vector<v1::Shift>& doubled);
// Of the solver's answer. Breaks are paid as the kind of shift says.
ShiftsByAgent ReadRoster(const ScheduleScene& scene, const schedule::Schedule& roster);

// What the verifier makes of it, with a second shift on a day as a broken rule.
struct Checked {
  std::vector<v1::BrokenRule> broken;
  std::vector<v1::CoverSeries> cover;
  v1::ScheduleFigures figures;
};
absl::StatusOr<Checked> Check(const ScheduleScene& scene, const ShiftsByAgent& shifts);

}  // namespace wissel::forecasting
