// Counts on their grid: what is open, what is whole, what is missing.
#include "forecasting/core/volumes/series.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "forecasting/core/volumes/naive.h"

namespace wissel::volumes {
namespace {

// Half-hours from 9:00 to 11:00 and one quarter-long stub at 11:00, weekdays only.
std::vector<StampedCount> Weeks(int days) {
  std::vector<StampedCount> counts;
  const Date first = Date::Of(2024, 1, 1);
  for (int d = 0; d < days; ++d) {
    if ((first + d).weekday() >= Weekday::kSaturday) continue;
    for (int minute = 9 * 60; minute <= 11 * 60; minute += 15) {
      counts.push_back({first + d, minute, static_cast<double>(d + 1)});
    }
  }
  return counts;
}

TEST(Layout, KeepsWholeIntervalsOfTheUsualDay) {
  const auto series = LayOut(Weeks(28), 30);
  ASSERT_TRUE(series.ok());
  EXPECT_EQ(series->day_count(), 20);
  EXPECT_EQ(series->interval_starts, (std::vector<int>{540, 570, 600, 630}));
  EXPECT_EQ(series->counts(0, 0), 2);
  EXPECT_EQ(series->counts(5, 3), 16);  // the second Monday: twice 8
  EXPECT_TRUE(series->known.all());
  EXPECT_EQ(LayOut(Weeks(28), 15)->interval_count(), 9);
}

TEST(Layout, MarksWhatIsMissing) {
  std::vector<StampedCount> counts = Weeks(28);
  std::erase_if(counts, [](const StampedCount& c) {
    return c.day == Date::Of(2024, 1, 9) || (c.day == Date::Of(2024, 1, 10) && c.minute == 600);
  });
  const auto series = LayOut(counts, 30);
  ASSERT_TRUE(series.ok());
  EXPECT_EQ(series->day_count(), 20);
  EXPECT_FALSE(series->known.row(6).any());
  EXPECT_FALSE(series->known(7, 2));
  EXPECT_TRUE(series->known(7, 1));
  EXPECT_EQ(Filled(*series)(6, 0), series->counts(1, 0));  // the Tuesday before
}

TEST(Layout, AnHourThatTheClockHasTwiceCountsAsOne) {
  std::vector<StampedCount> counts = Weeks(28);
  const double once = LayOut(counts, 30)->counts(0, 0);
  for (const int minute : {540, 555}) counts.push_back({Date::Of(2024, 1, 1), minute, 3});
  EXPECT_EQ(LayOut(counts, 30)->counts(0, 0), 2 * once);  // the mean of 1 and 3, twice
}

TEST(Layout, RefusesWhatIsNone) {
  EXPECT_EQ(FieldAtFault(LayOut({}, 30).status()), "series");
  EXPECT_EQ(FieldAtFault(LayOut(Weeks(28), 20).status()), "interval_min");
  std::vector<StampedCount> counts = Weeks(28);
  counts[3].count = -1;
  EXPECT_EQ(FieldAtFault(LayOut(counts, 30).status()), "series");
}

TEST(Layout, ADayMayBeOneInterval) {
  std::vector<StampedCount> counts;
  for (int d = 0; d < 40; ++d) counts.push_back({Date::Of(2024, 1, 1) + d, 0, 100.0 + d});
  const auto series = LayOut(counts, 24 * 60);
  ASSERT_TRUE(series.ok());
  EXPECT_EQ(series->interval_count(), 1);
  EXPECT_EQ(series->day_count(), 40);
}

TEST(Layout, AWeekMayBeginOnSunday) {
  std::vector<StampedCount> counts;
  for (int d = 0; d < 70; ++d) {
    const Date day = Date::Of(2024, 1, 7) + d;
    if (day.weekday() == Weekday::kFriday || day.weekday() == Weekday::kSaturday) continue;
    for (int h = 0; h < 24; ++h) counts.push_back({day, h * 60, 1});
  }
  const auto series = LayOut(counts, 60);
  ASSERT_TRUE(series.ok());
  EXPECT_EQ(series->OpenWeekdays().size(), 5U);
  EXPECT_EQ(series->interval_count(), 24);
  for (const Date day : ComingDays(*series, 10)) {
    EXPECT_NE(day.weekday(), Weekday::kFriday);
    EXPECT_NE(day.weekday(), Weekday::kSaturday);
  }
}

}  // namespace
}  // namespace wissel::volumes
