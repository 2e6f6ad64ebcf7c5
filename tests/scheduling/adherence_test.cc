// Who keeps to the schedule, told from what was planned and what was done.
#include "forecasting/core/scheduling/adherence.h"

#include <random>

#include "gmock/gmock.h"

namespace wissel::scheduling {
namespace {

using enum Activity;

Instant At(int hour, int minute = 0) {
  return Instant::FromMillis(1'772'409'600'000) + Duration::Minutes(hour * 60 + minute);
}

// 9 to 17 with half an hour's lunch at 12.
std::vector<ActivitySpan> Day() {
  return {{At(9), At(12), kWork}, {At(12), At(12, 30), kBreak}, {At(12, 30), At(17), kWork}};
}

TEST(AdherenceTest, BeforeTheShiftNothingIsSaid) {
  const AdherenceRow row = AdherenceAt(Day(), {}, At(8));
  EXPECT_EQ(row.planned, kOff);
  EXPECT_EQ(row.actual, kOff);
  EXPECT_EQ(row.adherence, std::nullopt);
  EXPECT_EQ(row.conformance, std::nullopt);
  EXPECT_EQ(row.differs_since, std::nullopt);
  ASSERT_TRUE(row.next.has_value());
  EXPECT_EQ(row.next->at, At(9));
  EXPECT_EQ(row.next->activity, kWork);
}

TEST(AdherenceTest, WhoComesAnHourLateIsLateByAnHour) {
  const AdherenceRow row = AdherenceAt(Day(), {{At(10), kWork}}, At(11));
  EXPECT_EQ(row.differs_since, std::nullopt);
  EXPECT_DOUBLE_EQ(*row.adherence, 0.5);
  EXPECT_DOUBLE_EQ(*row.conformance, 0.5);
}

TEST(AdherenceTest, ABreakAtTheWrongTimeCostsTwiceButConforms) {
  // Lunch at 11 instead of 12: half an hour too early away, half an hour too long at work.
  const std::vector<ActivityChange> did = {
      {At(9), kWork}, {At(11), kBreak}, {At(11, 30), kWork}, {At(17), kOff}};
  const AdherenceRow row = AdherenceAt(Day(), did, At(18));
  EXPECT_DOUBLE_EQ(*row.adherence, 7.0 / 8.0);
  EXPECT_DOUBLE_EQ(*row.conformance, 1.0);
  EXPECT_EQ(row.next, std::nullopt);
}

TEST(AdherenceTest, ADifferenceHasABeginning) {
  const AdherenceRow row = AdherenceAt(Day(), {{At(9), kWork}, {At(12), kBreak}}, At(13));
  EXPECT_EQ(row.planned, kWork);
  EXPECT_EQ(row.actual, kBreak);
  EXPECT_EQ(*row.differs_since, At(12, 30));
}

TEST(AdherenceTest, OneDifferenceThatTurnsIntoAnotherHasBegunWithTheFirst) {
  const AdherenceRow row = AdherenceAt(Day(), {{At(9), kWork}}, At(20));
  EXPECT_EQ(*row.differs_since, At(17));
  const AdherenceRow away = AdherenceAt(Day(), {{At(9), kWork}, {At(11), kOff}}, At(12, 10));
  EXPECT_EQ(*away.differs_since, At(11));
}

TEST(AdherenceTest, WhatLiesAheadDoesNotCount) {
  const std::vector<ActivityChange> did = {{At(9), kWork}, {At(16), kOff}};
  const AdherenceRow row = AdherenceAt(Day(), did, At(11));
  EXPECT_DOUBLE_EQ(*row.adherence, 1.0);
  EXPECT_EQ(row.actual, kWork);
}

// Against a count minute by minute.
TEST(AdherenceTest, AgreesWithACountMinuteByMinute) {
  std::mt19937_64 dice(7);
  const auto draw = [&](int below) {
    return static_cast<int>(dice() % static_cast<uint64_t>(below));
  };
  for (int round = 0; round < 300; ++round) {
    std::vector<Activity> plan(1440, kOff), does(1440, kOff);
    std::vector<ActivitySpan> spans;
    std::vector<ActivityChange> changes;
    for (int at = draw(200); at < 1300;) {
      const int end = at + 1 + draw(150);
      const Activity activity = draw(3) == 0 ? kBreak : kWork;
      spans.push_back({At(0, at), At(0, end), activity});
      for (int i = at; i < end; ++i) plan[static_cast<size_t>(i)] = activity;
      at = draw(2) == 0 ? end : end + 1 + draw(90);
    }
    for (int at = draw(300); at < 1440; at += 1 + draw(120)) {
      const Activity activity = static_cast<Activity>(1 + draw(3));
      changes.push_back({At(0, at), activity});
      for (int i = at; i < 1440; ++i) does[static_cast<size_t>(i)] = activity;
    }
    const int now = draw(1440);
    int planned = 0, right = 0, to_work = 0, worked = 0;
    for (size_t i = 0; i < static_cast<size_t>(now); ++i) {
      planned += plan[i] != kOff;
      right += plan[i] != kOff && plan[i] == does[i];
      to_work += plan[i] == kWork;
      worked += does[i] == kWork;
    }
    const AdherenceRow row = AdherenceAt(spans, changes, At(0, now));
    EXPECT_EQ(row.adherence.has_value(), planned > 0);
    if (planned > 0) EXPECT_DOUBLE_EQ(*row.adherence, double(right) / planned);
    if (to_work > 0) EXPECT_DOUBLE_EQ(*row.conformance, double(worked) / to_work);
    EXPECT_EQ(row.planned, plan[static_cast<size_t>(now)]);
    EXPECT_EQ(row.actual, does[static_cast<size_t>(now)]);
    std::optional<Instant> since;
    for (int i = now; i >= 0 && plan[static_cast<size_t>(i)] != does[static_cast<size_t>(i)]; --i) {
      since = At(0, i);
    }
    if (since && *since == At(0)) continue;  // it differs from the first minute
    EXPECT_EQ(row.differs_since, since);
  }
}

}  // namespace
}  // namespace wissel::scheduling
