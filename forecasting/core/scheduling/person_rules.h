// One person's rules, made ready for planning: which shifts may be worked on which day at what
// price of their own (requests, hours), which may follow which, and what has to be counted.
//
// Shifts are local here: indices into `shifts`, which are those that the person may work at all.
// Pure; a value.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "forecasting/core/scheduling/roster.h"

namespace wissel::scheduling {

// Somebody's shifts by day, as indices into the problem's; kOff: none.
inline constexpr int kOff = -1;
using DayPlan = std::vector<int>;

// Shifts that planning need not tell apart but by their price of a day: the same pay, the same
// limits, the same shifts may come before and after them.
struct ShiftGroup {
  std::vector<int> members;         // local
  int successor_class = 0;          // what may follow
  std::vector<bool> allowed_after;  // by successor class of the day before
  int paid_min = 0;
  std::vector<bool> counts_for;  // by limit of the person
};

class PersonRules {
 public:
  PersonRules(const RosterProblem& problem, const Person& person);

  const Person& person() const { return *person_; }
  int days() const { return days_; }
  const std::vector<int>& shifts() const { return shifts_; }
  const std::vector<ShiftGroup>& groups() const { return groups_; }
  int successor_classes() const { return successor_classes_; }
  // Pay counts in steps of so many minutes.
  int paid_step() const { return paid_step_; }

  bool MayWork(int day, int local) const { return may_work_[Index(day, local)]; }
  bool MayRest(int day) const { return may_rest_[day]; }
  // Requests that are not heard, and hours, of this shift on this day; of none.
  double CostOf(int day, int local) const { return cost_[Index(day, local)]; }
  double CostOfRest(int day) const { return rest_cost_[day]; }

 private:
  size_t Index(int day, int local) const {
    return static_cast<size_t>(day) * shifts_.size() + local;
  }
  void AllowDays(const RosterProblem& problem);
  void Price(const RosterProblem& problem);
  void Group(const RosterProblem& problem);

  const Person* person_;
  int days_;
  std::vector<int> shifts_;
  std::vector<ShiftGroup> groups_;
  int successor_classes_ = 0;
  int paid_step_ = 1;
  std::vector<bool> may_work_;
  std::vector<bool> may_rest_;
  std::vector<double> cost_;
  std::vector<double> rest_cost_;
};

}  // namespace wissel::scheduling
