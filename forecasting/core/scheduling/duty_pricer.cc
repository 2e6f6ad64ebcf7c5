#include "forecasting/core/scheduling/duty_pricer.h"

#include <algorithm>

namespace wissel::scheduling {

std::vector<int> SlotsOf(const RosterProblem& problem, int day, const Duty& duty) {
  const int first = day * problem.slots_per_day();
  if (!problem.interval_min) return {first + duty.shift};
  const int grid = *problem.interval_min;
  const Shift& shift = problem.shifts[duty.shift];
  std::vector<int> slots;
  size_t next_break = 0;
  for (int at = shift.start_min; at < shift.end_min; at += grid) {
    while (next_break < duty.break_starts_min.size() &&
           at >= duty.break_starts_min[next_break] + shift.breaks[next_break].minutes) {
      ++next_break;
    }
    const bool pauses =
        next_break < duty.break_starts_min.size() && at >= duty.break_starts_min[next_break];
    const int slot = first + at / grid;
    if (!pauses && slot < problem.slots()) slots.push_back(slot);
  }
  return slots;
}

// Slots past the horizon have no price.
double DutyPricer::Sum(int from_slot, int to_slot) const {
  const int end = static_cast<int>(sums_.size()) - 1;
  return sums_[std::min(to_slot, end)] - sums_[std::min(from_slot, end)];
}

std::pair<int, double> DutyPricer::BestBreak(int first_slot, const BreakRule& rule) const {
  const int grid = *problem_->interval_min;
  std::pair<int, double> best{rule.earliest_min, 0};
  for (int offset = rule.earliest_min; offset <= rule.latest_min; offset += grid) {
    const int slot = first_slot + offset / grid;
    const double saved = Sum(slot, slot + rule.minutes / grid);
    if (offset == rule.earliest_min || saved > best.second) best = {offset, saved};
  }
  return best;
}

void DutyPricer::SetPrices(const std::vector<double>& slot_price) {
  if (!problem_->interval_min) {
    duty_price_ = slot_price;
    return;
  }
  sums_.assign(slot_price.size() + 1, 0);
  for (size_t s = 0; s < slot_price.size(); ++s) sums_[s + 1] = sums_[s] + slot_price[s];
  const int grid = *problem_->interval_min;
  duty_price_.resize(problem_->days * problem_->shifts.size());
  size_t index = 0;
  for (int day = 0; day < problem_->days; ++day) {
    for (const Shift& shift : problem_->shifts) {
      const int first = day * problem_->slots_per_day() + shift.start_min / grid;
      double price = Sum(first, first + (shift.end_min - shift.start_min) / grid);
      for (const BreakRule& rule : shift.breaks) price -= BestBreak(first, rule).second;
      duty_price_[index++] = price;
    }
  }
}

Duty DutyPricer::Place(int day, int shift_index, const std::vector<int>& pinned) const {
  Duty duty{shift_index, pinned};
  const Shift& shift = problem_->shifts[shift_index];
  if (!pinned.empty() || !problem_->interval_min) return duty;
  const int first = day * problem_->slots_per_day() + shift.start_min / *problem_->interval_min;
  for (const BreakRule& rule : shift.breaks) {
    duty.break_starts_min.push_back(shift.start_min + BestBreak(first, rule).first);
  }
  return duty;
}

}  // namespace wissel::scheduling
