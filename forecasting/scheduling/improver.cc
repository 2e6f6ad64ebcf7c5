#include "forecasting/scheduling/improver.h"

#include <numeric>
#include <utility>

#include "base/invariant.h"

namespace wissel::scheduling {
namespace {

constexpr double kTiny = 1e-6;

}  // namespace

Improver::Improver(Team& team, uint64_t seed)
    : team_(&team), cover_(team), own_costs_(team.size()), dice_(seed) {
  roster_.duties.assign(team.size(),
                        std::vector<std::optional<Duty>>(team.problem().days, std::nullopt));
}

std::vector<int> Improver::Draw(int count) {
  std::vector<int> people(team_->size());
  std::iota(people.begin(), people.end(), 0);
  for (int i = 0; i < count; ++i) {
    const auto other = i + static_cast<int>(dice_() % static_cast<uint64_t>(team_->size() - i));
    std::swap(people[i], people[other]);
  }
  people.resize(count);
  return people;
}

void Improver::TakeOut(int person) {
  cover_.Remove(person, roster_.duties[person]);
  own_cost_ -= own_costs_[person];
  own_costs_[person] = 0;
  roster_.duties[person].assign(team_->problem().days, std::nullopt);
}

void Improver::Set(int person, PersonalSchedule schedule) {
  cover_.Add(person, schedule.duties);
  own_costs_[person] = schedule.own_cost;
  own_cost_ += schedule.own_cost;
  roster_.duties[person] = std::move(schedule.duties);
}

bool Improver::PutBackAt(int person, const std::vector<double>& slot_prices) {
  DutyPricer pricer(team_->problem());
  pricer.SetPrices(slot_prices);
  auto priced = team_->Cheapest(person, pricer);
  if (!priced) return false;
  Set(person, std::move(priced->schedule));
  return true;
}

bool Improver::PutBack(int person) {
  return PutBackAt(person, cover_.Prices(team_->kind_of(person)));
}

// Slots that all of them could fill look alike; which of them are hard to fill, the guide knows.
bool Improver::PutBackEarly(int person) {
  constexpr double kGuided = 0.3;
  const int kind = team_->kind_of(person);
  std::vector<double> prices = cover_.Prices(kind);
  for (size_t slot = 0; slot < prices.size() && !guide_.empty(); ++slot) {
    prices[slot] += kGuided * (guide_[kind][slot] - prices[slot]);
  }
  return PutBackAt(person, prices);
}

std::optional<int> Improver::Build() {
  for (const int person : Draw(team_->size())) {
    if (!PutBack(person)) return person;
  }
  return std::nullopt;
}

void Improver::Begin(const Roster& roster) {
  for (int person = 0; person < team_->size(); ++person) {
    TakeOut(person);
    Set(person, {person, roster.duties[person], team_->OwnCost(person, roster.duties[person])});
  }
}

double Improver::Sweep(const std::function<bool()>& stop) {
  const double before = cost();
  for (const int person : Draw(team_->size())) {
    if (stop()) break;
    TakeOut(person);
    INVARIANT(PutBack(person));
  }
  return before - cost();
}

double Improver::Remake(int count) {
  const double before = cost();
  const std::vector<int> people = Draw(count);
  std::vector<PersonalSchedule> old;
  for (const int person : people) {
    old.push_back({person, roster_.duties[person], own_costs_[person]});
    TakeOut(person);
  }
  for (const int person : people) INVARIANT(PutBackEarly(person));
  // Those who came first did not know who would come after them.
  for (const int person : people) {
    TakeOut(person);
    INVARIANT(PutBack(person));
  }
  if (cost() <= before + kTiny) return before - cost();
  for (const int person : people) TakeOut(person);
  for (PersonalSchedule& schedule : old) Set(schedule.person, std::move(schedule));
  return 0;
}

}  // namespace wissel::scheduling
