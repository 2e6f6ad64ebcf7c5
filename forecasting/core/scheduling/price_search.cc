#include "forecasting/core/scheduling/price_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace wissel::scheduling {
namespace {

// By how much one person moves a price at first: so much of the highest there is, shared by all,
// and never more than the second.
constexpr double kFirstStep = 15;
constexpr double kLongestStep = 0.15;
// What is left of a step in the next round, and of how little nothing more comes.
constexpr double kStepDecay = 0.96;
constexpr double kSpent = 1e-3;
// Rounds from one bound to the next; the mean then begins anew, from better prices. It looks at
// prices so often in a round: those after the last person alone are that person's.
constexpr int kRoundsPerBound = 8;
constexpr int kLooksPerRound = 10;

// The place of a round's n-th of `size` people: another order each round, near and far in turn.
int PlaceOf(int n, int round, int size) {
  int stride = std::max(1, static_cast<int>(0.618 * size));
  while (std::gcd(stride, size) != 1) ++stride;
  return static_cast<int>((static_cast<int64_t>(n) * stride + int64_t{7} * round) % size);
}

}  // namespace

PriceSearch::PriceSearch(Team& team, const Cover& cover)
    : team_(&team),
      queues_(static_cast<int>(team.problem().queues.size())),
      bound_(-std::numeric_limits<double>::infinity()) {
  prices_.assign(team.problem().demand.size(), 0);
  mean_.assign(cells(), 0);
  best_ = mean_;
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

PriceSearch::Offers PriceSearch::OffersTo(int kind, const std::vector<double>& prices) const {
  const int slots = team_->problem().slots();
  const uint32_t own = team_->queues_of(kind);
  Offers offers{std::vector<int>(slots), std::vector<double>(slots)};
  for (int slot = 0; slot < slots; ++slot) {
    const double* const of_slot = &prices[static_cast<size_t>(slot) * queues_];
    int best = -1;
    for (int q = 0; q < queues_; ++q) {
      if ((own >> q & 1U) != 0 && (best < 0 || of_slot[q] > of_slot[best])) best = q;
    }
    offers.queue[slot] = best;
    offers.price[slot] = -of_slot[best];
  }
  return offers;
}

std::vector<double> PriceSearch::SlotPrices(int kind) const { return OffersTo(kind, best_).price; }

double PriceSearch::StepLength() const {
  const double first = std::min(kLongestStep, kFirstStep / team_->size());
  return highest_ * first * std::pow(kStepDecay, rounds_);
}

bool PriceSearch::is_spent() const { return std::pow(kStepDecay, rounds_) < kSpent; }

void PriceSearch::AddToMean() {
  mean_weight_ += 1;
  for (size_t c = 0; c < cells(); ++c) mean_[c] += (prices_[c] - mean_[c]) / mean_weight_;
}

bool PriceSearch::MoveWith(int person, double step) {
  const RosterProblem& problem = team_->problem();
  const Offers offers = OffersTo(team_->kind_of(person), prices_);
  DutyPricer pricer(problem);
  pricer.SetPrices(offers.price);
  auto priced = team_->Cheapest(person, pricer);
  if (!priced) return false;
  for (int day = 0; day < problem.days; ++day) {
    const std::optional<Duty>& duty = priced->schedule.duties[day];
    if (!duty) continue;
    for (const int slot : SlotsOf(problem, day, *duty)) {
      prices_[static_cast<size_t>(slot) * queues_ + offers.queue[slot]] -= step;
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
    pricer.SetPrices(OffersTo(kind, mean_).price);
    for (int person = 0; person < team_->size(); ++person) {
      if (team_->kind_of(person) != kind) continue;
      if (stop()) return false;
      const auto priced = team_->Cheapest(person, pricer);
      if (!priced) return false;
      bound += priced->cost;
    }
  }
  if (team_->has_whole_costs()) bound = std::ceil(bound - 1e-6);
  if (bound > bound_) {
    bound_ = bound;
    best_ = mean_;
  }
  return true;
}

bool PriceSearch::Step(const std::function<bool()>& stop) {
  // Without prices everybody does as they like best: a bound, if a low one.
  if (rounds_ == 0 && !Bound(stop)) return false;
  const double step = StepLength();
  const int size = team_->size();
  int looks = 0;
  for (int n = 0; n < size; ++n) {
    if (stop() || !MoveWith(PlaceOf(n, rounds_, size), step)) return false;
    if ((n + 1) * kLooksPerRound < (looks + 1) * size) continue;
    AddToMean();
    ++looks;
  }
  ++rounds_;
  if (rounds_ % kRoundsPerBound != 0) return true;
  mean_weight_ = 0;
  return Bound(stop);
}

}  // namespace wissel::scheduling
