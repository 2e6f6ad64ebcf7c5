#include "forecasting/scheduling/roster_master.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace wissel::scheduling {
namespace {

constexpr double kTiny = 1e-6;
// How much of the prices to ask at is that of the best so far.
constexpr double kSmoothing = 0.6;

}  // namespace

RosterMaster::RosterMaster(Team& team, std::vector<int> people, const Roster* others)
    : team_(&team), people_(std::move(people)), place_of_(team.size(), -1), others_cover_(team) {
  for (size_t i = 0; i < people_.size(); ++i) place_of_[people_[i]] = static_cast<int>(i);
  fixed_.assign(people_.size(), false);
  AddRows(others);
  lp_ = std::make_unique<GrowingLp>(rows_);
  first_schedule_column_ = rows_.columns();
}

void RosterMaster::AddRows(const Roster* others) {
  const RosterProblem& problem = team_->problem();
  const bool told_apart = problem.queues.size() > 1;
  kinds_ = told_apart ? team_->kinds() : 1;
  std::vector<int> there(static_cast<size_t>(problem.slots()) * kinds_);
  for (int person = 0; others != nullptr && person < team_->size(); ++person) {
    if (place_of_[person] >= 0) continue;
    others_cost_ += team_->OwnCost(person, others->duties[person]);
    others_cover_.Add(person, others->duties[person]);
    for (int day = 0; day < problem.days; ++day) {
      const std::optional<Duty>& duty = others->duties[person][day];
      if (!duty) continue;
      for (const int slot : SlotsOf(problem, day, *duty)) {
        ++there[slot * kinds_ + (told_apart ? team_->kind_of(person) : 0)];
      }
    }
  }
  for (size_t i = 0; i < people_.size(); ++i) rows_.AddRow(1, 1);
  first_cover_row_ = rows_.rows();
  if (told_apart) {
    for (const int count : there) rows_.AddRow(-count, -count);
  }
  first_queue_row_ = rows_.rows();
  for (int slot = 0; slot < problem.slots(); ++slot) {
    for (size_t q = 0; q < problem.queues.size(); ++q) {
      const double required =
          problem.DemandOf(slot, static_cast<int>(q)).required - (told_apart ? 0 : there[slot]);
      rows_.AddRow(required, required);
    }
  }
  for (int slot = 0; slot < problem.slots(); ++slot) AddCoverColumns(slot);
}

void RosterMaster::AddCoverColumns(int slot) {
  const RosterProblem& problem = team_->problem();
  for (int q = 0; q < static_cast<int>(problem.queues.size()); ++q) {
    const int row = QueueRow(slot, q);
    rows_.AddColumn(team_->UnderPrice(slot, q), 0, kUnbounded, false, {{row, 1}});
    rows_.AddColumn(problem.DemandOf(slot, q).over_price, 0, kUnbounded, false, {{row, -1}});
    if (problem.queues.size() == 1) continue;
    for (int kind = 0; kind < kinds_; ++kind) {
      if ((team_->queues_of(kind) >> q & 1U) == 0) continue;
      rows_.AddColumn(0, 0, kUnbounded, false, {{CoverRow(slot, kind), -1}, {row, 1}});
    }
  }
}

std::vector<Entry> RosterMaster::EntriesOf(const PersonalSchedule& schedule) const {
  const int kind = kinds_ > 1 ? team_->kind_of(schedule.person) : 0;
  std::vector<Entry> entries{{place_of_[schedule.person], 1}};
  for (size_t day = 0; day < schedule.duties.size(); ++day) {
    if (!schedule.duties[day]) continue;
    for (const int slot : SlotsOf(team_->problem(), static_cast<int>(day), *schedule.duties[day])) {
      entries.push_back({CoverRow(slot, kind), 1});
    }
  }
  return entries;
}

void RosterMaster::Add(const PersonalSchedule& schedule) {
  lp_->AddColumn(schedule.own_cost, EntriesOf(schedule));
  schedules_.push_back(schedule);
}

double RosterMaster::CostOf(const std::vector<PersonalSchedule>& schedules) const {
  Cover cover = others_cover_;
  double own_cost = others_cost_;
  for (const PersonalSchedule& schedule : schedules) {
    cover.Add(schedule.person, schedule.duties);
    own_cost += schedule.own_cost;
  }
  return cover.cost() + own_cost;
}

double RosterMaster::ReducedCost(const PersonalSchedule& schedule, const Prices& prices) const {
  double cost = schedule.own_cost;
  for (const Entry& entry : EntriesOf(schedule)) cost -= prices[entry.row];
  return cost;
}

std::vector<double> RosterMaster::ReducedCosts() const {
  // A person's own price is what makes the cheapest of their schedules cost nothing more.
  std::vector<double> costs;
  std::vector<double> least(people_.size(), kUnbounded);
  Prices prices = best_prices_;
  prices.resize(rows_.rows());
  for (size_t i = 0; i < people_.size(); ++i) prices[i] = 0;
  for (const PersonalSchedule& schedule : schedules_) {
    costs.push_back(ReducedCost(schedule, prices));
    double& of_person = least[place_of_[schedule.person]];
    of_person = std::min(of_person, costs.back());
  }
  for (size_t s = 0; s < costs.size(); ++s) costs[s] -= least[place_of_[schedules_[s].person]];
  return costs;
}

double RosterMaster::RowPart(const Prices& prices) const {
  double part = 0;
  for (int row = first_cover_row_; row < rows_.rows(); ++row) {
    part += rows_.row_lower()[row] * prices[row];
  }
  return part;
}

bool RosterMaster::PriceOut(const Prices& prices, const Prices& latest, int& added) {
  const int slots = team_->problem().slots();
  double lagrangian = RowPart(prices) + others_cost_;
  bool whole = true;
  std::vector<PersonalSchedule> found;
  for (int kind = 0; kind < kinds_; ++kind) {
    std::vector<double> slot_price(slots);
    for (int slot = 0; slot < slots; ++slot) slot_price[slot] = -prices[CoverRow(slot, kind)];
    DutyPricer pricer(team_->problem());
    pricer.SetPrices(slot_price);
    for (size_t i = 0; i < people_.size(); ++i) {
      const int person = people_[i];
      if (kinds_ > 1 && team_->kind_of(person) != kind) continue;
      if (fixed_[i]) {
        whole = false;
        continue;
      }
      auto priced = team_->Cheapest(person, pricer);
      if (!priced) return false;
      lagrangian += priced->cost;
      if (latest.empty() || ReducedCost(priced->schedule, latest) < -kTiny) {
        found.push_back(std::move(priced->schedule));
      }
    }
  }
  for (const PersonalSchedule& schedule : found) Add(schedule);
  added = static_cast<int>(found.size());
  if (whole && lagrangian > lagrangian_) {
    lagrangian_ = lagrangian;
    best_prices_ = prices;
    bound_ = team_->has_whole_costs() ? std::ceil(lagrangian - kTiny) : lagrangian;
  }
  return true;
}

bool RosterMaster::BoundIsReached() const {
  if (team_->has_whole_costs()) return bound_ >= std::ceil(relaxed_cost_ - kTiny);
  return relaxed_cost_ - lagrangian_ <= kTiny * std::max(1.0, std::abs(relaxed_cost_));
}

bool RosterMaster::Generate(const GenerationLimits& limits) {
  int added = 0;
  std::vector<bool> has_schedule(people_.size());
  for (const PersonalSchedule& s : schedules_) has_schedule[place_of_[s.person]] = true;
  if (std::find(has_schedule.begin(), has_schedule.end(), false) != has_schedule.end()) {
    if (!PriceOut(Prices(rows_.rows()), {}, added)) return false;
    limits.on_bound(bound_);
  }
  const bool dives = std::find(fixed_.begin(), fixed_.end(), true) != fixed_.end();
  double smoothing = dives ? 0 : kSmoothing;
  for (int round = 0; round < limits.rounds && !limits.stop(); ++round) {
    if (!lp_->Solve()) return false;
    relaxed_cost_ = lp_->objective() + others_cost_;
    if (!dives && BoundIsReached()) break;
    const Prices latest(lp_->duals(), lp_->duals() + rows_.rows());
    Prices prices = latest;
    for (size_t row = 0; row < best_prices_.size() && smoothing > 0; ++row) {
      prices[row] += smoothing * (best_prices_[row] - latest[row]);
    }
    if (!PriceOut(prices, latest, added)) return false;
    limits.on_bound(bound_);
    if (added == 0 && smoothing == 0) break;
    // Smoothed prices that lead nowhere give way to the latest.
    smoothing = added == 0 || dives ? 0 : kSmoothing;
  }
  return true;
}

RosterMaster::Choice RosterMaster::Choose(const MipLimits& limits) {
  LinearProgram program = rows_;
  const std::vector<double> reduced = ReducedCosts();
  std::vector<int> chosen_from;
  for (size_t s = 0; s < schedules_.size(); ++s) {
    // With it everything would cost more than what is sought.
    if (limits.cutoff && lagrangian_ + reduced[s] >= *limits.cutoff) continue;
    program.AddColumn(schedules_[s].own_cost, 0, 1, true, EntriesOf(schedules_[s]));
    chosen_from.push_back(static_cast<int>(s));
  }
  MipLimits rest = limits;
  if (rest.cutoff) *rest.cutoff -= others_cost_;
  const MipAnswer answer = SolveMip(program, rest);
  Choice choice;
  choice.proven =
      answer.kind == MipAnswer::Kind::kOptimal || answer.kind == MipAnswer::Kind::kInfeasible;
  if (!answer.found()) return choice;
  for (size_t c = 0; c < chosen_from.size(); ++c) {
    if (answer.values[first_schedule_column_ + c] > 0.5) {
      choice.schedules.push_back(schedules_[chosen_from[c]]);
    }
  }
  if (choice.schedules.size() != people_.size()) choice.schedules.clear();
  return choice;
}

std::optional<std::vector<PersonalSchedule>> RosterMaster::Dive(const GenerationLimits& limits,
                                                                int rounds) {
  constexpr double kSure = 0.999;
  std::vector<int> chosen(people_.size(), -1);
  size_t left = people_.size();
  while (left > 0 && !limits.stop() && lp_->Solve()) {
    const double* const values = lp_->values();
    int surest = -1;
    std::vector<int> sure;
    for (size_t s = 0; s < schedules_.size(); ++s) {
      if (fixed_[place_of_[schedules_[s].person]]) continue;
      const double value = values[first_schedule_column_ + s];
      if (value >= kSure) sure.push_back(static_cast<int>(s));
      if (surest < 0 || value > values[first_schedule_column_ + surest])
        surest = static_cast<int>(s);
    }
    if (sure.empty()) sure.push_back(surest);
    for (const int s : sure) {
      const int place = place_of_[schedules_[s].person];
      if (fixed_[place]) continue;
      lp_->SetBounds(first_schedule_column_ + s, 1, kUnbounded);
      fixed_[place] = true;
      chosen[place] = s;
      --left;
    }
    GenerationLimits some = limits;
    some.rounds = rounds;
    some.on_bound = [](double) {};
    if (left > 0 && !Generate(some)) break;
  }
  std::vector<PersonalSchedule> schedules;
  for (size_t i = 0; i < people_.size(); ++i) {
    if (chosen[i] < 0) continue;
    lp_->SetBounds(first_schedule_column_ + chosen[i], 0, kUnbounded);
    schedules.push_back(schedules_[chosen[i]]);
  }
  fixed_.assign(people_.size(), false);
  if (left > 0) return std::nullopt;
  return schedules;
}

}  // namespace wissel::scheduling
