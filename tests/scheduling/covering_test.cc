// Covering: the proven optima of the measured cases, every small random problem against all there
// is, and tables that are not what they should be.
#include "forecasting/scheduling/covering_search.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/scheduling/files.h"

namespace wissel::scheduling {
namespace {

struct Found {
  SearchEnd end = SearchEnd::kNothing;
  std::vector<double> costs;  // one after the other
  People people;
  double bound = -kUnbounded;
};

Found Solve(const CoveringProblem& problem, std::optional<double> under_price) {
  Found found;
  SearchWatch<People> watch;
  watch.on_better = [&](const People& people, double cost) {
    found.costs.push_back(cost);
    found.people = people;
  };
  watch.on_bound = [&](double bound) { found.bound = bound; };
  found.end = SolveCovering(problem, under_price, {.seconds = 60}, watch);
  return found;
}

struct Measured {
  const char* stem;
  const char* patterns;
  std::optional<double> under_price;
  double optimum;
};

class MeasuredCases : public testing::TestWithParam<Measured> {};

TEST_P(MeasuredCases, AreSolvedToTheirProvenOptimum) {
  const Measured& measured = GetParam();
  const auto required = MeasuredCase(std::string(measured.stem) + "_req.csv");
  const auto patterns = MeasuredCase(std::string(measured.stem) + measured.patterns);
  if (!required || !patterns) GTEST_SKIP() << "NOT RUN: ../shared/data/scheduling is not there";
  const auto problem = ParseCovering("required", *required, "patterns", *patterns);
  ASSERT_TRUE(problem.ok()) << problem.status();
  const Found found = Solve(*problem, measured.under_price);
  EXPECT_EQ(found.end, SearchEnd::kProven);
  ASSERT_FALSE(found.costs.empty());
  EXPECT_EQ(found.costs.back(), measured.optimum);
  EXPECT_EQ(found.bound, measured.optimum);
}

INSTANTIATE_TEST_SUITE_P(
    All, MeasuredCases,
    testing::Values(Measured{"cc1_bank_day", "_shifts.csv", {}, 4456},
                    Measured{"cc2_anonbank_week_cover", "_tours.csv", {}, 2496},
                    Measured{"cc2_anonbank_week_cover", "_tours.csv", 3.0, 2379}));

double CheapestOfAll(const CoveringProblem& problem, std::optional<double> under_price, int most) {
  double best = kUnbounded;
  People people(problem.patterns.size());
  const std::function<void(size_t)> visit = [&](size_t p) {
    if (p < people.size()) {
      for (people[p] = 0; people[p] <= most; ++people[p]) visit(p + 1);
      return;
    }
    const CoveringCost cost = CostOf(problem, people);
    if (cost.missing > 0 && !under_price) return;
    best = std::min(best, cost.paid + under_price.value_or(0) * cost.missing);
  };
  visit(0);
  return best;
}

TEST(Covering, FindsWhatTryingEverythingFinds) {
  std::mt19937 dice(7);
  const auto draw = [&](int least, int most) {
    return least + static_cast<int>(dice() % static_cast<unsigned>(most - least + 1));
  };
  for (int round = 0; round < 30; ++round) {
    CoveringProblem problem;
    problem.slots_per_day = 5;
    for (int slot = 0; slot < 5; ++slot) problem.required.push_back(draw(0, 3));
    for (int p = 0; p < 5; ++p) {
      Pattern pattern{std::to_string(p), draw(1, 4), {}};
      const int first = draw(0, 3);
      for (int slot = first; slot <= std::min(4, first + draw(1, 3)); ++slot) {
        pattern.slots.push_back(slot);
      }
      problem.patterns.push_back(pattern);
    }
    for (const std::optional<double> price :
         {std::optional<double>(), std::optional<double>(1.5)}) {
      const Found found = Solve(problem, price);
      const double best = CheapestOfAll(problem, price, 4);
      SCOPED_TRACE(round);
      if (best == kUnbounded) {
        EXPECT_EQ(found.end, SearchEnd::kInfeasible);
        continue;
      }
      ASSERT_EQ(found.end, SearchEnd::kProven);
      EXPECT_DOUBLE_EQ(found.costs.back(), best);
      EXPECT_TRUE(std::is_sorted(found.costs.rbegin(), found.costs.rend()));
    }
  }
}

TEST(CoveringTables, ToursGoAroundTheEndOfTheWeek) {
  std::string required = "day;interval;required\r\n";
  for (int day = 0; day < 3; ++day) {
    for (int i = 0; i < 2; ++i)
      required += std::to_string(day) + ";" + std::to_string(i) + ";1\r\n";
  }
  const auto problem = ParseCovering(
      "r.csv", required, "p.csv",
      "\xef\xbb\xbfid,start_interval,length,lunch_offset,paid_intervals_week,first_day,days\n"
      "late,0,2,0,2,2,2\n");
  ASSERT_TRUE(problem.ok()) << problem.status();
  EXPECT_EQ(problem->patterns[0].slots, (std::vector<int>{5, 1}));
}

TEST(CoveringTables, FaultsNameTheirLine) {
  const std::string required = "interval,required\n0,1\n1,2\n";
  const std::string header = "id,start_interval,length,lunch_offset,paid_intervals\n";
  const auto fault = [&](const std::string& req, const std::string& patterns) {
    const auto problem = ParseCovering("r.csv", req, "p.csv", patterns);
    return problem.ok() ? "none" : std::string(problem.status().message());
  };
  EXPECT_EQ(fault(required, header + "a,0,2,,2\n"), "none");
  EXPECT_EQ(fault("interval,required\n0,1\n2,2\n", header), "r.csv:3: interval 2 where 1 is due");
  EXPECT_EQ(fault("interval,required\n0,-1\n", header),
            "r.csv:2: required: \"-1\" is no whole number from 0 on");
  EXPECT_EQ(fault("interval,calls\n0,1\n", header),
            "r.csv:1: the header has no column \"required\"");
  EXPECT_EQ(fault(required, header + "a,0,3,,3\n"),
            "p.csv:2: ends at 3, and the day has 2 intervals");
  EXPECT_EQ(fault(required, header + "a,0,2,,2\na,0,1,,1\n"), "p.csv:3: a second \"a\"");
  EXPECT_EQ(fault(required, header + "a,0,2\n"), "p.csv:2: 3 fields, and the header has 5");
}

}  // namespace
}  // namespace wissel::scheduling
