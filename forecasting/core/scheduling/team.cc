#include "forecasting/core/scheduling/team.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::scheduling {

Team::Team(const RosterProblem& problem) : problem_(&problem) {
  for (const Person& person : problem.people) {
    planners_.emplace_back(problem, person);
    const auto found = std::find(queues_of_kind_.begin(), queues_of_kind_.end(), person.queues);
    kind_of_.push_back(static_cast<int>(found - queues_of_kind_.begin()));
    if (found == queues_of_kind_.end()) queues_of_kind_.push_back(person.queues);
  }
  LookAtPrices();
}

void Team::LookAtPrices() {
  // A floor outweighs every other price by so much.
  constexpr double kOutweighs = 1000;
  double highest = 1;
  const auto look = [&](double price) {
    highest = std::max(highest, price);
    if (price != std::floor(price)) has_whole_costs_ = false;
  };
  for (const Demand& demand : problem_->demand) {
    look(demand.under_price.value_or(0));
    look(demand.over_price);
  }
  for (const Person& person : problem_->people) {
    for (const Request& request : person.requests) look(request.price);
    for (const CountLimit& limit : person.limits) look(limit.price.value_or(0));
    look(person.hour_price);
    // Half an hour at a whole price is no whole price.
    if (person.hour_price != 0) has_whole_costs_ = false;
  }
  hard_price_ = kOutweighs * highest;
}

std::optional<Team::Priced> Team::Cheapest(int person, const DutyPricer& pricer) {
  auto plan = planners_[person].Cheapest(pricer.duty_prices(), scratch_);
  if (!plan) return std::nullopt;
  Priced priced;
  priced.cost = plan->cost;
  priced.schedule.person = person;
  priced.schedule.own_cost = plan->own_cost;
  priced.schedule.duties.resize(problem_->days);
  for (int day = 0; day < problem_->days; ++day) {
    if (plan->shifts[day] == kOff) continue;
    std::vector<int> pinned;
    for (const Pin& pin : problem_->people[person].pins) {
      if (pin.day == day) pinned = pin.break_starts_min;
    }
    priced.schedule.duties[day] = pricer.Place(day, plan->shifts[day], pinned);
  }
  return priced;
}

absl::Status Team::CheckSize() const {
  constexpr int64_t kMostStates = 30'000'000;
  for (int person = 0; person < size(); ++person) {
    if (planners_[person].most_states() <= kMostStates) continue;
    return Refuse(absl::StatusCode::kResourceExhausted,
                  fmt::format("people[{}].rules", problem_->people[person].id),
                  fmt::format("{}: too much to count while planning", problem_->people[person].id),
                  "lengths of shifts with a large common divisor, shorter horizons, or hours "
                  "either by week or in all");
  }
  return absl::OkStatus();
}

double Team::OwnCost(int person, const std::vector<std::optional<Duty>>& duties) const {
  DayPlan plan;
  for (const std::optional<Duty>& duty : duties) plan.push_back(duty ? duty->shift : kOff);
  return planners_[person].OwnCost(plan);
}

}  // namespace wissel::scheduling
