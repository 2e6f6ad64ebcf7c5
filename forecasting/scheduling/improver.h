// A roster improved person by person: somebody's schedule is taken out and put back where it costs
// least, given everybody else's, which one person's planner finds exactly. Several are taken out
// together and put back one after the other (ruin and recreate: Schrimpf et al., Record breaking
// optimization results using the ruin and recreate principle, 2000). Fast, and without a bound.
//
// Blocking; one thread at a time.
#pragma once

#include <functional>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "forecasting/core/scheduling/cover.h"
#include "forecasting/core/scheduling/team.h"

namespace wissel::scheduling {

class Improver {
 public:
  Improver(Team& team, uint64_t seed);

  // Everybody's schedule, one after the other. Returns who has none that keeps the rules; the
  // roster is of no use then.
  std::optional<int> Build();
  // Everybody's schedule as in this roster, whose schedules keep the rules.
  void Begin(const Roster& roster);
  // Each person anew, in an order drawn; returns what was saved. Ends early when told to.
  double Sweep(const std::function<bool()>& stop);
  // So many people out and in again; kept when that costs no more. Returns what was saved.
  double Remake(int count);
  // By kind: what slots are worth in the long run, for who is put back before others are.
  void GuideBy(std::vector<std::vector<double>> slot_prices) { guide_ = std::move(slot_prices); }

  const Roster& roster() const { return roster_; }
  const Cover& cover() const { return cover_; }
  double cost() const { return cover_.cost() + own_cost_; }

 private:
  void TakeOut(int person);
  bool PutBack(int person);
  // The same while others are still out.
  bool PutBackEarly(int person);
  bool PutBackAt(int person, const std::vector<double>& slot_prices);
  void Set(int person, PersonalSchedule schedule);
  std::vector<int> Draw(int count);

  Team* team_;
  Cover cover_;
  Roster roster_;
  std::vector<double> own_costs_;
  double own_cost_ = 0;
  std::vector<std::vector<double>> guide_;  // empty: none
  std::mt19937_64 dice_;
};

}  // namespace wissel::scheduling
