// Work that is no call of a station: conversations at once, work that may wait, whole days.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "forecasting/core/staffing/chat.h"
#include "forecasting/core/staffing/deferrable.h"
#include "forecasting/core/staffing/plan.h"
#include "gtest/gtest.h"

namespace wissel::staffing {
namespace {

TEST(Chat, OneAtATimeIsErlangA) {
  for (int agents : {1, 4, 30, 200}) {
    const ChatStation chat{.per_s = 0.03, .aht_s = 500, .at_once = 1, .patience_s = 200};
    const WaitFigures right = *ErlangA({15, agents * 1.0, 500}, 200, 20);
    const ChatFigures figures = *ChatWith(chat, agents);
    EXPECT_NEAR(figures.wait.waits, right.waits, 1e-12);
    EXPECT_NEAR(figures.wait.served_within, right.served_within, 1e-12);
    EXPECT_NEAR(figures.wait.abandoned, right.abandoned, 1e-12);
    EXPECT_NEAR(figures.wait.occupancy, right.occupancy, 1e-9);
    EXPECT_NEAR(figures.handle_s, 500, 1e-6);
  }
}

// Two places that do not slow each other are two agents.
TEST(Chat, PlacesThatDoNotTouchAreAgents) {
  const ChatStation two{.per_s = 0.05, .aht_s = 400, .at_once = 2, .slowing = 0};
  const WaitFigures right = *ErlangA({20, 18, 400}, 180, 20);
  EXPECT_NEAR(ChatWith(two, 9)->wait.served_within, right.served_within, 1e-12);
}

TEST(Chat, MoreAtOnceAnswersMoreAndTakesLonger) {
  ChatStation station{.per_s = 0.05, .aht_s = 400, .at_once = 1, .slowing = 0.3};
  ChatFigures before = *ChatWith(station, 15);
  int fewest_before = *FewestForChat(station, 0.8);
  for (int k : {2, 3, 4}) {
    station.at_once = k;
    const ChatFigures more = *ChatWith(station, 15);
    EXPECT_GT(more.wait.served_within, before.wait.served_within);
    EXPECT_GE(more.handle_s, before.handle_s);
    // Little: conversations at hand = those that were answered x the time each takes.
    EXPECT_NEAR(more.at_once * 15, 0.05 * (1 - more.wait.abandoned) * more.handle_s, 1e-9);
    const int fewest = *FewestForChat(station, 0.8);
    EXPECT_LT(fewest, fewest_before);
    before = more;
    fewest_before = fewest;
  }
  station.at_once = 21;
  EXPECT_FALSE(ChatWith(station, 3).ok());
}

// Every batch is done before its deadline and not before it came, at no higher peak than any level
// pace that keeps the deadline.
void CheckDeferrable(const DeferrableWork& work, const DeferrablePlan& plan) {
  const size_t n = work.arriving_s.size();
  const auto steps = static_cast<size_t>(std::lround(work.deadline_s / work.interval_s));
  double done = 0, come = work.backlog_s;
  for (size_t i = 0; i < n; ++i) {
    EXPECT_GE(plan.people[i], -1e-12);
    if (!work.open.empty() && !work.open[i]) {
      EXPECT_EQ(plan.people[i], 0);
    }
    done += plan.people[i] * work.interval_s + plan.by_spare_s[i];
    come += work.arriving_s[i];
    EXPECT_LE(done, come + 1e-6) << i;
    double due = i + 1 >= steps ? work.backlog_s : 0;
    for (size_t k = 0; k + steps <= i; ++k) due += work.arriving_s[k];
    EXPECT_GE(done, due - 1e-6) << i;
    EXPECT_NEAR(plan.backlog_s[i], come - done, 1e-6);
  }
}

TEST(Deferrable, KeepsDeadlinesOnRandomDays) {
  std::mt19937 random(7);
  const auto draw = [&](int most) { return static_cast<double>(random() % (most + 1)); };
  for (int day = 0; day < 300; ++day) {
    DeferrableWork work{.interval_s = 1800};
    for (int i = 0; i < 48; ++i) work.arriving_s.push_back(draw(9000) * (i > 16 && i < 40));
    work.deadline_s = 1800 * (1 + draw(12));
    work.backlog_s = draw(20'000);
    if (day % 2 == 1) {
      for (int i = 0; i < 48; ++i) work.spare_s.push_back(draw(4000));
    }
    const auto plan = PlanDeferrable(work);
    ASSERT_TRUE(plan.ok()) << plan.status();
    CheckDeferrable(work, *plan);
  }
}

// Ten hours of work in one interval, due within five: two people for five.
TEST(Deferrable, IsAsFlatAsItCanBe) {
  DeferrableWork work{.interval_s = 3600, .arriving_s = std::vector<double>(8, 0.0)};
  work.backlog_s = 36'000;
  work.deadline_s = 5 * 3600;
  const DeferrablePlan plan = *PlanDeferrable(work);
  for (int i = 0; i < 8; ++i) EXPECT_NEAR(plan.people[static_cast<size_t>(i)], i < 5 ? 2 : 0, 1e-9);
}

TEST(Deferrable, NightsAreWorkedBeforeOrRefused) {
  DeferrableWork work{.interval_s = 3600, .arriving_s = {7200, 0, 0, 7200}};
  work.open = {true, false, false, true};
  work.deadline_s = 2 * 3600;
  const DeferrablePlan plan = *PlanDeferrable(work);
  EXPECT_NEAR(plan.people[0], 2, 1e-9);
  work.arriving_s[1] = 100;
  work.deadline_s = 0;
  EXPECT_EQ(PlanDeferrable(work).status().code(), absl::StatusCode::kFailedPrecondition);
}

std::vector<ForecastInterval> Day() {
  std::vector<ForecastInterval> day;
  for (int i = 0; i < 24; ++i) {
    day.push_back({.calls = 60 + 50 * std::sin(i * 0.4), .aht_s = 240, .quantiles = {}});
  }
  return day;
}

TEST(Plan, KeepsItsServiceLevelAsItPassesAndShrinkageIsRoundedOnce) {
  PlanOptions options;
  options.targets = {.service_level = 0.8, .short_s = {}};
  options.shrinkage = 0.3;
  const auto plan = PlanStaff(Day(), 1800, options);
  ASSERT_TRUE(plan.ok()) << plan.status();
  for (const PlannedInterval& at : *plan) {
    EXPECT_GE(at.service_level, 0.8);
    EXPECT_GE(at.really.served_within, 0.75);
    EXPECT_EQ(at.agents, std::ceil(at.calls_need - 2e-4));
    EXPECT_EQ(at.scheduled, std::ceil(at.calls_need / 0.7 - 2e-4));
  }
}

TEST(Plan, PeopleForCallsDoOtherWorkBetweenThem) {
  std::vector<ForecastInterval> day = Day();
  for (ForecastInterval& at : day) at.deferrable_s = 3000;
  PlanOptions options;
  options.targets = {.service_level = 0.8, .short_s = {}};
  options.deadline_s = 4 * 3600;
  const auto sum = [](const std::vector<PlannedInterval>& plan) {
    double others = 0;
    for (const PlannedInterval& at : plan) others += at.others_need;
    return others;
  };
  const double apart = sum(*PlanStaff(day, 1800, options));
  options.blend_occupancy = 0.92;
  const double blended = sum(*PlanStaff(day, 1800, options));
  EXPECT_NEAR(apart, 24 * 3000 / 1800.0 - 8 * 3000 / 1800.0, 1e-6);
  EXPECT_LT(blended, 0.8 * apart);
}

TEST(Plan, RefusesWithTheInterval) {
  std::vector<ForecastInterval> day = Day();
  day[3].calls = -1;
  PlanOptions options;
  options.targets = {.service_level = 0.8, .short_s = {}};
  EXPECT_NE(PlanStaff(day, 1800, options).status().ToString().find("intervals[3].calls"),
            std::string::npos);
}

}  // namespace
}  // namespace wissel::staffing
