#include "forecasting/core/scheduling/price_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace wissel::scheduling {
namespace {

// Somebody missing for a whole round raises a price by so much of the highest there is, at first;
// and after how many rounds by half as much.
constexpr double kFirstStep = 0.15;
constexpr double kHalvedAfter = 4;
// Rounds from one bound to the next; the mean then begins anew, from better prices.
constexpr int kRoundsPerBound = 8;

}  // namespace

PriceSearch::PriceSearch(Team& team, const Cover& cover)
    : team_(&team),
      queues_(static_cast<int>(team.problem().queues.size())),
      bound_(-std::numeric_limits<double>::infinity()) {
  prices_.assign(team.problem().demand.size(), 0);
  mean_.assign(cells(), 0);
  last_plans_.duties.resize(team.size());
  for (const Demand& demand : team.problem().demand) {
    highest_ = std::max({highest_, demand.under_price.value_or(0), demand.over_price});
  }
  Begin(cover);
}

// What one more would save, as a mean over the slots about: shifts span many.
void PriceSearch::Begin(const Cover& cover) {
  constexpr int kAbout = 4;
  const RosterProblem& problem = team_->problem();
  const int per_day = problem.slots_per_day();
  const int about = problem.interval_min ? kAbout : 0;
  const auto saves = [&](int slot, int q) {
    const Demand& demand = problem.DemandOf(slot, q);
    const bool missing = cover.counted(slot, q) < demand.required;
    // A floor that no roster so far reaches says little about prices.
    return missing ? demand.under_price.value_or(highest_) : -demand.over_price;
  };
  for (int slot = 0; slot < problem.slots(); ++slot) {
    const int day = slot / per_day;
    const int first = std::max(day * per_day, slot - about);
    const int last = std::min((day + 1) * per_day - 1, slot + about);
    for (int q = 0; q < queues_; ++q) {
      double sum = 0;
      for (int s = first; s <= last; ++s) sum += saves(s, q);
      prices_[static_cast<size_t>(slot) * queues_ + q] = sum / (last - first + 1);
    }
  }
}

void PriceSearch::PriceFor(int kind, const std::vector<double>& prices, DutyPricer& pricer,
                           std::vector<int>& queue) const {
  const int slots = team_->problem().slots();
  const uint32_t own = team_->queues_of(kind);
  std::vector<double> slot_price(slots);
  queue.assign(slots, 0);
  for (int slot = 0; slot < slots; ++slot) {
    const double* const of_slot = &prices[static_cast<size_t>(slot) * queues_];
    int best = -1;
    for (int q = 0; q < queues_; ++q) {
      if ((own >> q & 1U) != 0 && (best < 0 || of_slot[q] > of_slot[best])) best = q;
    }
    queue[slot] = best;
    slot_price[slot] = -of_slot[best];
  }
  pricer.SetPrices(slot_price);
}

bool PriceSearch::MoveWith(int person, double step) {
  const RosterProblem& problem = team_->problem();
  DutyPricer pricer(problem);
  std::vector<int> queue;
  PriceFor(team_->kind_of(person), prices_, pricer, queue);
  auto priced = team_->Cheapest(person, pricer);
  if (!priced) return false;
  for (int day = 0; day < problem.days; ++day) {
    const std::optional<Duty>& duty = priced->schedule.duties[day];
    if (!duty) continue;
    for (const int slot : SlotsOf(problem, day, *duty)) {
      prices_[static_cast<size_t>(slot) * queues_ + queue[slot]] -= step;
    }
  }
  const double share = step / team_->size();
  for (size_t c = 0; c < cells(); ++c) {
    const Demand& demand = problem.demand[c];
    prices_[c] = std::clamp(prices_[c] + share * demand.required, -demand.over_price,
                            demand.under_price.value_or(team_->hard_price()));
  }
  last_plans_.duties[person] = std::move(priced->schedule.duties);
  return true;
}

bool PriceSearch::Bound(const std::function<bool()>& stop) {
  const RosterProblem& problem = team_->problem();
  double bound = 0;
  for (size_t c = 0; c < cells(); ++c) bound += mean_[c] * problem.demand[c].required;
  for (int kind = 0; kind < team_->kinds(); ++kind) {
    DutyPricer pricer(problem);
    std::vector<int> queue;
    PriceFor(kind, mean_, pricer, queue);
    for (int person = 0; person < team_->size(); ++person) {
      if (team_->kind_of(person) != kind) continue;
      if (stop()) return false;
      const auto priced = team_->Cheapest(person, pricer);
      if (!priced) return false;
      bound += priced->cost;
    }
  }
  if (team_->has_whole_costs()) bound = std::ceil(bound - 1e-6);
  bound_ = std::max(bound_, bound);
  return true;
}

bool PriceSearch::Step(const std::function<bool()>& stop) {
  // Without prices everybody does as they like best: a bound, if a low one.
  if (rounds_ == 0 && !Bound(stop)) return false;
  const double step = kFirstStep * highest_ / (1 + rounds_ / kHalvedAfter);
  for (int person = 0; person < team_->size(); ++person) {
    if (stop() || !MoveWith(person, step)) return false;
  }
  ++rounds_;
  mean_weight_ += 1;
  for (size_t c = 0; c < cells(); ++c) mean_[c] += (prices_[c] - mean_[c]) / mean_weight_;
  if (rounds_ % kRoundsPerBound != 0) return true;
  mean_weight_ = 0;
  return Bound(stop);
}

}  // namespace wissel::scheduling
