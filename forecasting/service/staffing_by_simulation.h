// Required staff for skills: day by day the cheapest numbers of people in each group of agents who
// serve the same queues, found by simulation of the rules that hold and search
// (forecasting/core/simulation/search.h).
//
// For the threads of operations.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/service/agent_kinds.h"
#include "forecasting/service/forecast_book.h"
#include "forecasting/service/office.h"
#include "forecasting/service/operations.h"
#include "forecasting/service/resources.h"
#include "forecasting/service/staffing_targets.h"
#include "wissel/v1/staffing.pb.h"

namespace wissel::forecasting {

// Who serve the same of the queues that are simulated.
struct StaffGroup {
  size_t kind = 0;  // whom they are taken to be like: the most common kind among them
  int people = 0;
  std::vector<std::string> queues;
};
// FAILED_PRECONDITION on `forecast`: nobody serves one of them, or there are too many groups to
// search among, and to schedule for.
absl::StatusOr<std::vector<StaffGroup>> GroupsFor(const std::vector<AgentKind>& kinds,
                                                  const std::vector<Target>& targets);

struct StaffSearch {
  StoredForecast forecast;
  std::string scenario;
  Days days;
  std::vector<Target> targets;  // those that are simulated
  std::shared_ptr<const Rules> rules;
  std::vector<AgentKind> kinds;
  std::vector<StaffGroup> groups;
  double shrinkage = 0;
  double cost_of_queue = 0.05;
  bool only_people_there = false;
};
// A series for each group, and what every queue reaches, into `staff`. CANCELLED, or
// FAILED_PRECONDITION when no staff reaches the targets of a day.
absl::Status StaffBySimulation(Office& office, const StaffSearch& search, LongRun& run,
                               v1::RequiredStaff& staff);

}  // namespace wissel::forecasting
