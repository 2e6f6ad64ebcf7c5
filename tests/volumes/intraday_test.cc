// The rest of a day once its morning is known.
#include "forecasting/core/volumes/intraday.h"

#include <gtest/gtest.h>

#include <cmath>

#include "forecasting/core/volumes/methods.h"
#include "tests/volumes/worlds.h"

namespace wissel::volumes {
namespace {

// WAPE of the rest of the last day, as forecast and updated, over many queues.
std::pair<double, double> Errors(double mean_of_day, int known) {
  double plain = 0;
  double updated = 0;
  double all = 0;
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    const World world = MakeWorld({.days = 101,
                                   .mean_of_day = mean_of_day,
                                   .level_deviation = 0.2,
                                   .level_decay = 0.2,
                                   .seed = seed});
    const Series history = Before(world.series, 100);
    const Forecast forecast = *(*MakeMethod("avg8w"))->Predict(history, {world.series.days.back()});
    const auto day = world.series.counts.row(100);
    const std::vector<double> so_far(day.begin(), day.begin() + known);
    const Forecast after = Updated(history, forecast, 0, so_far);
    for (int i = known; i < 20; ++i) {
      plain += std::abs(forecast.mean(0, i) - day(i));
      updated += std::abs(after.mean(0, i) - day(i));
      all += day(i);
      EXPECT_LE(after.spread(0, i), forecast.spread(0, i));
    }
    EXPECT_EQ(after.mean.row(0).head(known), forecast.mean.row(0).head(known));
  }
  return {plain / all, updated / all};
}

TEST(Intraday, TheMorningSaysHowTheDayWillBe) {
  const auto [plain, updated] = Errors(2'000, 8);
  EXPECT_LT(updated, 0.6 * plain);
}

TEST(Intraday, ASmallQueueIsNotMadeWorse) {
  const auto [plain, updated] = Errors(20, 6);
  EXPECT_LT(updated, 1.03 * plain);
}

TEST(Intraday, OneIntervalIsBelievedLessThanAMorning) {
  const World world = MakeWorld({.days = 100, .level_deviation = 0.2, .level_decay = 0.2});
  const Forecast forecast =
      *(*MakeMethod("avg8w"))->Predict(world.series, ComingDays(world.series, 1));
  std::vector<double> so_far;
  double before = 1;
  for (const int known : {1, 8}) {
    so_far.clear();
    for (int i = 0; i < known; ++i) so_far.push_back(1.5 * forecast.mean(0, i));
    const double factor = UpdateOf(world.series, forecast, 0, so_far).factor;
    EXPECT_GT(factor, before);
    EXPECT_LT(factor, 1.5);
    before = factor;
  }
}

TEST(Intraday, NothingKnownChangesNothing) {
  const World world = MakeWorld({.days = 100});
  const Forecast forecast =
      *(*MakeMethod("avg8w"))->Predict(world.series, ComingDays(world.series, 1));
  EXPECT_EQ(Updated(world.series, forecast, 0, {}).mean, forecast.mean);
}

}  // namespace
}  // namespace wissel::volumes
