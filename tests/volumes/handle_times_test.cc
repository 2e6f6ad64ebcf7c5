// Mean handle times: found where there are contacts, not invented where there are none.
#include "forecasting/core/volumes/handle_times.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/status.h"
#include "tests/volumes/worlds.h"

namespace wissel::volumes {
namespace {

// Sums of exponential handle times with a mean that rises over the day.
Matrix Times(const Series& series, uint64_t seed, double rise) {
  std::mt19937_64 dice(seed);
  Matrix seconds = Matrix::Zero(series.day_count(), series.interval_count());
  for (int d = 0; d < series.day_count(); ++d) {
    for (int i = 0; i < series.interval_count(); ++i) {
      const double mean = 240 * (1 + rise * (i - 9.5) / 19);
      if (series.counts(d, i) <= 0) continue;
      seconds(d, i) = mean * std::gamma_distribution<double>(series.counts(d, i), 1)(dice);
    }
  }
  return seconds;
}

TEST(HandleTimes, FollowTheDay) {
  const World world = MakeWorld({.days = 60});
  const std::vector<Date> days = ComingDays(world.series, 5);
  const auto times = ForecastHandleTimes(world.series, Times(world.series, 3, 0.4), days);
  ASSERT_TRUE(times.ok());
  double wrong = 0;
  for (int i = 0; i < 20; ++i) {
    const double mean = 240 * (1 + 0.4 * (i - 9.5) / 19);
    wrong += std::abs(times->mean_s(0, i) / mean - 1) / 20;
    EXPECT_NEAR(times->mean_s(0, i), mean, 4 * times->deviation_s(0, i)) << i;
  }
  EXPECT_LT(wrong, 0.025);  // not knowing the shape of the day would be 0.1
}

TEST(HandleTimes, FewContactsSayLittle) {
  const World world = MakeWorld({.days = 20, .mean_of_day = 20});
  const auto times =
      ForecastHandleTimes(world.series, Times(world.series, 5, 0), ComingDays(world.series, 1));
  ASSERT_TRUE(times.ok());
  for (int i = 0; i < 20; ++i) EXPECT_NEAR(times->mean_s(0, i), 240, 60);
}

TEST(HandleTimes, RefuseWhatIsNone) {
  World world = MakeWorld({.days = 5});
  const std::vector<Date> days = ComingDays(world.series, 1);
  EXPECT_EQ(FieldAtFault(ForecastHandleTimes(world.series, Matrix::Zero(1, 1), days).status()),
            "seconds");
  world.series.counts.setZero();
  EXPECT_EQ(FieldAtFault(ForecastHandleTimes(world.series, Matrix::Zero(5, 20), days).status()),
            "series");
}

}  // namespace
}  // namespace wissel::volumes
