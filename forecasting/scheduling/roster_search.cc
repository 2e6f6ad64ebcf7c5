#include "forecasting/scheduling/roster_search.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "forecasting/core/scheduling/price_search.h"
#include "forecasting/core/scheduling/verifier.h"
#include "forecasting/scheduling/improver.h"
#include "forecasting/scheduling/neighbourhood.h"
#include "forecasting/scheduling/roster_master.h"

namespace wissel::scheduling {
namespace {

constexpr double kTiny = 1e-6;

class RosterSearch {
 public:
  RosterSearch(const RosterProblem& problem, const SearchLimits& limits,
               const SearchWatch<Roster>& watch)
      : problem_(problem),
        limits_(limits),
        watch_(watch),
        team_(problem),
        dice_(limits.seed),
        improver_(team_, limits.seed) {}

  SearchEnd Run() {
    if (improver_.Build()) return SearchEnd::kInfeasible;
    Smooth(improver_);
    Keep(improver_.roster());
    if (IsSmall()) {
      SolveByColumns();
    } else {
      SolveByPrices();
    }
    return IsProven() ? SearchEnd::kProven : SearchEnd::kStopped;
  }

 private:
  bool IsOver() const { return watch_.should_stop() || clock_.seconds() >= limits_.seconds; }
  bool IsProven() const { return cost_ <= bound_ + kTiny; }

  // Whether linear programs over everybody and every slot are quick.
  bool IsSmall() const {
    constexpr int kMostRows = 1500;
    constexpr int kMostPeople = 150;
    const int queues = static_cast<int>(problem_.queues.size());
    const int rows = problem_.slots() * (queues > 1 ? queues + team_.kinds() : 1);
    return rows <= kMostRows && team_.size() <= kMostPeople;
  }

  // Everybody anew until that saves next to nothing.
  void Smooth(Improver& improver) {
    constexpr int kMostSweeps = 4;
    constexpr double kWorth = 1e-3;
    for (int sweep = 0; sweep < kMostSweeps && !IsOver(); ++sweep) {
      const double saved = improver.Sweep([this] { return IsOver(); });
      if (saved <= kWorth * improver.cost()) return;
    }
  }

  void SolveByColumns() {
    std::vector<int> everybody(team_.size());
    std::iota(everybody.begin(), everybody.end(), 0);
    RosterMaster master(team_, everybody, nullptr);
    for (const int person : everybody) {
      const auto& duties = roster_.duties[person];
      master.Add({person, duties, team_.OwnCost(person, duties)});
    }
    RosterMaster::GenerationLimits generation;
    generation.stop = [this] { return IsOver() || IsProven(); };
    generation.on_bound = [this](double bound) { RaiseBound(bound); };
    master.Generate(generation);
    Dive(master, generation);
    if (!IsOver() && !IsProven()) ChooseFromAll(master);
    Improve(master);
  }

  // Prices raise the bound until they are spent, and what all plan at them is now and then a better
  // roster once it is smoothed; then the best so far is improved, a few people at a time.
  void SolveByPrices() {
    constexpr int kRoundsPerTrial = 8;
    constexpr int kPeoplePerRemake = 10;
    constexpr int kMostRemade = 3;
    PriceSearch prices(team_, improver_.cover());
    for (int round = 1; !limits_.rounds || round <= *limits_.rounds; ++round) {
      if (IsOver() || IsProven()) return;
      if (!prices.is_spent()) {
        if (!prices.Step([this] { return IsOver(); })) return;
        RaiseBound(prices.bound());
        if (round % kRoundsPerTrial == 0) Try(prices.last_plans());
        if (prices.is_spent()) improver_.GuideBy(GuideOf(prices));
      } else {
        const int remakes = std::max(1, team_.size() / kPeoplePerRemake);
        for (int r = 0; r < remakes && !IsOver(); ++r) {
          improver_.Remake(std::min(team_.size(), 1 + r % kMostRemade));
        }
      }
      Keep(improver_.roster());
    }
  }

  std::vector<std::vector<double>> GuideOf(const PriceSearch& prices) const {
    std::vector<std::vector<double>> guide;
    for (int kind = 0; kind < team_.kinds(); ++kind) guide.push_back(prices.SlotPrices(kind));
    return guide;
  }

  void Try(const Roster& plans) {
    Improver trial(team_, dice_());
    trial.Begin(plans);
    Smooth(trial);
    if (trial.cost() < improver_.cost()) improver_ = std::move(trial);
  }

  void RaiseBound(double bound) {
    if (bound <= bound_) return;
    bound_ = bound;
    watch_.on_bound(bound);
  }

  // Costed anew by the verifier, floors at the team's price.
  double CostOf(const Roster& roster) const {
    const Verdict verdict = Verify(problem_, roster);
    return verdict.cost.total() + team_.hard_price() * verdict.missing_floor;
  }

  void Keep(Roster roster) {
    const double cost = CostOf(roster);
    if (cost >= cost_ - kTiny) return;
    cost_ = cost;
    roster_ = std::move(roster);
    watch_.on_better(roster_, cost);
  }

  void KeepAll(const std::vector<PersonalSchedule>& schedules) {
    Roster roster;
    roster.duties.resize(team_.size());
    for (const PersonalSchedule& schedule : schedules) {
      roster.duties[schedule.person] = schedule.duties;
    }
    Keep(std::move(roster));
  }

  void Dive(RosterMaster& master, const RosterMaster::GenerationLimits& generation) {
    constexpr int kRoundsBetween = 5;
    if (const auto schedules = master.Dive(generation, kRoundsBetween)) KeepAll(*schedules);
  }

  void ChooseFromAll(RosterMaster& master) {
    MipLimits mip;
    mip.nodes = 200;
    mip.seconds = std::min(30.0, limits_.seconds - clock_.seconds());
    mip.cutoff = cost_ - kTiny;
    const auto choice = master.Choose(mip);
    if (!choice.schedules.empty()) KeepAll(choice.schedules);
  }

  // Those schedules of the people that were most promising for all.
  std::vector<const PersonalSchedule*> Promising(const RosterMaster& master,
                                                 const std::vector<double>& reduced,
                                                 const std::vector<int>& people) const {
    constexpr size_t kEach = 40;
    std::vector<const PersonalSchedule*> promising;
    for (const int person : people) {
      std::vector<size_t> own;
      for (size_t s = 0; s < master.schedules().size(); ++s) {
        if (master.schedules()[s].person == person) own.push_back(s);
      }
      std::stable_sort(own.begin(), own.end(),
                       [&](size_t a, size_t b) { return reduced[a] < reduced[b]; });
      for (size_t i = 0; i < std::min(kEach, own.size()); ++i) {
        promising.push_back(&master.schedules()[own[i]]);
      }
    }
    return promising;
  }

  std::vector<int> Draw(int count) {
    std::vector<int> people(team_.size());
    std::iota(people.begin(), people.end(), 0);
    for (int i = 0; i < count; ++i) {
      const auto other = i + static_cast<int>(dice_() % static_cast<uint64_t>(team_.size() - i));
      std::swap(people[i], people[other]);
    }
    people.resize(count);
    return people;
  }

  void Improve(const RosterMaster& master) {
    const std::vector<double> reduced = master.ReducedCosts();
    // So many neighbourhoods of a size without luck, then larger ones.
    constexpr int kFailures = 4;
    int size = std::min(4, team_.size());
    int failures = 0;
    for (int round = 0; !limits_.rounds || round < *limits_.rounds; ++round) {
      if (IsOver() || IsProven() || cost_ == kUnbounded) return;
      const std::vector<int> people = Draw(size);
      NeighbourhoodLimits limits;
      limits.stop = [this] { return IsOver(); };
      limits.seconds = std::min(limits.seconds, limits_.seconds - clock_.seconds());
      const NeighbourhoodAnswer answer =
          RemakeTogether(team_, roster_, cost_, people, Promising(master, reduced, people), limits);
      if (answer.better) {
        Keep(*answer.better);
        failures = 0;
      } else if (!answer.exhausted) {
        size = std::max(2, size - 1);
        failures = 0;
      } else if (++failures >= kFailures) {
        size = std::min(team_.size(), size + 1);
        failures = 0;
      }
    }
  }

  const RosterProblem& problem_;
  const SearchLimits& limits_;
  const SearchWatch<Roster>& watch_;
  const Clock clock_;
  Team team_;
  std::mt19937_64 dice_;
  Improver improver_;
  Roster roster_;
  double cost_ = kUnbounded;
  double bound_ = -kUnbounded;
};

}  // namespace

SearchEnd SolveRoster(const RosterProblem& problem, const SearchLimits& limits,
                      const SearchWatch<Roster>& watch) {
  return RosterSearch(problem, limits, watch).Run();
}

}  // namespace wissel::scheduling
