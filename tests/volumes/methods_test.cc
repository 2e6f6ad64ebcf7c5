// Every method on simulated queues: known rates come back, intervals hold what they promise, and a
// poor history is forecast with an honest spread rather than refused or believed.
#include "forecasting/core/volumes/methods.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "base/status.h"
#include "forecasting/core/volumes/calendar_be_nl.h"
#include "forecasting/core/volumes/evaluate.h"
#include "forecasting/core/volumes/remembering.h"
#include "tests/volumes/worlds.h"

namespace wissel::volumes {
namespace {

Forecast Predict(std::string_view method, const Series& history, int days) {
  auto forecast = (*MakeMethod(method))->Predict(history, ComingDays(history, days));
  EXPECT_TRUE(forecast.ok()) << method << ": " << forecast.status();
  return *std::move(forecast);
}

void ExpectSound(const Forecast& forecast, std::string_view method) {
  EXPECT_TRUE(forecast.mean.allFinite()) << method;
  EXPECT_TRUE(forecast.spread.allFinite()) << method;
  EXPECT_GE(forecast.mean.minCoeff(), 0) << method;
  EXPECT_GE(forecast.spread.minCoeff(), 0) << method;
  EXPECT_EQ(forecast.common.size(), forecast.days.size()) << method;
}

TEST(Methods, AreFoundByName) {
  for (const std::string_view name : MethodNames()) {
    const auto method = MakeMethod(name);
    ASSERT_TRUE(method.ok());
    EXPECT_EQ((*method)->name(), name);
  }
  EXPECT_EQ(FieldAtFault(MakeMethod("tbats").status()), "methods");
}

class Counted : public Method {
 public:
  explicit Counted(int& asked) : asked_(asked) {}
  std::string_view name() const override { return "calendar"; }
  absl::StatusOr<Forecast> Predict(const Series& history,
                                   const std::vector<Date>& days) const override {
    ++asked_;
    return (*MakeMethod("calendar"))->Predict(history, days);
  }

 private:
  int& asked_;
};

TEST(Remembering, SaysOfFewerDaysWhatTheMethodItselfWouldSay) {
  const World world = MakeWorld({.days = 90, .weekends = true, .seed = 8});
  int asked = 0;
  const RememberingMethod remembering(std::make_unique<Counted>(asked));
  for (const int origin : {70, 77}) {
    const Series history = Before(world.series, origin);
    ASSERT_TRUE(remembering.Predict(history, ComingDays(history, 7)).ok());
  }
  for (const int origin : {70, 77}) {
    const Series history = Before(world.series, origin);
    const auto one = remembering.Predict(history, ComingDays(history, 1));
    ASSERT_TRUE(one.ok());
    const Forecast itself = Predict("calendar", history, 1);
    EXPECT_EQ(one->days, itself.days);
    EXPECT_TRUE(one->mean.isApprox(itself.mean, 1e-9));
    EXPECT_TRUE(one->spread.isApprox(itself.spread, 1e-9));
    ASSERT_EQ(one->common.size(), 1U);
    EXPECT_NEAR(one->common[0], itself.common[0], 1e-9);
  }
  EXPECT_EQ(asked, 2);
  const Series history = Before(world.series, 70);
  EXPECT_TRUE(remembering.Predict(history, ComingDays(history, 8)).ok());
  EXPECT_EQ(asked, 3);
}

TEST(Methods, KnownRatesComeBack) {
  const World world = MakeWorld({.days = 205, .level_deviation = 0.01, .seed = 4});
  const Series history = Before(world.series, 200);
  for (const std::string_view method : {"avg8w", "robust", "svd", "calendar"}) {
    const Forecast forecast = Predict(method, history, 5);
    const Matrix wrong = forecast.mean - world.expected.bottomRows(5);
    const double wape = wrong.cwiseAbs().sum() / world.expected.bottomRows(5).sum();
    EXPECT_LT(wape, method == "calendar" ? 0.02 : 0.045) << method;
  }
}

TEST(Calendar, IntervalsHoldWhatTheyPromiseAtEveryLead) {
  double within_first = 0;
  double within_last = 0;
  double all = 0;
  double spread_first = 0;
  double spread_last = 0;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    const World world =
        MakeWorld({.days = 190, .level_deviation = 0.12, .level_decay = 0.8, .seed = seed});
    const Forecast forecast = Predict("calendar", Before(world.series, 180), 10);
    for (int i = 0; i < 20; ++i) {
      for (const int d : {0, 9}) {
        const auto q = Quantiles(forecast, d, i, {0.1, 0.9});
        const double y = world.series.counts(180 + d, i);
        (d == 0 ? within_first : within_last) += q[0] <= y && y <= q[1] ? 1 : 0;
        (d == 0 ? spread_first : spread_last) += forecast.spread(d, i);
      }
      ++all;
    }
  }
  // Thirty days each, whose intervals rise and fall together: the deviation is about 6 %.
  EXPECT_NEAR(within_first / all, 0.8, 0.13);
  EXPECT_NEAR(within_last / all, 0.8, 0.13);
  EXPECT_GT(spread_last, 1.3 * spread_first);
}

TEST(Calendar, AHolidayIsLikeTheDayOfRest) {
  WorldOptions options{.days = 400, .weekends = true, .holiday_factor = 0.35, .seed = 2};
  options.special = BelgianDays(2023, 2024, Community::kNone);
  const World world = MakeWorld(options);
  int row = 355;  // Christmas Day of 2023 is a Monday
  while (!world.series.IsSpecial(world.series.days[static_cast<size_t>(row)]) ||
         world.series.days[static_cast<size_t>(row)].weekday() >= Weekday::kSaturday) {
    ++row;
    ASSERT_LT(row, 400);
  }
  const Forecast forecast = Predict("calendar", Before(world.series, row), 1);
  EXPECT_NEAR(forecast.mean.sum(), world.expected.row(row).sum(),
              0.25 * world.expected.row(row).sum());
  EXPECT_GT(forecast.spread(0, 0), 0.03);
}

TEST(Calendar, TheFirstHolidayIsExpectedToBeLikeTheDayOfRest) {
  WorldOptions options{.days = 105, .weekends = true, .holiday_factor = 0.35, .seed = 2};
  options.special = BelgianDays(2023, 2023, Community::kNone);
  const World world = MakeWorld(options);
  const int easter_monday = Date::Of(2023, 4, 10) - world.series.days.front();
  const Forecast forecast = Predict("calendar", Before(world.series, easter_monday), 1);
  const double usual = world.expected.row(easter_monday - 7).sum();
  EXPECT_LT(forecast.mean.sum(), 0.65 * usual);
  EXPECT_GT(forecast.mean.sum(), 0.3 * usual);
}

TEST(Calendar, ARegressorIsLearned) {
  World world = MakeWorld({.days = 160, .level_deviation = 0.02, .seed = 9});
  Regressor letters{"letters", {}};
  for (int d = 0; d < 160; ++d) {
    const bool sent = d % 7 == 3 || d == 155;
    letters.values[world.series.days[static_cast<size_t>(d)]] = sent ? 1 : 0;
    if (sent) world.series.counts.row(d) *= 1.4;
  }
  world.series.regressors.push_back(letters);
  const Forecast forecast = Predict("calendar", Before(world.series, 155), 1);
  EXPECT_NEAR(forecast.mean.sum(), 1.4 * world.expected.row(155).sum(),
              0.12 * world.expected.row(155).sum());
}

TEST(Methods, AnOutageIsNotBelieved) {
  World world = MakeWorld({.days = 120, .level_deviation = 0.02, .seed = 6});
  const Forecast before = Predict("calendar", world.series, 3);
  world.series.counts.row(119).setZero();  // the last day: its level would weigh on the next
  const Forecast after = Predict("calendar", world.series, 3);
  EXPECT_NEAR(after.mean.sum(), before.mean.sum(), 0.03 * before.mean.sum());
}

TEST(Methods, MissingDaysAndHoursDoNoHarm) {
  World world = MakeWorld({.days = 120, .level_deviation = 0.02, .seed = 7});
  for (int d = 5; d < 120; d += 9) {
    world.series.known.row(d).setConstant(false);
    world.series.counts.row(d).setZero();
  }
  for (int d = 7; d < 120; d += 11) {  // as when the clocks go forward
    world.series.known.row(d).segment(4, 2).setConstant(false);
    world.series.counts.row(d).segment(4, 2).setZero();
  }
  const Series& history = world.series;
  const World whole = MakeWorld({.days = 125, .level_deviation = 0.02, .seed = 7});
  for (const std::string_view method : {"avg4w", "robust", "svd", "calendar", "auto"}) {
    const Forecast forecast = Predict(method, history, 5);
    ExpectSound(forecast, method);
    const Matrix expected = whole.expected.bottomRows(5);
    EXPECT_LT((forecast.mean - expected).cwiseAbs().sum(), 0.08 * expected.sum()) << method;
  }
}

TEST(Methods, NothingComesOfNothing) {
  World world = MakeWorld({.days = 60, .seed = 1});
  world.series.counts.setZero();
  for (const std::string_view method : MethodNames()) {
    const Forecast forecast = Predict(method, world.series, 5);
    ExpectSound(forecast, method);
    EXPECT_LT(forecast.mean.maxCoeff(), 0.5) << method;
  }
  world.series.known.setConstant(false);
  for (const std::string_view method : MethodNames()) {
    const auto none = (*MakeMethod(method))->Predict(world.series, ComingDays(world.series, 1));
    EXPECT_EQ(FieldAtFault(none.status()), "series") << method;
  }
}

TEST(Methods, ThreeDaysSayWhatTheyCannotKnow) {
  const World world = MakeWorld({.days = 3, .seed = 1});
  for (const std::string_view method : MethodNames()) {
    const Forecast forecast = Predict(method, world.series, 4);
    ExpectSound(forecast, method);
  }
  // Monday to Wednesday are known: how is a Thursday?
  const auto thursday =
      (*MakeMethod("calendar"))->Predict(world.series, {world.series.days.back() + 1});
  ASSERT_TRUE(thursday.ok());
  EXPECT_GE(thursday->cannot_know.size(), 4U);
  const Forecast informed = Predict("calendar", MakeWorld({.days = 100}).series, 4);
  EXPECT_GT(thursday->spread(0, 0), 3 * informed.spread(0, 0));
  EXPECT_TRUE(informed.cannot_know.empty());
}

TEST(Calendar, ASmallQueueIsNotForecastTooHighOrTooLow) {
  double forecast = 0;
  double expected = 0;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    const World world =
        MakeWorld({.days = 125, .mean_of_day = 6, .level_deviation = 0.05, .seed = seed});
    forecast += Predict("calendar", Before(world.series, 120), 5).mean.sum();
    expected += world.expected.bottomRows(5).sum();
  }
  EXPECT_NEAR(forecast, expected, 0.08 * expected);
}

TEST(Methods, OneDayAndOneIntervalWork) {
  for (const std::string_view method : MethodNames()) {
    ExpectSound(Predict(method, MakeWorld({.days = 1, .intervals = 1}).series, 3), method);
    ExpectSound(Predict(method, MakeWorld({.days = 90, .intervals = 1}).series, 3), method);
  }
}

TEST(Methods, TheFutureChangesNothing) {
  World world = MakeWorld({.days = 130, .seed = 8});
  const Forecast before = Predict("calendar", Before(world.series, 120), 5);
  world.series.counts.bottomRows(10).setConstant(7);
  const Forecast after = Predict("calendar", Before(world.series, 120), 5);
  EXPECT_EQ(before.mean, after.mean);
  EXPECT_EQ(before.spread, after.spread);
}

TEST(Evaluation, CountsErrorsAsTheProtocolSays) {
  const World world = MakeWorld({.days = 80, .seed = 3});
  Protocol protocol;
  protocol.train_days = 40;
  protocol.horizon_days = 5;
  protocol.step_days = 5;
  const auto origins = OriginsOf(world.series, protocol);
  ASSERT_TRUE(origins.ok());
  EXPECT_EQ(*origins, (std::vector<int>{40, 45, 50, 55, 60, 65, 70, 75}));
  Evaluation evaluation(world.series, protocol, *origins, std::nullopt);
  double wrong = 0;
  double all = 0;
  for (const int origin : *origins) {
    ASSERT_TRUE(evaluation.Run(**MakeMethod("snaive"), origin).ok());
    const Matrix now = world.series.counts.middleRows(origin, 5);
    wrong += (now - world.series.counts.middleRows(origin - 5, 5)).cwiseAbs().sum();
    all += now.sum();
  }
  EXPECT_NEAR(evaluation.Scores()[1].wape, 100 * wrong / all, 1e-9);
  protocol.origins = {Date::Of(1999, 1, 1)};
  EXPECT_EQ(FieldAtFault(OriginsOf(world.series, protocol).status()), "origins");
  protocol.origins = {};
  protocol.train_days = 100;
  EXPECT_EQ(FieldAtFault(OriginsOf(world.series, protocol).status()), "train_days");
}

}  // namespace
}  // namespace wissel::volumes
