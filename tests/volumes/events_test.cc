// What planners add to a forecast, and their own numbers.
#include "forecasting/core/volumes/events.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace wissel::volumes {
namespace {

Forecast Flat(int days, double mean, double spread) {
  Forecast forecast;
  for (int d = 0; d < days; ++d) forecast.days.push_back(Date::Of(2024, 3, 4) + d);
  forecast.mean = Matrix::Constant(days, 4, mean);
  forecast.spread = Matrix::Constant(days, 4, spread);
  forecast.common.assign(static_cast<size_t>(days), spread / 2);
  return forecast;
}
const std::vector<int> kStarts = {540, 570, 600, 630};

TEST(Events, ALetterBringsItsContactsByItsCurve) {
  const Event letter{"letter", EventEffect::kContacts, 400, 0.2, Date::Of(2024, 3, 5), {0.6, 0.4}};
  const auto with = WithEvents(Flat(4, 100, 0.01), kStarts, {letter});
  ASSERT_TRUE(with.ok());
  EXPECT_DOUBLE_EQ(with->mean(0, 0), 100);
  EXPECT_DOUBLE_EQ(with->mean(1, 0), 160);
  EXPECT_DOUBLE_EQ(with->mean(2, 3), 140);
  EXPECT_DOUBLE_EQ(with->mean(3, 0), 100);
  // Variances add: 0.01 x 100^2 of before, (0.2 x 60)^2 of the letter.
  EXPECT_NEAR(with->spread(1, 0) * 160 * 160, 100 + 144, 1e-9);
}

TEST(Events, SnowInTheMorningMultipliesTheMorning) {
  Event snow{"snow", EventEffect::kFactor, 1.5, 0.5, Date::Of(2024, 3, 4)};
  snow.until_minute = 600;
  const auto with = WithEvents(Flat(2, 100, 0.01), kStarts, {snow});
  ASSERT_TRUE(with.ok());
  EXPECT_DOUBLE_EQ(with->mean(0, 1), 150);
  EXPECT_DOUBLE_EQ(with->mean(0, 2), 100);
  EXPECT_GT(with->spread(0, 1), 0.01);
  EXPECT_DOUBLE_EQ(with->mean(1, 0), 100);
}

TEST(Events, AHugeOneStaysFinite) {
  const Event surge{"surge", EventEffect::kFactor, 225, 0.3, Date::Of(2024, 3, 4)};
  const auto with = WithEvents(Flat(1, 0, 0), kStarts, {surge});
  ASSERT_TRUE(with.ok());
  EXPECT_TRUE(with->mean.allFinite());
  EXPECT_TRUE(with->spread.allFinite());
}

TEST(Events, NoneIsRefusedByItsField) {
  Event bad{"bad", EventEffect::kFactor, -1, 0, Date::Of(2024, 3, 4)};
  EXPECT_EQ(FieldAtFault(WithEvents(Flat(1, 1, 0), kStarts, {bad}).status()), "size");
  bad.size = 1;
  bad.response = {};
  EXPECT_EQ(FieldAtFault(WithEvents(Flat(1, 1, 0), kStarts, {bad}).status()), "response");
}

TEST(Events, PastOnesSayHowLargeTheNextWillBe) {
  const std::vector<PastEvent> past = {{10'000, {1'600, 1'400}, {1'000, 1'000}},
                                       {20'000, {2'200, 1'800}, {1'000, 1'000}}};
  const auto next = Learned("letter", past, 40'000, Date::Of(2024, 3, 5));
  ASSERT_TRUE(next.ok());
  EXPECT_NEAR(next->size, 4'000, 1e-9);  // 3,000 of 30,000
  EXPECT_NEAR(next->response[0], 0.6, 1e-9);
  EXPECT_GT(next->uncertainty, 0.2);
  const auto first = Learned("letter", {past[0]}, 40'000, Date::Of(2024, 3, 5));
  EXPECT_NEAR(first->uncertainty, 0.5, 1e-9);
  EXPECT_EQ(FieldAtFault(Learned("letter", {}, 1, Date()).status()), "past");
}

TEST(Scenarios, LowIsBelowHighAndSurerOfTheDay) {
  const Forecast forecast = Flat(1, 100, 0.04);
  const Forecast low = Scenario(forecast, 0.1);
  const Forecast high = Scenario(forecast, 0.9);
  EXPECT_LT(low.mean(0, 0), 95);
  EXPECT_GT(high.mean(0, 0), 105);
  EXPECT_NEAR(low.spread(0, 0), 0.02, 1e-12);
}

TEST(Overrides, KeepTheModelsNumberBesideThem) {
  Override change;
  change.first = change.last = Date::Of(2024, 3, 4);
  change.count = 7;
  EXPECT_EQ(FieldAtFault(WithOverride(Flat(2, 100, 0), kStarts, change).status()), "reason");
  change.reason = "an announcement";
  const auto changed = WithOverride(Flat(2, 100, 0), kStarts, change);
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(changed->planned.mean(0, 2), 7);
  EXPECT_EQ(changed->planned.mean(1, 2), 100);
  EXPECT_EQ(changed->model_mean(0, 2), 100);
  change.factor = 2;
  EXPECT_EQ(FieldAtFault(WithOverride(Flat(2, 100, 0), kStarts, change).status()), "factor");
}

}  // namespace
}  // namespace wissel::volumes
