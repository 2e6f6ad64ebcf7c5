// The radar over simulated and real days: no more false alarms than are promised, and changes named
// as soon as docs/RADAR.md says. wissel_radar measures the same at length.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/radar/days.h"

namespace wissel::radar {
namespace {

using metrics::Direction;

constexpr double kThreshold = 2.0 * 20 * 7 * kMinutesOfDay;
constexpr int kTenOClock = 600;

TEST(SequentialTest, IsWrongNoMoreOftenThanItSaysAtTheVeryEdge) {
  // The worst case of what is promised: the mean at the edge, all the variance that is allowed.
  for (const Direction direction : {Direction::kUp, Direction::kDown}) {
    for (const double mean : {0.1, 2.0, 40.0}) {
      constexpr double kMostEvidence = 200;
      constexpr int kRuns = 300;
      Dice dice(7);
      int64_t bins = 0;
      for (int run = 0; run < kRuns; ++run) {
        metrics::SequentialTest test(direction);
        while (test.evidence() < kMostEvidence) {
          test.Add(dice.Count(mean, 0.1), mean, 10);
          ++bins;
        }
      }
      EXPECT_GE(static_cast<double>(bins) / kRuns, kMostEvidence) << mean;
    }
  }
}

TEST(SequentialTest, SaysWhenTheChangeBegan) {
  Dice dice(3);
  metrics::SequentialTest test(Direction::kUp);
  for (int i = 0; i < 200; ++i) test.Add(dice.Poisson(5), 6, 50);
  for (int i = 0; i < 6; ++i) test.Add(dice.Poisson(20), 6, 50);
  EXPECT_GT(test.evidence(), 1e6);
  EXPECT_GE(test.BinsSinceOnset(), 5);
  EXPECT_LE(test.BinsSinceOnset(), 8);
}

TEST(SequentialTest, QuantilesAreThoseOfTheDistribution) {
  EXPECT_EQ(metrics::Quantile(0.5, 0, 10), 0);
  // Poisson in the limit: P(X <= 8) = 0.9319, P(X <= 9) = 0.9682 at a mean of 5.
  EXPECT_EQ(metrics::Quantile(0.95, 5, 1e9), 9);
  EXPECT_NEAR(static_cast<double>(metrics::Quantile(0.975, 10'000, 1e12)), 10'196, 2);
  // Dice and quantiles agree on a negative binomial.
  Dice dice(5);
  int within = 0;
  const int64_t high = metrics::Quantile(0.9, 12, 5);
  for (int i = 0; i < 20'000; ++i) within += dice.Count(12, 0.2) <= high;
  EXPECT_NEAR(within / 20'000.0, 0.9, 0.02);
}

TEST(RadarDays, SaysNoMoreFalseThanItPromises) {
  for (const double rate : {0.2, 5.0, 30.0}) {
    for (const bool history : {true, false}) {
      size_t days = 0;
      size_t said = 0;
      for (uint64_t seed = 0; seed < 5; ++seed) {
        const Series series = Simulate({.per_minute = rate}, 40, 11 + seed);
        days += DaysJudged(series, 56);
        said +=
            Watch(series, {.threshold = kThreshold, .history = history, .change_at = {}}).size();
      }
      // Of one series among twenty; what chance may add to it is three standard deviations.
      const double promised = static_cast<double>(days) / (20 * 7);
      EXPECT_LE(static_cast<double>(said), promised + 3 * std::sqrt(promised)) << rate;
    }
  }
}

struct Change {
  double rate;
  double factor;
  int within;
};
TEST(RadarDays, NamesChangesWithinMinutes) {
  const Change changes[] = {{0.2, 20, 20}, {1, 5, 20}, {5, 2, 30}, {5, 20, 2},  {30, 1.5, 30},
                            {30, 2, 10},   {5, 0, 8},  {30, 0, 3}, {0.2, 0, 90}};
  for (const Change& change : changes) {
    int named = 0;
    for (uint64_t seed = 0; seed < 20; ++seed) {
      Series series = Simulate({.per_minute = change.rate}, 9, 500 + seed);
      series.minutes.resize(58 * kMinutesOfDay);
      const auto all = Watch(series, {.threshold = kThreshold,
                                      .first_day = 57,
                                      .change_at = kTenOClock,
                                      .factor = change.factor,
                                      .seed = seed});
      named += std::any_of(all.begin(), all.end(), [&](const Said& said) {
        const int64_t minute = said.alarm.named.millis() / 60'000 % kMinutesOfDay - kTenOClock;
        const bool meant = (said.alarm.direction == Direction::kUp) == (change.factor > 1);
        return meant && minute > 0 && minute <= change.within;
      });
    }
    EXPECT_GE(named, 18) << change.rate << " x " << change.factor;
  }
}

TEST(RadarDays, LearnsBeforeItSaysAnything) {
  Series series = Simulate({.per_minute = 5}, 1, 2);
  const auto said = Watch(series, {.threshold = kThreshold,
                                   .history = false,
                                   .first_day = 0,
                                   .change_at = 480 + metrics::Baseline::kWarmUp - 20,
                                   .factor = 20});
  // Opened at 8:00: the first minutes are how it is, whatever they are.
  for (const Said& one : said) {
    EXPECT_GE(one.alarm.named.millis() / 60'000 % kMinutesOfDay, 480 + metrics::Baseline::kWarmUp);
  }
}

TEST(RadarDays, FindsPlantedSpikesInRealArrivals) {
  const auto folder = RealData();
  if (!folder) GTEST_SKIP() << "SKIPPED: ../shared/data/arrivals is not there";
  auto series = ReadCounts(*folder + "/bank2003_5min.csv", 1);
  ASSERT_TRUE(series);
  series->minutes.resize(100 * kMinutesOfDay);
  const size_t days = DaysJudged(*series, 56);
  const auto usual = Watch(*series, WatchOptions{.threshold = kThreshold, .change_at = {}});
  // Some are real: they are no false alarms, and still few.
  EXPECT_LE(usual.size(), days / 4);
  const auto doubled =
      Watch(*series, {.threshold = kThreshold, .change_at = kTenOClock, .factor = 2});
  int named = 0;
  for (size_t day = 56; day < series->days(); ++day) {
    named += std::any_of(doubled.begin(), doubled.end(), [&](const Said& said) {
      const int64_t minute = said.alarm.named.millis() / 60'000 % kMinutesOfDay - kTenOClock;
      return said.day == day && minute > 0 && minute <= 20;
    });
  }
  EXPECT_GE(named, static_cast<int>(days) * 9 / 10);
}

}  // namespace
}  // namespace wissel::radar
