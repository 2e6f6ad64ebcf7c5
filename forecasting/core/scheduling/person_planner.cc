#include "forecasting/core/scheduling/person_planner.h"

#include <algorithm>
#include <limits>

#include "base/invariant.h"

namespace wissel::scheduling {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

bool IsSaturday(int day) { return day % kDaysPerWeek == 5; }
bool IsSunday(int day) { return day % kDaysPerWeek == 6; }
bool EndsWeek(int day, int days) { return IsSunday(day) || day + 1 == days; }

}  // namespace

PersonPlanner::PersonPlanner(const RosterProblem& problem, const Person& person)
    : problem_(&problem), rules_(problem, person), local_of_(problem.shifts.size(), kOff) {
  group_of_.assign(rules_.shifts().size(), 0);
  for (size_t g = 0; g < rules_.groups().size(); ++g) {
    for (const int i : rules_.groups()[g].members) group_of_[i] = static_cast<int>(g);
  }
  for (size_t i = 0; i < rules_.shifts().size(); ++i) {
    local_of_[rules_.shifts()[i]] = static_cast<int>(i);
  }
  AddCounters();
  BuildNodes();
  BuildMoves();
}

void PersonPlanner::AddCounter(What what, std::optional<int> least, std::optional<int> most,
                               int step, int highest) {
  if (!least && !most) return;
  Counter counter;
  counter.what = what;
  counter.least = least ? (*least + step - 1) / step : 0;
  // Without an upper rule nothing beyond the lower one need be told apart.
  counter.saturates = !most;
  counter.most = most ? std::min(*most / step, highest) : counter.least;
  counter.tracked = what == What::kTotal;
  counters_.push_back(counter);
}

int PersonPlanner::CreditIn(int first_day, int last_day) const {
  const Person& person = rules_.person();
  const auto within = std::count_if(person.absent.begin(), person.absent.end(),
                                    [&](int day) { return day >= first_day && day <= last_day; });
  return static_cast<int>(within) * person.absent_credit_min;
}

void PersonPlanner::AddWeekRanges(int highest) {
  const Person& person = rules_.person();
  const int step = rules_.paid_step();
  for (int monday = 0; monday < rules_.days(); monday += kDaysPerWeek) {
    const int credit = CreditIn(monday, monday + kDaysPerWeek - 1);
    WeekRange range{0, highest};
    if (person.min_week_min) {
      range.least = std::max(0, *person.min_week_min - credit + step - 1) / step;
    }
    if (person.max_week_min) {
      range.most = std::min(highest, std::max(0, *person.max_week_min - credit) / step);
    }
    const auto found = std::find(ranges_.begin(), ranges_.end(), range);
    range_of_week_.push_back(static_cast<int>(found - ranges_.begin()));
    if (found == ranges_.end()) ranges_.push_back(range);
  }
  if (!person.min_week_min && !person.max_week_min) return;
  Counter counter;
  counter.what = What::kWeekMinutes;
  for (const WeekRange& range : ranges_) {
    // Without an upper rule nothing beyond the lower one need be told apart.
    counter.most = std::max(counter.most, person.max_week_min ? range.most : range.least);
  }
  counter.saturates = !person.max_week_min;
  counters_.push_back(counter);
}

void PersonPlanner::AddCounters() {
  const Person& person = rules_.person();
  const int step = rules_.paid_step();
  int longest = 0;
  for (const ShiftGroup& group : rules_.groups()) longest = std::max(longest, group.paid_min);
  const int credit = CreditIn(0, rules_.days() - 1);
  const auto less_credit = [&](std::optional<int> minutes) {
    return minutes ? std::optional<int>(std::max(0, *minutes - credit)) : std::nullopt;
  };
  AddCounter(What::kTotal, less_credit(person.min_total_min), less_credit(person.max_total_min),
             step, rules_.days() * longest / step);
  AddWeekRanges(kDaysPerWeek * longest / step);
  AddCounter(What::kWeekDays, {}, person.max_week_days, 1, kDaysPerWeek);
  for (size_t l = 0; l < person.limits.size(); ++l) {
    const CountLimit& limit = person.limits[l];
    Counter counter;
    counter.what = What::kLimit;
    counter.limit = static_cast<int>(l);
    counter.most = std::min(limit.most, rules_.days());
    counter.saturates = limit.price.has_value();
    counter.price = limit.price.value_or(0);
    counters_.push_back(counter);
  }
}

void PersonPlanner::BuildNodes() {
  const Person& person = rules_.person();
  const int rest_needed = std::max(1, person.min_consecutive_off.value_or(1));
  const int work_needed = std::max(1, person.min_consecutive.value_or(1));
  // A stretch longer than what is needed matters only as far as there is a most.
  const int longest = person.max_consecutive.value_or(work_needed);
  // The first node is that of the day before the horizon: as much rest as is needed.
  for (int run = rest_needed; run >= 1; --run) nodes_.push_back({false, 0, run, false});
  for (int c = 0; c < rules_.successor_classes(); ++c) {
    for (int run = 1; run <= longest; ++run) {
      nodes_.push_back({true, c, run, false});
      if (run < work_needed) nodes_.push_back({true, c, run, true});
    }
  }
  for (size_t n = 0; n < nodes_.size(); ++n) {
    after_rest_.push_back(AfterRest(static_cast<int>(n)));
    for (size_t g = 0; g < rules_.groups().size(); ++g) {
      after_work_.push_back(AfterWork(static_cast<int>(n), static_cast<int>(g)));
    }
  }
  // What begins with the horizon may have begun before it, and so be short.
  for (const ShiftGroup& group : rules_.groups()) {
    first_work_.push_back(NodeOf(true, group.successor_class, 1, work_needed > 1));
  }
}

int PersonPlanner::NodeOf(bool working, int successor_class, int run, bool free) const {
  for (size_t n = 0; n < nodes_.size(); ++n) {
    const Node& node = nodes_[n];
    if (node.working == working && node.successor_class == successor_class && node.run == run &&
        node.free == free) {
      return static_cast<int>(n);
    }
  }
  return kNone;
}

int PersonPlanner::AfterWork(int n, int g) const {
  const Node& node = nodes_[n];
  const ShiftGroup& group = rules_.groups()[g];
  if (!node.working) {
    return node.run == nodes_[0].run ? NodeOf(true, group.successor_class, 1, false) : kNone;
  }
  if (!group.allowed_after[node.successor_class]) return kNone;
  const auto& most = rules_.person().max_consecutive;
  if (most && node.run >= *most) return kNone;
  const int needed = std::max(1, rules_.person().min_consecutive.value_or(1));
  const int run = most ? node.run + 1 : std::min(node.run + 1, needed);
  return NodeOf(true, group.successor_class, run, node.free && run < needed);
}

int PersonPlanner::AfterRest(int n) const {
  const Node& node = nodes_[n];
  if (!node.working) return NodeOf(false, 0, std::min(node.run + 1, nodes_[0].run), false);
  const int needed = rules_.person().min_consecutive.value_or(1);
  if (node.run < needed && !node.free) return kNone;
  return NodeOf(false, 0, 1, false);
}

int PersonPlanner::StepOf(const Counter& counter, int group, bool new_weekend) const {
  if (group == kOff) return 0;
  const ShiftGroup& worked = rules_.groups()[group];
  switch (counter.what) {
    case What::kTotal:
    case What::kWeekMinutes:
      return worked.paid_min / rules_.paid_step();
    case What::kWeekDays:
      return 1;
    case What::kLimit:
      if (rules_.person().limits[counter.limit].weekends) return new_weekend ? 1 : 0;
      return worked.counts_for[counter.limit] ? 1 : 0;
  }
  return 0;
}

PersonPlanner::Move PersonPlanner::MakeMove(int group, bool new_weekend,
                                            std::optional<int> range) const {
  Move move;
  move.to.assign(counter_states_, kNone);
  std::vector<double> price(counter_states_);
  bool priced = false;
  for (int32_t state = 0; state < counter_states_; ++state) {
    int32_t rest = state;
    int32_t to = 0;
    int32_t place = 1;
    for (const Counter& counter : counters_) {
      if (!counter.tracked) continue;
      const int32_t size = counter.most + 1;
      int value = rest % size + StepOf(counter, group, new_weekend);
      rest /= size;
      if (value > counter.most && counter.saturates) {
        price[state] += counter.price * (value - counter.most);
        priced |= counter.price > 0;
        value = counter.most;
      }
      const bool weekly = counter.what == What::kWeekMinutes || counter.what == What::kWeekDays;
      const bool out_of_week =
          range && counter.what == What::kWeekMinutes &&
          (value < ranges_[*range].least || (!counter.saturates && value > ranges_[*range].most));
      if (value > counter.most || out_of_week) {
        to = kNone;
        break;
      }
      to += place * (weekly && range ? 0 : value);
      place *= size;
    }
    move.to[state] = to;
  }
  if (priced) move.price = std::move(price);
  return move;
}

void PersonPlanner::BuildMoves() {
  int64_t states = 1;
  for (const Counter& counter : counters_) {
    if (counter.tracked) states *= counter.most + 1;
  }
  INVARIANT(states <= std::numeric_limits<int32_t>::max());
  counter_states_ = static_cast<int32_t>(states);
  moves_.clear();
  const int groups = static_cast<int>(rules_.groups().size());
  for (int group = kOff; group < groups; ++group) {
    for (const bool new_weekend : {false, true}) {
      moves_.push_back(MakeMove(group, new_weekend, std::nullopt));
      for (size_t range = 0; range < ranges_.size(); ++range) {
        moves_.push_back(MakeMove(group, new_weekend, static_cast<int>(range)));
      }
    }
  }
}

const PersonPlanner::Move& PersonPlanner::MoveOf(int group, bool new_weekend,
                                                 std::optional<int> range) const {
  const size_t of_one = 1 + ranges_.size();
  return moves_[((group + 1) * 2 + (new_weekend ? 1 : 0)) * of_one + (range ? 1 + *range : 0)];
}

std::optional<int> PersonPlanner::RangeEndingOn(int day) const {
  if (!EndsWeek(day, rules_.days())) return std::nullopt;
  return range_of_week_[day / kDaysPerWeek];
}

int64_t PersonPlanner::most_states() const {
  // Far beyond what can be planned, and far from overflow.
  constexpr int64_t kEnough = int64_t{1} << 40;
  auto states = static_cast<int64_t>(nodes_.size());
  for (const Counter& counter : counters_) {
    if (states < kEnough) states *= counter.most + 1;
  }
  return states;
}

void PersonPlanner::Relax(int32_t to, double cost, PlannerScratch::Way way, int day,
                          PlannerScratch& scratch) {
  double& next = scratch.next[to];
  if (cost >= next) return;
  std::vector<PlannerScratch::Way>& ways = scratch.ways[day];
  if (next == kNever) {
    scratch.place_next[to] = static_cast<int32_t>(ways.size());
    scratch.reached_next.push_back(to);
    ways.push_back(way);
  } else {
    ways[scratch.place_next[to]] = way;
  }
  next = cost;
}

std::vector<PersonPlanner::Choice> PersonPlanner::ChoicesOf(
    int day, const std::vector<double>& duty_price) const {
  std::vector<Choice> choices(rules_.groups().size());
  for (size_t i = 0; i < rules_.shifts().size(); ++i) {
    const int local = static_cast<int>(i);
    if (!rules_.MayWork(day, local)) continue;
    const double cost =
        rules_.CostOf(day, local) + duty_price[day * problem_->shifts.size() + rules_.shifts()[i]];
    Choice& choice = choices[group_of_[i]];
    if (choice.shift == kOff || cost < choice.cost) choice = {local, cost};
  }
  return choices;
}

void PersonPlanner::StepDay(int day, const std::vector<double>& duty_price,
                            PlannerScratch& scratch) const {
  const std::vector<Choice> choices = ChoicesOf(day, duty_price);
  const std::optional<int> range = RangeEndingOn(day);
  scratch.reached_next.clear();
  scratch.ways[day].clear();
  const auto relax = [&](int32_t state, int to_node, int group, bool new_weekend, double cost,
                         int shift) {
    const int32_t counters = state % counter_states_;
    const Move& move = MoveOf(group, new_weekend, range);
    if (move.to[counters] == kNone) return;
    const double price = move.price.empty() ? 0 : move.price[counters];
    Relax(to_node * counter_states_ + move.to[counters], scratch.now[state] + cost + price,
          {scratch.place[state], static_cast<int16_t>(shift)}, day, scratch);
  };
  for (const int32_t state : scratch.reached) {
    const int node = state / counter_states_;
    if (rules_.MayRest(day) && after_rest_[node] != kNone) {
      relax(state, after_rest_[node], kOff, false, rules_.CostOfRest(day), kOff);
    }
    const bool new_weekend = IsSaturday(day) || (IsSunday(day) && !nodes_[node].working);
    for (size_t g = 0; g < choices.size(); ++g) {
      const int to = day == 0 ? first_work_[g] : after_work_[node * choices.size() + g];
      if (to == kNone || choices[g].shift == kOff) continue;
      relax(state, to, static_cast<int>(g), new_weekend, choices[g].cost, choices[g].shift);
    }
    scratch.now[state] = kNever;
  }
  scratch.now.swap(scratch.next);
  scratch.place.swap(scratch.place_next);
  scratch.reached.swap(scratch.reached_next);
}

bool PersonPlanner::Search(const std::vector<double>& duty_price, PlannerScratch& scratch,
                           PersonalPlan& plan) {
  const size_t states = nodes_.size() * counter_states_;
  scratch.now.assign(states, kNever);
  scratch.next.assign(states, kNever);
  scratch.now[0] = 0;
  scratch.reached.assign(1, 0);
  scratch.place.assign(states, 0);
  scratch.place_next.assign(states, 0);
  scratch.ways.resize(rules_.days());
  for (int day = 0; day < rules_.days(); ++day) StepDay(day, duty_price, scratch);
  const Counter* const total =
      !counters_.empty() && counters_[0].what == What::kTotal ? &counters_[0] : nullptr;
  size_t best = states;
  for (const int32_t s : scratch.reached) {
    if (best != states && scratch.now[s] >= scratch.now[best]) continue;
    // The total is the counter of the lowest place.
    if (total != nullptr && s % counter_states_ % (total->most + 1) < total->least) continue;
    best = s;
  }
  if (best == states) return false;
  plan.cost = scratch.now[best];
  plan.shifts.assign(rules_.days(), kOff);
  int32_t place = scratch.place[best];
  for (int day = rules_.days() - 1; day >= 0; --day) {
    const PlannerScratch::Way& way = scratch.ways[day][place];
    if (way.shift != kOff) plan.shifts[day] = rules_.shifts()[way.shift];
    place = way.before;
  }
  return true;
}

template <class Visit>
void PersonPlanner::Count(const DayPlan& plan, const Counter& counter, const Visit& visit) const {
  const bool weekly = counter.what == What::kWeekMinutes || counter.what == What::kWeekDays;
  int value = 0;
  for (int day = 0; day < rules_.days(); ++day) {
    const bool worked_before = day > 0 && plan[day - 1] != kOff;
    const bool new_weekend = IsSaturday(day) || (IsSunday(day) && !worked_before);
    const int group = plan[day] == kOff ? kOff : group_of_[local_of_[plan[day]]];
    value += StepOf(counter, group, new_weekend);
    if (weekly && EndsWeek(day, rules_.days())) {
      visit(value, day);
      value = 0;
    }
  }
  if (!weekly) visit(value, rules_.days() - 1);
}

bool PersonPlanner::TrackBroken(const DayPlan& plan) {
  bool broken = false;
  for (Counter& counter : counters_) {
    if (counter.tracked) continue;
    bool breaks = false;
    Count(plan, counter, [&](int value, int day) {
      if (counter.what == What::kWeekMinutes) {
        const WeekRange& range = ranges_[range_of_week_[day / kDaysPerWeek]];
        breaks |= value < range.least || (!counter.saturates && value > range.most);
        return;
      }
      const bool minds = !counter.saturates || counter.price > 0;
      breaks |= value < counter.least || (value > counter.most && minds);
    });
    counter.tracked = breaks;
    broken |= breaks;
  }
  return broken;
}

double PersonPlanner::LimitCost(const DayPlan& plan) const {
  double cost = 0;
  for (const Counter& counter : counters_) {
    if (counter.price == 0) continue;
    Count(plan, counter,
          [&](int value, int) { cost += counter.price * std::max(0, value - counter.most); });
  }
  return cost;
}

double PersonPlanner::OwnCost(const DayPlan& plan) const {
  double cost = LimitCost(plan);
  for (int day = 0; day < rules_.days(); ++day) {
    cost += plan[day] == kOff ? rules_.CostOfRest(day) : rules_.CostOf(day, local_of_[plan[day]]);
  }
  return cost;
}

std::optional<PersonalPlan> PersonPlanner::Cheapest(const std::vector<double>& duty_price,
                                                    PlannerScratch& scratch) {
  for (;;) {
    PersonalPlan plan;
    if (!Search(duty_price, scratch, plan)) return std::nullopt;
    if (!TrackBroken(plan.shifts)) {
      plan.own_cost = OwnCost(plan.shifts);
      return plan;
    }
    BuildMoves();
  }
}

}  // namespace wissel::scheduling
