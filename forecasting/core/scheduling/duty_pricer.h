// What each shift of each day is worth when every slot has a price: the sum over the slots in which
// somebody is there, with the breaks where that is cheapest.
//
// Pure.
#pragma once

#include <utility>
#include <vector>

#include "forecasting/core/scheduling/roster.h"

namespace wissel::scheduling {

// The slots that a duty on this day is there in, in order; those past the horizon are left out.
std::vector<int> SlotsOf(const RosterProblem& problem, int day, const Duty& duty);

// Prices of being there, slot by slot, for one kind of person.
class DutyPricer {
 public:
  explicit DutyPricer(const RosterProblem& problem) : problem_(&problem) {}

  void SetPrices(const std::vector<double>& slot_price);
  // By day * shifts + shift, with breaks where they are cheapest.
  const std::vector<double>& duty_prices() const { return duty_price_; }
  // The duty at that price. `pinned`: begins of breaks that stand, empty: none.
  Duty Place(int day, int shift, const std::vector<int>& pinned) const;

 private:
  double Sum(int from_slot, int to_slot) const;
  // The break's begin, in minutes after the shift's, at which it saves most; and that saving.
  std::pair<int, double> BestBreak(int first_slot, const BreakRule& rule) const;

  const RosterProblem* problem_;
  std::vector<double> sums_;  // up to each slot
  std::vector<double> duty_price_;
};

}  // namespace wissel::scheduling
