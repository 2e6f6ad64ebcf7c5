// The cheapest schedule of one person over the whole horizon, under all of that person's rules and
// given what each shift on each day costs: a shortest path with resources through days.
//
// A state is what was worked last (as far as it matters for what may follow), how long the stretch
// of work or rest is, and counters. A counter is kept only once a cheapest schedule has broken its
// rule (decremental state space relaxation: Righini and Salani, New dynamic programming algorithms
// for the resource constrained elementary shortest path problem, Networks 2008); what was needed
// once is kept, since it will be again.
//
// Pure. Not thread-safe: it keeps room to work in.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "forecasting/core/scheduling/person_rules.h"

namespace wissel::scheduling {

struct PersonalPlan {
  DayPlan shifts;
  double cost = 0;      // own cost and duty prices
  double own_cost = 0;  // requests, hours and limits that are priced
};

// Room for the search, shared by the planners of one thread.
struct PlannerScratch {
  // How a state was reached: from which of the day before, and by which shift (local, or kOff).
  struct Way {
    int32_t before = 0;  // its place among those reached
    int16_t shift = 0;
  };
  std::vector<double> now;     // by state: what the cheapest way to it costs
  std::vector<int32_t> place;  // by state: its place among those reached
  std::vector<int32_t> reached;
  std::vector<double> next;  // the same of the day after
  std::vector<int32_t> place_next;
  std::vector<int32_t> reached_next;
  std::vector<std::vector<Way>> ways;  // by day and place
};

class PersonPlanner {
 public:
  // Both must outlive the planner.
  PersonPlanner(const RosterProblem& problem, const Person& person);

  // `duty_price`: of working a shift on a day, by day * shifts of the problem + shift. Empty when
  // no schedule keeps the rules.
  std::optional<PersonalPlan> Cheapest(const std::vector<double>& duty_price,
                                       PlannerScratch& scratch);

  // Of how many states a day would have if every counter were kept.
  int64_t most_states() const;

  // Own cost of a plan that keeps the rules.
  double OwnCost(const DayPlan& plan) const;
  const PersonRules& rules() const { return rules_; }

 private:
  enum class What : uint8_t { kTotal, kWeekMinutes, kWeekDays, kLimit };
  struct Counter {
    What what = What::kTotal;
    int limit = 0;           // of kLimit: which
    int least = 0;           // in steps; of weekly minutes: see WeekRange
    int most = 0;            // in steps; of weekly minutes: the most of any week
    bool saturates = false;  // beyond `most` it stays there
    double price = 0;        // of each step that was beyond `most`
    bool tracked = false;
  };
  // Hours of a week, in steps, less what absence in it counts as.
  struct WeekRange {
    int least = 0;
    int most = 0;

    bool operator==(const WeekRange&) const = default;
  };
  // From counters to counters; kNone: against a rule.
  struct Move {
    std::vector<int32_t> to;
    std::vector<double> price;  // empty: nothing
  };
  struct Node {
    bool working = false;
    int successor_class = 0;
    int run = 0;        // days so far; of rest, at most what is needed
    bool free = false;  // the stretch began before the horizon: it may be short
  };

  void AddCounters();
  void AddWeekRanges(int highest);
  int CreditIn(int first_day, int last_day) const;
  void AddCounter(What what, std::optional<int> least, std::optional<int> most, int step,
                  int highest);
  void BuildNodes();
  int NodeOf(bool working, int successor_class, int run, bool free) const;
  int AfterWork(int node, int group) const;
  int AfterRest(int node) const;
  void BuildMoves();
  // `range`: that of the week that ends with the day; none: no week does.
  Move MakeMove(int group, bool new_weekend, std::optional<int> range) const;
  const Move& MoveOf(int group, bool new_weekend, std::optional<int> range) const;
  std::optional<int> RangeEndingOn(int day) const;
  int StepOf(const Counter& counter, int group, bool new_weekend) const;
  // Of each group the cheapest shift of the day, kOff: none; and what it costs.
  struct Choice {
    int shift = kOff;
    double cost = 0;
  };
  std::vector<Choice> ChoicesOf(int day, const std::vector<double>& duty_price) const;
  bool Search(const std::vector<double>& duty_price, PlannerScratch& scratch, PersonalPlan& plan);
  void StepDay(int day, const std::vector<double>& duty_price, PlannerScratch& scratch) const;
  static void Relax(int32_t to, double cost, PlannerScratch::Way way, int day,
                    PlannerScratch& scratch);
  // Tracks what the plan breaks; false when it breaks nothing.
  bool TrackBroken(const DayPlan& plan);
  // Visits a counter's value at each of its ends (weeks, or the horizon).
  template <class Visit>
  void Count(const DayPlan& plan, const Counter& counter, const Visit& visit) const;
  double LimitCost(const DayPlan& plan) const;

  static constexpr int32_t kNone = -1;

  const RosterProblem* problem_;
  PersonRules rules_;
  std::vector<int> group_of_;  // by local shift
  std::vector<int> local_of_;  // by shift of the problem; kOff: not theirs
  std::vector<Counter> counters_;
  std::vector<WeekRange> ranges_;  // those that there are
  std::vector<int> range_of_week_;
  std::vector<Node> nodes_;
  std::vector<int> after_work_;  // node * groups + group; kNone: not allowed
  std::vector<int> first_work_;  // the same from the day before the horizon
  std::vector<int> after_rest_;
  std::vector<Move> moves_;
  int32_t counter_states_ = 1;
};

}  // namespace wissel::scheduling
