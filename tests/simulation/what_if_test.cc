// Other rules, people and volumes do what anybody would expect of them.
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "forecasting/core/draws.h"
#include "forecasting/core/rerun.h"
#include "forecasting/core/tally.h"
#include "gtest/gtest.h"
#include "tests/simulation/recorded_day.h"

namespace wissel::simulation {
namespace {

using forecasting::FirstWait;
using forecasting::Recording;
using forecasting::Rerun;
using forecasting::Tally;
using forecasting::WhatIf;

constexpr Duration kHour = Duration::Hours(1);

struct Outcome {
  Tally figures;
  forecasting::RerunCounts counts;
  std::vector<FirstWait> first_waits;
  uint64_t digest = 0;
};

Outcome Again(const Recording& recording, const WhatIf& what_if) {
  auto rerun = Rerun::Make(recording, what_if);
  EXPECT_TRUE(rerun.ok()) << rerun.status();
  Tally figures(rerun->engine(), recording.from, kHour);
  forecasting::EventDigest digest;
  const absl::Status begun = rerun->Begin([&](const Event& event) {
    figures.Fold(event);
    digest.Add(event);
  });
  EXPECT_TRUE(begun.ok()) << begun;
  rerun->RunUntil(recording.until);
  figures.Finish(recording.until);
  return {std::move(figures), rerun->counts(), rerun->first_waits(), digest.value()};
}

Recording DayOf(const DaySize& size) {
  auto recording = Read(RecordDay(size));
  EXPECT_TRUE(recording.ok()) << recording.status();
  return *std::move(recording);
}

double MeanWait(const Outcome& outcome) {
  return outcome.figures.all().total.MeanWaitSeconds().value();
}

// A busy morning of twenty people.
const Recording& Morning() {
  static const Recording morning = DayOf({.agents = 20, .queues = 3, .hours = 3, .load = 1.0});
  return morning;
}

TEST(WhatIfTest, NothingOtherwiseIsTheRecord) {
  const Outcome control = Again(Morning(), {});
  EXPECT_EQ(control.digest, Morning().digest);
  EXPECT_EQ(control.figures.events(), Morning().events);
  EXPECT_EQ(control.counts.impossible, 0);
  EXPECT_GT(control.figures.all().total.abandoned, 20);
}

TEST(WhatIfTest, MorePeopleWaitLess) {
  WhatIf one_more;
  one_more.more_agents = 1;
  WhatIf five_more;
  five_more.more_agents = 5;
  const Outcome control = Again(Morning(), {});
  const Outcome one = Again(Morning(), one_more);
  const Outcome five = Again(Morning(), five_more);
  EXPECT_EQ(one.counts.agents_added, 1);
  EXPECT_LE(MeanWait(one), MeanWait(control));
  EXPECT_LT(MeanWait(five), MeanWait(one));
  EXPECT_LT(five.figures.all().total.abandoned, control.figures.all().total.abandoned);
  EXPECT_GT(*five.figures.all().total.ServiceLevel(), *control.figures.all().total.ServiceLevel());
  EXPECT_LT(*five.figures.Occupancy(), *control.figures.Occupancy());
  // What was abandoned and is answered now has no handle time of its own.
  EXPECT_GT(five.counts.sources.handling.drawn, 0);
  EXPECT_GT(five.counts.sources.handling.recorded, five.counts.sources.handling.drawn);
}

TEST(WhatIfTest, FewerPeopleLetMoreWait) {
  WhatIf fewer;
  fewer.more_agents = -4;
  const Outcome control = Again(Morning(), {});
  const Outcome outcome = Again(Morning(), fewer);
  EXPECT_EQ(outcome.counts.agents_left_out, 4);
  EXPECT_GT(outcome.figures.all().total.abandoned, control.figures.all().total.abandoned);
  // Who was answered and now waits for longer loses patience at a time that is drawn.
  EXPECT_GT(outcome.counts.sources.patience.drawn, 0);
}

// In one queue the order is that of arrival whatever the promise: waits stay, and are judged anew.
TEST(WhatIfTest, AShorterPromiseIsCountedAnew) {
  const Recording day = DayOf({.agents = 10, .queues = 1, .hours = 3, .load = 0.95});
  const QueueId queue(1);
  const Engine start = Engine::Restore(day.start);
  ConfigureQueue stricter;
  stricter.id = queue;
  stricter.config = start.directory().queues.Get(queue);
  stricter.config.answer_within = Duration::Seconds(10);
  stricter.requirement = *start.FindRequirement(stricter.config.requirement);
  WhatIf what_if;
  what_if.rules = {stricter};
  const Outcome control = Again(day, {});
  const Outcome outcome = Again(day, what_if);
  const forecasting::Figures& before = control.figures.queues().at(queue);
  const forecasting::Figures& after = outcome.figures.queues().at(queue);
  EXPECT_EQ(after.waits_ms, before.waits_ms);
  EXPECT_EQ(after.total.answered, before.total.answered);
  int64_t within = 0;
  for (uint32_t wait : before.waits_ms) within += wait <= 10'000;
  EXPECT_EQ(after.total.in_time, within);
  EXPECT_LT(after.total.in_time, before.total.in_time);
  for (size_t i = 0; i < day.items.size(); ++i) {
    ASSERT_EQ(outcome.first_waits[i].waited, control.first_waits[i].waited);
  }
}

TEST(WhatIfTest, VolumesAreThoseAskedFor) {
  const auto arrived = [](double volume, uint64_t seed) {
    WhatIf what_if;
    what_if.volume = volume;
    what_if.seed = seed;
    return Again(Morning(), what_if);
  };
  const auto offered = static_cast<double>(Again(Morning(), {}).figures.all().total.offered);
  EXPECT_EQ(arrived(0, 1).figures.all().total.offered, 0);
  EXPECT_EQ(arrived(2, 1).figures.all().total.offered, 2 * offered);
  const Outcome half = arrived(0.5, 1);
  EXPECT_NEAR(static_cast<double>(half.figures.all().total.offered), offered / 2, offered / 10);
  EXPECT_EQ(half.counts.arrivals + half.counts.left_out, static_cast<int64_t>(offered));
  EXPECT_LT(MeanWait(half), MeanWait(arrived(1.5, 1)));
  EXPECT_EQ(arrived(1.5, 1).digest, arrived(1.5, 1).digest);
  EXPECT_NE(arrived(1.5, 1).digest, arrived(1.5, 2).digest);
}

// Without a wrap-up the contact ends where it would have begun.
TEST(WhatIfTest, ARuleWithoutWrapUpFreesPeopleSooner) {
  const Recording& day = Morning();
  const Engine start = Engine::Restore(day.start);
  WhatIf what_if;
  start.directory().queues.ForEach([&](QueueId id, const QueueConfig& config) {
    ConfigureQueue queue{id, config, *start.FindRequirement(config.requirement), {}};
    queue.config.wrap_up = WrapUp();
    what_if.rules.push_back(queue);
  });
  const Outcome control = Again(day, {});
  const Outcome outcome = Again(day, what_if);
  EXPECT_LT(outcome.figures.all().handled, control.figures.all().handled);
  EXPECT_LT(MeanWait(outcome), MeanWait(control));
  EXPECT_EQ(outcome.counts.impossible, 0);
}

TEST(WhatIfTest, NobodyToLeaveOutIsRefused) {
  WhatIf what_if;
  what_if.more_agents = -21;
  auto rerun = Rerun::Make(Morning(), what_if);
  ASSERT_TRUE(rerun.ok());
  const absl::Status begun = rerun->Begin([](const Event&) {});
  EXPECT_EQ(begun.code(), absl::StatusCode::kInvalidArgument);
}

TEST(DrawsTest, TheFitComesBackToWhatWasDrawn) {
  forecasting::LogSum sum;
  forecasting::Random random{7};
  const forecasting::LogNormal truth{5, 0.6};
  for (int i = 0; i < 20'000; ++i) AddTo(sum, truth.DrawBeyond(Duration(), random));
  const auto fitted = forecasting::FitLogNormal(sum);
  EXPECT_NEAR(fitted->mean, 5, 0.02);
  EXPECT_NEAR(fitted->sd, 0.6, 0.02);
}

TEST(DrawsTest, WhatIsBeyondIsDistributedAsWhatExceedsIt) {
  const forecasting::LogNormal length{5, 0.6};
  const Duration least = Duration::Seconds(300);
  forecasting::Random random{11};
  int longer_than_400 = 0;
  int conditional_longer_than_400 = 0;
  int longer_than_300 = 0;
  constexpr int kDraws = 40'000;
  for (int i = 0; i < kDraws; ++i) {
    const Duration any = length.DrawBeyond(Duration(), random);
    longer_than_300 += any > least;
    longer_than_400 += any > Duration::Seconds(400);
    const Duration beyond = length.DrawBeyond(least, random);
    ASSERT_GT(beyond, least);
    conditional_longer_than_400 += beyond > Duration::Seconds(400);
  }
  const double expected = static_cast<double>(longer_than_400) / longer_than_300;
  EXPECT_NEAR(static_cast<double>(conditional_longer_than_400) / kDraws, expected, 0.03);
}

// The day's callers hang up after 180 s in the mean; most are answered long before.
TEST(DrawsTest, PatienceIsSeenThroughCensoring) {
  const Recording day = DayOf({.agents = 30, .queues = 1, .hours = 8, .load = 1.1});
  const forecasting::Observed& seen = day.observed.at(QueueId(1));
  EXPECT_GT(seen.abandoned, 100);
  EXPECT_NEAR(seen.waited_s / static_cast<double>(seen.abandoned), 180, 30);
}

}  // namespace
}  // namespace wissel::simulation
