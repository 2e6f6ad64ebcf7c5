// Everybody of a problem made ready for planning: a planner for each person, and the kinds of
// people that slots can tell apart, which are those of different queues.
//
// Pure. Not thread-safe: planners share room to work in.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "forecasting/core/scheduling/duty_pricer.h"
#include "forecasting/core/scheduling/person_planner.h"

namespace wissel::scheduling {

// One person's whole schedule.
struct PersonalSchedule {
  int person = 0;
  std::vector<std::optional<Duty>> duties;
  double own_cost = 0;
};

class Team {
 public:
  // The problem must have passed CheckProblem and outlive the team.
  explicit Team(const RosterProblem& problem);

  const RosterProblem& problem() const { return *problem_; }
  int size() const { return static_cast<int>(planners_.size()); }
  int kinds() const { return static_cast<int>(queues_of_kind_.size()); }
  int kind_of(int person) const { return kind_of_[person]; }
  uint32_t queues_of(int kind) const { return queues_of_kind_[kind]; }

  // The person's cheapest schedule at the prices of `pricer`, which are those of the kind; and what
  // it costs with those prices, at least: breaks that are pinned may cost more.
  struct Priced {
    PersonalSchedule schedule;
    double cost = 0;
  };
  std::optional<Priced> Cheapest(int person, const DutyPricer& pricer);

  // RESOURCE_EXHAUSTED when somebody's rules count more than fits into memory.
  absl::Status CheckSize() const;

  double OwnCost(int person, const std::vector<std::optional<Duty>>& duties) const;

  // What one missing costs where a floor is hard: more than anything else could.
  double hard_price() const { return hard_price_; }
  double UnderPrice(int slot, int queue) const {
    return problem_->DemandOf(slot, queue).under_price.value_or(hard_price_);
  }
  // Every price is a whole number, so every cost is.
  bool has_whole_costs() const { return has_whole_costs_; }

 private:
  void LookAtPrices();

  const RosterProblem* problem_;
  std::vector<PersonPlanner> planners_;
  PlannerScratch scratch_;
  std::vector<int> kind_of_;
  std::vector<uint32_t> queues_of_kind_;
  double hard_price_ = 0;
  bool has_whole_costs_ = true;
};

}  // namespace wissel::scheduling
