// Prices of slots that make for a high proven bound, where there are too many people and slots for
// linear programs: with a price for each queue in each slot everybody plans for themselves, and
// what that costs is a bound (Lagrangian relaxation: Geoffrion 1974).
//
// If all planned at the same prices, all would run to where prices are high. So prices move after
// each person: up where their share of what is required is not met, down where it is more than met
// (incremental subgradients: Nedic and Bertsekas, SIAM Journal on Optimization 2001), round by
// round by less. The mean of the prices along the way is what is bounded with.
//
// Pure. Not thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "forecasting/core/scheduling/cover.h"
#include "forecasting/core/scheduling/team.h"

namespace wissel::scheduling {

class PriceSearch {
 public:
  // Begins at the prices that the cover of some roster suggests.
  PriceSearch(Team& team, const Cover& cover);

  // One round: everybody once at moving prices; now and then everybody at the mean prices, for the
  // bound. False when `stop` ended it, or somebody has no schedule.
  bool Step(const std::function<bool()>& stop);
  // Prices hardly move any more: further rounds lead nowhere.
  bool is_spent() const;

  // Nothing costs less.
  double bound() const { return bound_; }
  // What a slot costs the kind at the prices of the highest bound, less than 0 where it pays.
  std::vector<double> SlotPrices(int kind) const;
  // What everybody planned in the last round: a roster that covers well as a whole, and has rough
  // edges.
  const Roster& last_plans() const { return last_plans_; }

 private:
  size_t cells() const { return prices_.size(); }
  void Begin(const Cover& cover);
  double StepLength() const;
  // For which of its queues each slot pays the kind best, and how much, less than 0.
  struct Offers {
    std::vector<int> queue;
    std::vector<double> price;
  };
  Offers OffersTo(int kind, const std::vector<double>& prices) const;
  bool MoveWith(int person, double step);
  void AddToMean();
  bool Bound(const std::function<bool()>& stop);

  Team* team_;
  int queues_;
  std::vector<double> prices_;  // by slot and queue
  std::vector<double> mean_;
  std::vector<double> best_;  // of the highest bound
  double mean_weight_ = 0;
  double highest_ = 1;
  double bound_;
  Roster last_plans_;
  int rounds_ = 0;
};

}  // namespace wissel::scheduling
