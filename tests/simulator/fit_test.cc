// What was drawn from a distribution is fitted by it again, censored or not.
#include "forecasting/core/simulation/fit.h"

#include <cmath>

#include "gtest/gtest.h"

namespace wissel::simulation {
namespace {

using Kind = Distribution::Kind;

std::vector<double> Draws(const Distribution& distribution, int count, uint64_t stream) {
  std::vector<double> seconds;
  for (int n = 0; n < count; ++n) {
    auto random = forecasting::Random::Nth(stream, static_cast<uint64_t>(n));
    seconds.push_back(distribution.Draw(random));
  }
  return seconds;
}

// Of the patience only the beginning is seen: an answer comes after an exponential time.
std::vector<Wait> Censored(const Distribution& patience, double answer_s, uint64_t stream) {
  const auto answers = Draws(*Distribution::Make(Kind::kExponential, answer_s), 20'000, stream + 1);
  std::vector<Wait> waits;
  for (double p : Draws(patience, 20'000, stream)) {
    const double answer = answers[waits.size()];
    waits.push_back({std::min(p, answer) + 1e-9, p < answer});
  }
  return waits;
}

TEST(FitHandle, FindsWhatWasDrawn) {
  const Fit log_normal =
      *FitHandle(Draws(*Distribution::Make(Kind::kLogNormal, 240, 0.9), 20'000, 1));
  EXPECT_EQ(log_normal.distribution.kind(), Kind::kLogNormal);
  EXPECT_NEAR(log_normal.distribution.mean_s(), 240, 5);
  EXPECT_NEAR(log_normal.distribution.shape(), 0.9, 0.03);
  const Fit erlang = *FitHandle(Draws(*Distribution::Make(Kind::kErlang, 300, 3), 20'000, 2));
  EXPECT_EQ(erlang.distribution.kind(), Kind::kErlang);
  EXPECT_EQ(erlang.distribution.shape(), 3);
  EXPECT_NEAR(erlang.distribution.mean_s(), 300, 5);
}

// Three of four are answered before their patience ends; a fit to who left alone would be far off.
TEST(FitPatience, SeesBehindTheAnswers) {
  const Distribution exponential = *Distribution::Make(Kind::kExponential, 180);
  EXPECT_NEAR(FitPatienceExponential(Censored(exponential, 60, 3))->distribution.mean_s(), 180, 8);
  for (double shape : {0.6, 1.0, 1.7}) {
    const Distribution weibull = *Distribution::Make(Kind::kWeibull, 180, shape);
    const Fit fit = *FitPatienceWeibull(Censored(weibull, 60, 5));
    EXPECT_NEAR(fit.distribution.shape(), shape, 0.06);
    EXPECT_NEAR(fit.distribution.mean_s(), 180, 0.12 * 180);
  }
  EXPECT_EQ(FitPatience(Censored(*Distribution::Make(Kind::kWeibull, 180, 0.6), 60, 7))
                ->distribution.kind(),
            Kind::kWeibull);
}

// One parameter more is worth its while only when it says something.
TEST(FitPatience, PrefersThePlainerOfTwoThatSayTheSame) {
  const auto waits = Censored(*Distribution::Make(Kind::kExponential, 180), 60, 11);
  EXPECT_GE(FitPatienceWeibull(waits)->log_likelihood,
            FitPatienceExponential(waits)->log_likelihood - 1e-6);
}

TEST(Fit, RefusesWhatSaysNothing) {
  EXPECT_FALSE(FitHandle({}).ok());
  EXPECT_FALSE(FitHandle({5}).ok());
  EXPECT_FALSE(FitHandle({5, 5, 5}).ok());
  EXPECT_FALSE(FitHandle({5, -1}).ok());
  EXPECT_FALSE(FitPatience({}).ok());
  EXPECT_FALSE(FitPatience({{20, false}, {30, false}}).ok());
  EXPECT_TRUE(FitPatience({{20, true}, {30, false}}).ok());
}

// Sums by interval of log-normal durations whose mean slowly doubles.
TEST(Spread, OfSingleDurationsIsFoundInSumsWhileTheMeanDrifts) {
  const auto draws = Draws(*Distribution::Make(Kind::kLogNormal, 200, 0.8), 40'000, 9);
  std::vector<DurationSum> sums;
  size_t n = 0;
  for (int interval = 0; interval < 1000; ++interval) {
    DurationSum& sum = sums.emplace_back();
    sum.count = 5 + interval % 30;
    sum.follows = interval % 40 != 0;
    for (int i = 0; i < static_cast<int>(sum.count); ++i) {
      sum.seconds += draws[n++ % draws.size()] * (1 + 0.1 * (interval % 40) / 40);
    }
  }
  const auto spread = SpreadOfSums(sums);
  ASSERT_TRUE(spread.has_value());
  EXPECT_NEAR(*spread, 0.8, 0.06);
  sums.resize(50);
  EXPECT_FALSE(SpreadOfSums(sums).has_value());
}

}  // namespace
}  // namespace wissel::simulation
