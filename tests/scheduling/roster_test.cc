// Rosters: known optima, small problems against all there is to try, made centers, and that nothing
// depends on the clock.
#include "forecasting/scheduling/roster_search.h"

#include <optional>
#include <string>
#include <vector>

#include "forecasting/core/scheduling/curtois.h"
#include "forecasting/core/scheduling/price_search.h"
#include "forecasting/core/scheduling/verifier.h"
#include "forecasting/scheduling/files/our_problem.h"
#include "gtest/gtest.h"
#include "tests/scheduling/files.h"
#include "tests/scheduling/made_center.h"
#include "tests/scheduling/small_problems.h"

namespace wissel::scheduling {
namespace {

struct Found {
  SearchEnd end = SearchEnd::kNothing;
  std::vector<double> costs;
  double bound = -1e300;
  Roster roster;
};

Found Solve(const RosterProblem& problem, int rounds) {
  Found found;
  SearchWatch<Roster> watch;
  watch.on_better = [&](const Roster& roster, double cost) {
    found.costs.push_back(cost);
    found.roster = roster;
  };
  watch.on_bound = [&](double bound) { found.bound = bound; };
  SearchLimits limits;
  limits.seconds = 300;
  limits.rounds = rounds;
  found.end = SolveRoster(problem, limits, watch);
  return found;
}

struct Known {
  int instance;
  double optimum;
  bool proven;
};

class KnownOptima : public testing::TestWithParam<Known> {};

TEST_P(KnownOptima, AreReached) {
  const auto text = MeasuredCase("curtois/Instance" + std::to_string(GetParam().instance) + ".txt");
  if (!text) GTEST_SKIP() << "NOT RUN: ../shared/data/scheduling/curtois is not there";
  const auto problem = ParseCurtois("instance", *text);
  ASSERT_TRUE(problem.ok()) << problem.status();
  const Found found = Solve(*problem, 40);
  ASSERT_FALSE(found.costs.empty());
  EXPECT_EQ(found.costs.back(), GetParam().optimum);
  EXPECT_LE(found.bound, GetParam().optimum);
  if (GetParam().proven) EXPECT_EQ(found.end, SearchEnd::kProven);
  const Verdict verdict = Verify(*problem, found.roster);
  EXPECT_EQ(SentencesOf(verdict), std::vector<std::string>());
  EXPECT_EQ(verdict.cost.total(), GetParam().optimum);
}

INSTANTIATE_TEST_SUITE_P(Curtois, KnownOptima,
                         testing::Values(Known{1, 607, false}, Known{2, 828, true},
                                         Known{3, 1001, true}, Known{4, 1716, true}));

// What is proven is best of all, and a bound is one.
void CompareWithAll(const RosterProblem& problem, int& proven) {
  const auto best = CheapestOfAll(problem);
  const Found found = Solve(problem, 10);
  if (!best) {
    EXPECT_EQ(found.end, SearchEnd::kInfeasible);
    return;
  }
  ASSERT_FALSE(found.costs.empty());
  EXPECT_LE(found.bound, *best + 1e-6);
  EXPECT_GE(found.costs.back(), *best - 1e-6);
  EXPECT_EQ(SentencesOf(Verify(problem, found.roster)), std::vector<std::string>());
  EXPECT_NEAR(Verify(problem, found.roster).cost.total(), found.costs.back(), 1e-6);
  if (found.end == SearchEnd::kProven) {
    ++proven;
    EXPECT_NEAR(found.costs.back(), *best, 1e-6);
  }
}

TEST(RosterSearch, OfSmallProblemsByShiftFindsTheBest) {
  SmallProblems draw(21);
  int proven = 0;
  for (int round = 0; round < 40; ++round) {
    SCOPED_TRACE(round);
    CompareWithAll(draw.ByShift(2, 5, 2), proven);
  }
  EXPECT_GT(proven, 15);
}

TEST(RosterSearch, OfSmallProblemsWithQueuesAndBreaksFindsTheBest) {
  SmallProblems draw(22);
  int proven = 0;
  for (int round = 0; round < 30; ++round) {
    SCOPED_TRACE(round);
    CompareWithAll(draw.ByInterval(2, 3), proven);
  }
  EXPECT_GT(proven, 10);
}

TEST(PriceSearch, BoundsNothingAway) {
  SmallProblems draw(23);
  int with_roster = 0;
  for (int round = 0; round < 40; ++round) {
    const RosterProblem problem = round % 2 == 0 ? draw.ByShift(2, 5, 2) : draw.ByInterval(2, 3);
    const auto best = CheapestOfAll(problem);
    if (!best) continue;
    ++with_roster;
    Team team(problem);
    const Cover nobody(team);
    PriceSearch prices(team, nobody);
    for (int step = 0; step < 24; ++step) ASSERT_TRUE(prices.Step([] { return false; }));
    EXPECT_LE(prices.bound(), *best + 1e-6) << round;
    EXPECT_GT(prices.bound(), -1e6);
  }
  EXPECT_GT(with_roster, 15);
}

RosterProblem Made(const MadeCenter& center) {
  auto named = schedule::ParseOurProblem("made", MakeProblemFile(center));
  EXPECT_TRUE(named.ok()) << named.status();
  return named->problem;
}

TEST(MadeCenters, AreSolvedWithoutABreachAndTheSameAgain) {
  const RosterProblem problem = Made({.people = 60, .weeks = 2, .queues = 4, .seed = 3});
  const Found found = Solve(problem, 8);
  EXPECT_EQ(found.end, SearchEnd::kStopped);
  ASSERT_FALSE(found.costs.empty());
  const Verdict verdict = Verify(problem, found.roster);
  EXPECT_EQ(SentencesOf(verdict), std::vector<std::string>());
  EXPECT_NEAR(verdict.cost.total(), found.costs.back(), 1e-6);
  EXPECT_LE(found.bound, found.costs.back());
  const Found again = Solve(problem, 8);
  EXPECT_EQ(again.costs, found.costs);
  EXPECT_EQ(again.bound, found.bound);
  EXPECT_TRUE(again.roster == found.roster);
}

TEST(MadeCenters, HaveABoundNotFarBelow) {
  const RosterProblem problem =
      Made({.people = 40, .weeks = 1, .queues = 4, .load = 1.1, .seed = 5});
  // Until prices are spent, and some more: people are then put back by what prices have become.
  const Found found = Solve(problem, 190);
  ASSERT_FALSE(found.costs.empty());
  EXPECT_EQ(SentencesOf(Verify(problem, found.roster)), std::vector<std::string>());
  EXPECT_LE(found.bound, found.costs.back());
  EXPECT_GE(found.bound, 0.99 * found.costs.back());
}

TEST(MadeCenters, KeepWhatIsPinned) {
  RosterProblem problem = Made({.people = 30, .weeks = 1, .queues = 2, .seed = 4});
  const Found first = Solve(problem, 1);
  ASSERT_FALSE(first.costs.empty());
  // Half of the people stand as they are; the others may do something else.
  for (int p = 0; p < 15; ++p) {
    for (int day = 0; day < problem.days; ++day) {
      const std::optional<Duty>& duty = first.roster.duties[p][day];
      Pin pin{day, std::nullopt, {}};
      if (duty) pin = {day, duty->shift, duty->break_starts_min};
      problem.people[p].pins.push_back(pin);
    }
  }
  const Found second = Solve(problem, 4);
  ASSERT_FALSE(second.costs.empty());
  EXPECT_EQ(SentencesOf(Verify(problem, second.roster)), std::vector<std::string>());
  for (int p = 0; p < 15; ++p) {
    EXPECT_TRUE(second.roster.duties[p] == first.roster.duties[p]) << p;
  }
}

}  // namespace
}  // namespace wissel::scheduling
