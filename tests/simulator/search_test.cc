// The staff that is found keeps its targets, and is no more than that.
#include "forecasting/core/simulation/search.h"

#include <cmath>
#include <numeric>

#include "forecasting/core/simulation/simulation.h"
#include "forecasting/core/staffing/fewest.h"
#include "gtest/gtest.h"
#include "tests/simulator/models.h"

namespace wissel::simulation {
namespace {

std::vector<std::vector<Tally>> Evaluate(const Model& model, int from, int to) {
  std::vector<std::vector<Tally>> all;
  for (int i = from; i < to; ++i) {
    auto simulation = Simulation::Start(model, 5, static_cast<uint64_t>(i));
    simulation->Run();
    all.push_back(simulation->tallies());
  }
  return all;
}

Estimate LevelIn(const std::vector<std::vector<Tally>>& check, size_t queue) {
  std::vector<Tally> days;
  for (const auto& replication : check) {
    Tally day;
    for (const Tally& interval : replication) day += interval;
    days.push_back(day);
  }
  return EstimateQueues(days, {queue}, staffing::ServiceLevel::kOfOffered).service_level;
}

// Two queues; people for one each, and dearer ones for both.
Model TwoQueues(size_t intervals) {
  Model model = SkillsModel({.types = 2, .agents = 2, .extra_lines = 1, .skills = 2});
  model.lines.reset();
  model.batches = 1;
  model.warm_up = Duration();
  model.interval = Duration::Minutes(30);
  model.intervals = intervals;
  model.groups[0].agent.skills = {{SkillId(1), 5}};
  model.groups[1].agent.skills = {{SkillId(2), 5}};
  ModelGroup both = model.groups[0];
  both.name = "both";
  both.cost = 1.15;
  both.agent.skills = {{SkillId(1), 5}, {SkillId(2), 5}};
  model.groups.push_back(both);
  for (ModelGroup& group : model.groups) group.agents.assign(intervals, 0);
  for (ModelQueue& queue : model.queues) {
    queue.handle = Exponential(300);
    queue.patience = Exponential(150);
    queue.threshold_s = 20;
    queue.target = 0.8;
    queue.calls.clear();
    for (size_t i = 0; i < intervals; ++i) {
      queue.calls.push_back(24 + 12 * std::sin(0.7 * static_cast<double>(i)));
    }
  }
  return model;
}

TEST(FindStaff, KeepsEveryTargetForLessThanErlangCByQueue) {
  const Model model = TwoQueues(8);
  const auto found = FindStaff(model, Evaluate, {.replications = 20, .check_replications = 60});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(found->kept);
  for (size_t q : {0u, 1u}) {
    const Estimate level = LevelIn(found->check, q);
    EXPECT_GE(level.value, 0.8);
    EXPECT_LE(level.value, 0.9);  // no more than needed
  }
  EXPECT_GE(found->cost, found->bound);
  const auto by_queue = ErlangCByQueue(model);
  ASSERT_TRUE(by_queue.ok());
  double hours = 0;
  for (const auto& queue : *by_queue) hours += std::accumulate(queue.begin(), queue.end(), 0) / 2.0;
  double found_hours = 0;
  for (const auto& group : found->staff) {
    found_hours += std::accumulate(group.begin(), group.end(), 0) / 2.0;
  }
  EXPECT_LT(found_hours, hours);
}

// One queue, one group, one long interval: Erlang A's number, or its neighbour's.
TEST(FindStaff, FindsErlangAsNumber) {
  Model model =
      StationModel({.load = 12, .agents = 0, .patience_s = 150, .contacts = 4'000, .batches = 1});
  model.queues[0].target = 0.85;
  const auto found = FindStaff(model, Evaluate, {.replications = 10, .check_replications = 20});
  ASSERT_TRUE(found.ok()) << found.status();
  const int right = *staffing::FewestAgents({.load = {{12, 1}}, .aht_s = 180, .patience_s = 150},
                                            {.service_level = 0.85});
  EXPECT_NEAR(found->staff[0][0], right, 1);
}

TEST(FindStaff, SaysWhoNobodyCanHelp) {
  Model model = TwoQueues(2);
  model.groups.resize(1);
  EXPECT_EQ(FindStaff(model, Evaluate, {}).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(FindStaff, KeepsToThePeopleThereAre) {
  Model model = TwoQueues(4);
  model.groups[0].most = 3;
  const auto found = FindStaff(model, Evaluate, {.replications = 10, .check_replications = 30});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(found->kept);
  for (int agents : found->staff[0]) EXPECT_LE(agents, 3);
  for (ModelGroup& group : model.groups) group.most = 1;
  EXPECT_EQ(FindStaff(model, Evaluate, {.replications = 4}).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(FindStaff, IsSureOfWhatItSaysItKeeps) {
  const auto found = FindStaff(TwoQueues(4), Evaluate,
                               {.replications = 10, .check_replications = 100, .surely = true});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(found->kept);
  for (size_t q : {0u, 1u}) {
    const Estimate level = LevelIn(found->check, q);
    EXPECT_GE(level.value - *level.half_width, 0.8);
  }
}

TEST(FindStaff, EndsWhenItIsNotWantedAnyMore) {
  int looks = 0;
  SearchOptions options{.replications = 2};
  options.wanted = [&] { return ++looks <= 5; };
  EXPECT_EQ(FindStaff(TwoQueues(4), Evaluate, options).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_LE(looks, 6);
}

// Who comes in the second half takes twice as long.
TEST(HandleFactor, IsThatOfTheIntervalInWhichACustomerComes) {
  Model model =
      StationModel({.load = 4, .agents = 40, .patience_s = 150, .contacts = 4'000, .batches = 1});
  model.interval = Duration::Millis(model.length().millis() / 2);
  model.intervals = 2;
  model.queues[0].calls = {2'000, 2'000};
  model.groups[0].agents = {40, 40};
  model.queues[0].handle_factor = {1, 2};
  auto simulation = Simulation::Start(model, 5, 0);
  ASSERT_TRUE(simulation.ok()) << simulation.status();
  simulation->Run();
  const auto mean = [&](size_t i) {
    const QueueTally& tally = simulation->tallies()[i].queues[0];
    return static_cast<double>(tally.handled_ms) / 1000 / static_cast<double>(tally.answered);
  };
  EXPECT_NEAR(mean(0), 180, 15);
  EXPECT_NEAR(mean(1), 360, 30);
  model.queues[0].handle_factor = {1};
  EXPECT_FALSE(Simulation::Start(model, 5, 0).ok());
}

}  // namespace
}  // namespace wissel::simulation
