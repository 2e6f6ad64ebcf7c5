// What holds in any simulated time, whatever the model.
#include "forecasting/core/simulation/simulation.h"

#include <cmath>
#include <numeric>

#include "forecasting/core/simulation/agenda.h"
#include "forecasting/core/simulation/estimate.h"
#include "forecasting/core/staffing/staffed_day.h"
#include "gtest/gtest.h"
#include "tests/simulator/models.h"

namespace wissel::simulation {
namespace {

Model Day(int intervals = 16) {
  Model model = StationModel({.patience_s = 120, .batches = 1});
  model.interval = Duration::Minutes(30);
  model.warm_up = Duration();
  model.intervals = static_cast<size_t>(intervals);
  model.queues[0].calls.clear();
  model.groups[0].agents.clear();
  for (int i = 0; i < intervals; ++i) {
    model.queues[0].calls.push_back(60 + 50 * std::sin(0.5 * i));
    model.groups[0].agents.push_back(i % 7 == 3 ? 0 : 4 + i % 5);
  }
  return model;
}

Tally RunOnce(const Model& model, uint64_t seed, uint64_t replication) {
  auto simulation = Simulation::Start(model, seed, replication);
  EXPECT_TRUE(simulation.ok()) << simulation.status();
  simulation->Run();
  return simulation->Total();
}

void ExpectSame(const QueueTally& a, const QueueTally& b) {
  EXPECT_EQ(a.offered, b.offered);
  EXPECT_EQ(a.answered, b.answered);
  EXPECT_EQ(a.answered_wait_ms, b.answered_wait_ms);
  EXPECT_EQ(a.handled_ms, b.handled_ms);
}

TEST(Simulation, ClosesItsBooks) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    Model model = Day();
    if (seed % 3 == 0) model.lines = 9;
    if (seed % 2 == 0) {
      model.queues[0].patience.reset();
      model.accept_after = Duration::Seconds(2);
      std::get<ConfigureProfile>(model.rules[1]).config.channels[0].auto_accept = false;
    }
    const QueueTally t = RunOnce(model, seed, 0).queues[0];
    EXPECT_EQ(t.offered, t.blocked + t.refused + t.answered + t.abandoned + t.otherwise);
    EXPECT_GT(t.answered, 0);
    EXPECT_LE(t.in_time, t.answered);
    EXPECT_LE(t.delayed, t.answered);
  }
}

TEST(Simulation, ComesAgainAndDiffersByReplication) {
  const Model model = Day();
  ExpectSame(RunOnce(model, 4, 2).queues[0], RunOnce(model, 4, 2).queues[0]);
  EXPECT_NE(RunOnce(model, 4, 2).queues[0].handled_ms, RunOnce(model, 4, 3).queues[0].handled_ms);
  EXPECT_NE(RunOnce(model, 4, 2).queues[0].handled_ms, RunOnce(model, 5, 2).queues[0].handled_ms);
}

// With more people the same customers come, take as long, and nobody waits longer.
TEST(Simulation, MoreStaffMeetsTheSameCustomers) {
  Model model = StationModel({.load = 10, .agents = 11, .contacts = 5'000, .batches = 1});
  Tally before = RunOnce(model, 1, 0);
  for (int agents : {12, 13, 20}) {
    model.groups[0].agents = {agents};
    const Tally more = RunOnce(model, 1, 0);
    EXPECT_EQ(more.queues[0].offered, before.queues[0].offered);
    EXPECT_EQ(more.queues[0].handled_ms, before.queues[0].handled_ms);
    EXPECT_LT(more.queues[0].answered_wait_ms, before.queues[0].answered_wait_ms);
    before = more;
  }
}

// A day of changing calls and staff is what its forward equations say.
TEST(Simulation, AgreesWithTheForwardEquationsOverADay) {
  Model model = Day();
  // Staff only grows: in the equations who leaves hands over the call at hand, here they end it.
  for (size_t i = 0; i < model.intervals; ++i)
    model.groups[0].agents[i] = static_cast<int>(5 + i / 2);
  staffing::StaffedDay day{.arrivals = {.step_s = 60, .per_s = {}},
                           .interval_s = 1800,
                           .agents = model.groups[0].agents,
                           .aht_s = 180,
                           .patience_s = 120,
                           .threshold_s = 20};
  for (double calls : model.queues[0].calls) {
    day.arrivals.per_s.insert(day.arrivals.per_s.end(), 30, calls / 1800);
  }
  const auto right = OutlookOf(day);
  std::vector<std::vector<Tally>> by_interval(model.intervals);
  for (uint64_t replication = 0; replication < 400; ++replication) {
    auto simulation = Simulation::Start(model, 9, replication);
    simulation->Run();
    for (size_t i = 0; i < model.intervals; ++i) {
      by_interval[i].push_back(simulation->tallies()[i]);
    }
  }
  for (size_t i = 0; i < model.intervals; ++i) {
    const auto e = EstimateQueues(by_interval[i], {0}, staffing::ServiceLevel::kOfOffered);
    EXPECT_NEAR(e.service_level.value, (*right)[i].served_within,
                1.8 * *e.service_level.half_width + 0.004)
        << i;
  }
}

TEST(Simulation, WrapUpTakesItsTime) {
  Model model = StationModel({.load = 5, .agents = 9, .contacts = 4'000, .batches = 1});
  for (CommandBody& rule : model.rules) {
    if (auto* queue = std::get_if<ConfigureQueue>(&rule)) {
      queue->config.wrap_up = {.mode = WrapUpMode::kMandatory, .limit = {}};
      queue->config.reason_codes = {"answered"};
    }
  }
  EXPECT_FALSE(Simulation::Start(model, 1, 0).ok());
  model.queues[0].wrap_up = *Distribution::Make(Distribution::Kind::kConstant, 30);
  model.queues[0].handle = *Distribution::Make(Distribution::Kind::kConstant, 60);
  const QueueTally t = RunOnce(model, 1, 0).queues[0];
  EXPECT_EQ(t.handled_ms, t.answered * 90'000);
}

TEST(Simulation, RefusesWhatDoesNotFit) {
  const Model right = Day();
  for (auto change :
       {+[](Model& m) { m.queues[0].calls.pop_back(); },
        +[](Model& m) { m.queues[0].calls[0] = -1; }, +[](Model& m) { m.groups[0].agents[0] = -1; },
        +[](Model& m) { m.queues[0].id = QueueId(9); }, +[](Model& m) { m.lines = 0; },
        +[](Model& m) { m.warm_up = Duration::Days(9); }, +[](Model& m) { m.rules.pop_back(); },
        +[](Model& m) { m.queues.clear(); }}) {
    Model wrong = right;
    change(wrong);
    EXPECT_FALSE(Simulation::Start(wrong, 1, 0).ok());
  }
}

TEST(Distribution, HasTheMeanAndSpreadThatWereAskedFor) {
  using Kind = Distribution::Kind;
  const auto moments = [](const Distribution& d) {
    double sum = 0, squares = 0;
    constexpr int kDraws = 200'000;
    for (uint64_t n = 0; n < kDraws; ++n) {
      auto random = forecasting::Random::Nth(42, n);
      const double x = d.Draw(random);
      sum += x;
      squares += x * x;
    }
    const double mean = sum / kDraws;
    return std::pair(mean, std::sqrt(squares / kDraws - mean * mean) / mean);
  };
  const auto check = [&](const Distribution& d, double mean, double cv) {
    const auto [m, c] = moments(d);
    EXPECT_NEAR(m, mean, 0.012 * mean) << static_cast<int>(d.kind());
    EXPECT_NEAR(c, cv, 0.03 * cv + 0.003) << static_cast<int>(d.kind());
  };
  check(*Distribution::Make(Kind::kExponential, 200), 200, 1);
  check(*Distribution::Make(Kind::kLogNormal, 200, 0.8), 200, 0.8);
  check(*Distribution::Make(Kind::kErlang, 200, 4), 200, 0.5);
  check(*Distribution::Make(Kind::kWeibull, 200, 2), 200, 0.5227);
  check(*Distribution::Empirical({100, 200, 300}), 200, 0.37);
  EXPECT_FALSE(Distribution::Make(Kind::kErlang, 200, 1.5).ok());
  EXPECT_FALSE(Distribution::Make(Kind::kExponential, 0).ok());
  EXPECT_FALSE(Distribution::Empirical({}).ok());
}

TEST(Agenda, TakesInOrderOfTimeThenOfPlanning) {
  Agenda agenda;
  auto random = forecasting::Random::Nth(1, 1);
  for (uint64_t i = 0; i < 2000; ++i) {
    agenda.Plan(static_cast<int64_t>(random.Below(300)), Deed::kHandled, i);
    if (i % 3 == 2) agenda.Take();
  }
  Due before{};
  while (!agenda.empty()) {
    const Due next = agenda.Take();
    EXPECT_TRUE(before.Before(next));
    before = next;
  }
}

// Of observations that are known: half widths cover the truth as often as they say.
TEST(RatioEstimator, CoversTheTruth) {
  int covered = 0;
  for (uint64_t trial = 0; trial < 2000; ++trial) {
    auto random = forecasting::Random::Nth(7, trial);
    RatioEstimator estimator;
    for (int i = 0; i < 12; ++i) {
      const double all = 50 + 50 * random.Uniform();
      estimator.Add(0.4 * all + 4 * DrawNormal(random), all);
    }
    const Estimate e = estimator.Result();
    covered += std::abs(e.value - 0.4) <= *e.half_width;
  }
  EXPECT_NEAR(covered / 2000.0, 0.95, 0.015);
}

}  // namespace
}  // namespace wissel::simulation
