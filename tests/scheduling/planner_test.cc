// One person's cheapest schedule, and who is counted where, against trying everything.
#include <algorithm>
#include <optional>
#include <vector>

#include "forecasting/core/scheduling/cover.h"
#include "forecasting/core/scheduling/duty_pricer.h"
#include "forecasting/core/scheduling/team.h"
#include "forecasting/core/scheduling/verifier.h"
#include "gtest/gtest.h"
#include "tests/scheduling/small_problems.h"

namespace wissel::scheduling {
namespace {

using Duties = std::vector<std::optional<Duty>>;

double PriceOf(const RosterProblem& problem, const std::vector<double>& slot_price,
               const Duties& duties) {
  double price = 0;
  for (int day = 0; day < problem.days; ++day) {
    if (!duties[day]) continue;
    for (const int slot : SlotsOf(problem, day, *duties[day])) price += slot_price[slot];
  }
  return price;
}

// What the person's best schedule costs by the verifier, none when each breaks a rule.
std::optional<double> BestOfAll(const RosterProblem& problem,
                                const std::vector<double>& slot_price) {
  std::optional<double> best;
  ForEachSchedule(problem, [&](const Duties& duties) {
    const Verdict verdict = Verify(problem, {{duties}});
    if (!verdict.breaches.empty()) return;
    const double cost = verdict.cost.total() + PriceOf(problem, slot_price, duties);
    if (!best || cost < *best) best = cost;
  });
  return best;
}

void CompareWithAll(RosterProblem problem, SmallProblems& draw, int& with_schedule) {
  for (Demand& demand : problem.demand) demand = {0, 0.0, 0};
  std::vector<double> slot_price(problem.slots());
  for (double& price : slot_price) price = draw.Draw(-9, 3);
  const auto best = BestOfAll(problem, slot_price);
  Team team(problem);
  DutyPricer pricer(problem);
  pricer.SetPrices(slot_price);
  const auto priced = team.Cheapest(0, pricer);
  ASSERT_EQ(priced.has_value(), best.has_value());
  if (!priced) return;
  ++with_schedule;
  const Verdict verdict = Verify(problem, {{priced->schedule.duties}});
  EXPECT_EQ(SentencesOf(verdict), std::vector<std::string>());
  EXPECT_DOUBLE_EQ(priced->cost, *best);
  EXPECT_DOUBLE_EQ(priced->schedule.own_cost, verdict.cost.total());
  EXPECT_DOUBLE_EQ(
      priced->schedule.own_cost + PriceOf(problem, slot_price, priced->schedule.duties), *best);
}

TEST(PersonPlanner, FindsTheCheapestOfAllSchedules) {
  SmallProblems draw(11);
  int with_schedule = 0;
  for (int round = 0; round < 150; ++round) {
    SCOPED_TRACE(round);
    CompareWithAll(draw.ByShift(1, 8, 2), draw, with_schedule);
  }
  EXPECT_GT(with_schedule, 60);
}

TEST(PersonPlanner, PlacesBreaksWhereTheyAreCheapest) {
  SmallProblems draw(12);
  int with_schedule = 0;
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE(round);
    CompareWithAll(draw.ByInterval(1, 5), draw, with_schedule);
  }
  EXPECT_GT(with_schedule, 20);
}

// Three queues and people of all sorts come and go.
TEST(Cover, CostsWhatTheVerifierSays) {
  SmallProblems draw(13);
  RosterProblem problem;
  problem.days = 1;
  problem.queues = {"a", "b", "c"};
  problem.shifts = {{"s", "s", 0, 480, 480, {}, {}}};
  for (int round = 0; round < 60; ++round) {
    problem.demand.clear();
    problem.people.clear();
    for (int q = 0; q < 3; ++q) {
      problem.demand.push_back({draw.Draw(0, 4), static_cast<double>(draw.Draw(1, 9)),
                                static_cast<double>(draw.Draw(0, 3))});
    }
    for (int p = 0; p < 9; ++p) {
      Person person;
      person.id = std::to_string(p);
      person.queues = static_cast<uint32_t>(draw.Draw(1, 7));
      person.shifts = {0};
      problem.people.push_back(person);
    }
    const Team team(problem);
    Cover cover(team);
    Roster roster{std::vector<Duties>(9, Duties(1))};
    for (int step = 0; step < 40; ++step) {
      const int p = draw.Draw(0, 8);
      std::optional<Duty>& duty = roster.duties[p][0];
      const double before = cover.cost();
      if (duty) {
        cover.Remove(p, roster.duties[p]);
        duty.reset();
      } else {
        const double more = cover.PriceOfOneMore(team.kind_of(p), 0);
        duty = Duty{0, {}};
        cover.Add(p, roster.duties[p]);
        EXPECT_DOUBLE_EQ(cover.cost(), before + more);
      }
      ASSERT_DOUBLE_EQ(cover.cost(), Verify(problem, roster).cost.total()) << round << ' ' << step;
    }
  }
}

}  // namespace
}  // namespace wissel::scheduling
