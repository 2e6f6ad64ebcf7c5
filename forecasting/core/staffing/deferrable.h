// Work that may wait until a deadline (mail, forms, callbacks): the flattest number of people that
// does it all in time.
//
// In a fluid view work comes and is done evenly within an interval. What is done by any moment lies
// between what must be (everything whose deadline has passed) and what can be (everything that has
// come). Of all curves between the two the shortest, a string pulled taut, has the least peak, and
// the least of any convex cost (Yao, Demers & Shenker 1995 for the same question of processors).
//
// Pure; thread-safe.
#pragma once

#include <vector>

#include "absl/status/statusor.h"

namespace wissel::staffing {

struct DeferrableWork {
  double interval_s = 1800;
  std::vector<double> arriving_s;  // seconds of work that comes in each interval
  std::vector<bool> open;          // whether anybody may work then; empty: always
  double deadline_s = 0;           // from arrival to done, elapsed time; 0: within its interval
  double backlog_s = 0;            // work that is there at the beginning, and due by the deadline
  // Seconds of it in each interval that people can do who are there for something else; empty:
  // none.
  std::vector<double> spare_s;
};

struct DeferrablePlan {
  std::vector<double> people;      // beyond the spare time, all of their time, in each interval
  std::vector<double> by_spare_s;  // work done in spare time
  std::vector<double> backlog_s;   // at the end of each interval
};
// INVALID_ARGUMENT, with the field, for what is no such number; FAILED_PRECONDITION, naming the
// interval, when work is due before anybody may do it.
absl::StatusOr<DeferrablePlan> PlanDeferrable(const DeferrableWork& work);

}  // namespace wissel::staffing
