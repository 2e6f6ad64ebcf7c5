// Quantiles against exact distributions, and the noise that nobody can beat.
#include <gtest/gtest.h>

#include <cmath>

#include "forecasting/core/volumes/champion.h"
#include "forecasting/core/volumes/forecast.h"
#include "forecasting/core/volumes/noise_floor.h"

namespace wissel::volumes {
namespace {

TEST(Normal, QuantilesAreThoseOfTheTables) {
  EXPECT_NEAR(NormalQuantile(0.5), 0, 1e-12);
  EXPECT_NEAR(NormalQuantile(0.975), 1.959963984540054, 1e-9);
  EXPECT_NEAR(NormalQuantile(0.001), -3.090232306167813, 1e-9);
}

// P(N <= k) by summing.
double Cdf(double mean, double spread, int k) {
  double mass = spread > 0 ? std::pow(1 + spread * mean, -1 / spread) : std::exp(-mean);
  double sum = 0;
  for (int n = 0; n <= k; ++n) {
    sum += mass;
    mass *= mean / (1 + spread * mean) * (1 + spread * n) / (n + 1);
  }
  return sum;
}

TEST(Counts, QuantilesLieWithinHalfACountOfTheExactOnes) {
  for (const double mean : {0.01, 0.7, 5.0, 30.0, 59.0, 200.0}) {
    for (const double spread : {0.0, 0.01, 0.2, 1.0}) {
      const std::vector<double> p = {0.025, 0.1, 0.5, 0.9, 0.975};
      const auto quantiles = QuantilesOf(mean, spread, Shape::kNegativeBinomial, p);
      for (size_t q = 0; q < p.size(); ++q) {
        int exact = 0;
        while (Cdf(mean, spread, exact) < p[q]) ++exact;
        // Above 60 a gamma distribution stands for the counts.
        const double allowed = 0.5 + 1e-9 + (mean > 60 ? 0.01 * exact + 1 : 0);
        EXPECT_NEAR(quantiles[q], exact, allowed) << mean << " " << spread << " " << p[q];
        EXPECT_GE(quantiles[q], q > 0 ? quantiles[q - 1] : 0);
      }
    }
  }
}

TEST(Counts, NothingExpectedIsNothing) {
  EXPECT_EQ(QuantilesOf(0, 0.1, Shape::kNegativeBinomial, {0.1, 0.9}), (std::vector<double>{0, 0}));
}

TEST(NoiseFloor, IsTheMeanDeviationOfPoisson) {
  for (const double mean : {0.3, 1.0, 7.5, 120.0}) {
    double deviation = 0;
    double mass = std::exp(-mean);
    for (int k = 0; k < 600; ++k) {
      deviation += std::abs(k - mean) * mass;
      mass *= mean / (k + 1);
    }
    EXPECT_NEAR(PoissonMeanDeviation(mean), deviation, 1e-9 * deviation) << mean;
  }
  EXPECT_EQ(PoissonMeanDeviation(0), 0);
}

TEST(Champion, GivesWayOnlyToWhoIsClearlyBetter) {
  EXPECT_EQ(ChampionOf({{"a", 9.7}, {"b", 10}}, "b", 0.05), "b");
  EXPECT_EQ(ChampionOf({{"a", 9.4}, {"b", 10}}, "b", 0.05), "a");
  EXPECT_EQ(ChampionOf({{"a", 9.4}, {"c", 9.3}}, "b", 0.05), "c");
}

}  // namespace
}  // namespace wissel::volumes
