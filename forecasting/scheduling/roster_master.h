// Schedules of some people, one for each, that together cover what the others leave: the linear
// relaxation by column generation (Dantzig and Wolfe 1960; for rosters: Burke and Curtois, New
// approaches to nurse rostering benchmark instances, EJOR 2014). Each round asks every person's
// planner for the cheapest schedule at the dual prices of the slots; the answers are new columns,
// and with them comes a proven bound, the Lagrangian one. Prices are smoothed between the best so
// far and the latest (Wentges, Weighted Dantzig-Wolfe decomposition for linear mixed-integer
// programming, 1997).
//
// Blocking; one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "forecasting/core/scheduling/cover.h"
#include "forecasting/core/scheduling/team.h"
#include "forecasting/scheduling/lp.h"
#include "forecasting/scheduling/mip.h"

namespace wissel::scheduling {

class RosterMaster {
 public:
  // Of these people; everybody else works as in `others`, where there is one.
  RosterMaster(Team& team, std::vector<int> people, const Roster* others);

  // A schedule of one of the people, which keeps their rules.
  void Add(const PersonalSchedule& schedule);

  struct GenerationLimits {
    int rounds = 1'000'000;
    std::function<bool()> stop = [] { return false; };
    std::function<void(double bound)> on_bound = [](double) {};
  };
  // Until no schedule is missing, or a limit. False when somebody has no schedule at all.
  bool Generate(const GenerationLimits& limits);

  // Of the relaxation as it stands; all of it, once Generate has run to its end.
  double relaxed_cost() const { return relaxed_cost_; }
  // Nothing costs less, with the others as they are.
  double bound() const { return bound_; }

  // The best choice of one schedule for each, of those that there are; costs count those of the
  // others, too.
  struct Choice {
    std::vector<PersonalSchedule>
        schedules;        // empty: none costs less than the cutoff, as far as seen
    bool proven = false;  // there is no better choice of those
  };
  Choice Choose(const MipLimits& limits);

  // Fixes the schedules that the relaxation is most sure about, and goes on generating, until
  // everybody has one. The relaxation is as it was afterwards.
  std::optional<std::vector<PersonalSchedule>> Dive(const GenerationLimits& limits, int rounds);

  // What one schedule for each would cost, with the others as they are.
  double CostOf(const std::vector<PersonalSchedule>& schedules) const;

  const std::vector<PersonalSchedule>& schedules() const { return schedules_; }
  // The columns' reduced costs at the best prices: less is more promising.
  std::vector<double> ReducedCosts() const;

 private:
  // A price for each person row and each cover row.
  using Prices = std::vector<double>;

  void AddRows(const Roster* others);
  void AddCoverColumns(int slot);
  std::vector<Entry> EntriesOf(const PersonalSchedule& schedule) const;
  int CoverRow(int slot, int kind) const { return first_cover_row_ + slot * kinds_ + kind; }
  int QueueRow(int slot, int queue) const {
    return first_queue_row_ + slot * static_cast<int>(team_->problem().queues.size()) + queue;
  }
  // One round at these prices: adds what is promising at the latest prices, raises the bound.
  // False when somebody has no schedule.
  bool PriceOut(const Prices& prices, const Prices& latest, int& added);
  double RowPart(const Prices& prices) const;
  double ReducedCost(const PersonalSchedule& schedule, const Prices& prices) const;
  bool BoundIsReached() const;

  Team* team_;
  std::vector<int> people_;
  std::vector<int> place_of_;  // by person: row, or -1
  int kinds_;                  // 1 when there is one queue
  int first_cover_row_ = 0;
  int first_queue_row_ = 0;
  LinearProgram rows_;
  std::unique_ptr<GrowingLp> lp_;
  int first_schedule_column_ = 0;
  std::vector<PersonalSchedule> schedules_;
  std::vector<bool> fixed_;  // by place: while diving
  Cover others_cover_;
  double others_cost_ = 0;
  double relaxed_cost_ = kUnbounded;
  double bound_ = -kUnbounded;
  double lagrangian_ = -kUnbounded;
  Prices best_prices_;
};

}  // namespace wissel::scheduling
