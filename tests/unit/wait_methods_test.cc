// The arithmetic against cases whose answer is known.
#include "router/core/wait_methods.h"

#include <gtest/gtest.h>

#include <cmath>

namespace wissel {
namespace {

constexpr double kNoLimit = 1e12;

// M/M/n with all n busy: who has k before them waits for k + 1 departures, each n mu.
TEST(WaitMethods, WithoutAbandonmentTheLineOfMMn) {
  constexpr double kMu = 1.0 / 180'000;
  for (const int agents : {1, 4, 60}) {
    for (const int ahead : {0, 1, 7, 200}) {
      const Remaining left = UntilTaken(ahead, agents * kMu, 0, kNoLimit);
      const double expected = (ahead + 1) / (agents * kMu);
      EXPECT_NEAR(left.mean, expected, 1e-6 * expected);
      EXPECT_NEAR(left.variance, expected * expected / (ahead + 1), 1e-6 * left.variance);
    }
  }
}

// M/M/n+M: with i others left the line moves at n mu + i theta.
TEST(WaitMethods, WithAbandonmentTheLineMovesFaster) {
  const Remaining left = UntilTaken(3, 2, 0.5, kNoLimit);
  EXPECT_NEAR(left.mean, 1 / 3.5 + 1 / 3.0 + 1 / 2.5 + 1 / 2.0, 1e-9);
}

TEST(WaitMethods, PartOfAnItemTakesPartOfItsTime) {
  EXPECT_NEAR(UntilTaken(0.5, 1, 0, kNoLimit).mean, 1.5, 1e-9);
  EXPECT_NEAR(UntilTaken(2.25, 1, 0, kNoLimit).mean, 3.25, 1e-9);
}

TEST(WaitMethods, GivesUpBeyondTheFurthest) {
  EXPECT_LT(UntilTaken(1e9, 1, 0, 1'000).mean, 1'003);
  EXPECT_GT(UntilTaken(1e9, 1, 0, 1'000).mean, 1'000);
}

// Exponential: ln 2 and ln 5 times the mean. Erlang of 10 steps: 9.669 and 12.519 steps.
TEST(WaitMethods, QuantilesOfKnownDistributions) {
  const Remaining one = OneStep(100);
  EXPECT_NEAR(QuantileOf(one, kMedianZ), 100 * std::log(2.0), 1.5);
  EXPECT_NEAR(QuantileOf(one, kEightyPercentZ), 100 * std::log(5.0), 2);
  const Remaining ten = UntilTaken(9, 1, 0, kNoLimit);
  EXPECT_NEAR(QuantileOf(ten, kMedianZ), 9.669, 0.01);
  EXPECT_NEAR(QuantileOf(ten, kEightyPercentZ), 12.519, 0.02);
  EXPECT_EQ(QuantileOf(Remaining(), kEightyPercentZ), 0);
}

}  // namespace
}  // namespace wissel
