// The simulator agrees with what can be worked out, and with a table of skill-based routing.
#include <cmath>

#include "fmt/format.h"
#include "forecasting/core/simulation/estimate.h"
#include "forecasting/core/staffing/erlang.h"
#include "gtest/gtest.h"
#include "tests/simulator/models.h"
#include "tests/staffing/tables.h"

namespace wissel::simulation {
namespace {

using staffing::ServiceLevel;

// The seeds are fixed, so that this holds or does not; half widths are those of 95 %, and about
// forty are looked at: a half more is allowed for.
void ExpectWithin(const Estimate& estimate, double right, double own_half_width,
                  const std::string& what) {
  ASSERT_TRUE(estimate.half_width) << what;
  const double width = std::hypot(*estimate.half_width, own_half_width);
  EXPECT_NEAR(estimate.value, right, 1.5 * width) << what;
}

TEST(Simulation, AgreesWithErlangA) {
  for (const auto& [load, agents] : {std::pair{0.8, 1}, {10.0, 12}, {30.0, 27}, {100.0, 104}}) {
    const auto tallies =
        Observe(StationModel({.load = load, .agents = agents, .patience_s = 150}), 7);
    const QueueEstimates e = EstimateQueues(tallies, {0}, ServiceLevel::kOfOffered);
    const auto right = *staffing::ErlangA({load, agents * 1.0, 180}, 150, 20);
    const std::string what = fmt::format("{} erlangs, {} agents", load, agents);
    ExpectWithin(e.service_level, right.served_within, 0, what);
    ExpectWithin(e.abandoned, right.abandoned, 0, what);
    ExpectWithin(e.wait_s, right.mean_wait_s, 0, what);
    ExpectWithin(e.answer_s, *staffing::SpeedOfAnswer({load, agents * 1.0, 180}, 150), 0, what);
    ExpectWithin(EstimateOccupancy(tallies, 0), right.occupancy, 0, what);
    const auto gone = EstimateQueues(tallies, {0}, ServiceLevel::kGoneIsGood).service_level;
    ExpectWithin(gone, 1 - right.waits_beyond, 0, what);
  }
}

TEST(Simulation, AgreesWithErlangC) {
  const auto tallies = Observe(StationModel({.load = 10, .agents = 13}), 3);
  const QueueEstimates e = EstimateQueues(tallies, {0}, ServiceLevel::kOfOffered);
  const auto right = *staffing::ErlangC({10, 13, 180}, 20);
  ExpectWithin(e.delayed, right.waits, 0, "waits");
  ExpectWithin(e.answer_s, right.mean_wait_s, 0, "mean wait");
  ExpectWithin(e.service_level, right.served_within, 0, "service level");
}

// Blocking depends on the mean handle time alone (Sevastyanov 1957): whatever the distribution.
TEST(Simulation, AgreesWithErlangBWhateverTheHandleTimes) {
  using Kind = Distribution::Kind;
  for (const auto& handle :
       {*Distribution::Make(Kind::kExponential, 180), *Distribution::Make(Kind::kConstant, 180),
        *Distribution::Make(Kind::kLogNormal, 180, 1.2), *Distribution::Make(Kind::kErlang, 180, 3),
        *Distribution::Make(Kind::kWeibull, 180, 0.7)}) {
    Model model = StationModel({.load = 20, .agents = 22, .contacts = 150'000});
    model.lines = 22;
    model.queues[0].handle = handle;
    const QueueEstimates e = EstimateQueues(Observe(model, 11), {0}, ServiceLevel::kOfOffered);
    ExpectWithin(e.blocked, staffing::ErlangB(20, 22)->blocked, 0,
                 fmt::format("kind {}", static_cast<int>(handle.kind())));
    EXPECT_EQ(e.delayed.value, 0);
  }
}

// One server, Poisson calls: Pollaczek and Khinchine's mean wait, by the handle time's spread.
TEST(Simulation, AgreesWithPollaczekAndKhinchine) {
  using Kind = Distribution::Kind;
  for (double cv : {0.5, 1.5}) {
    Model model = StationModel({.load = 0.6, .agents = 1, .contacts = 300'000});
    model.queues[0].handle = *Distribution::Make(Kind::kLogNormal, 180, cv);
    const QueueEstimates e = EstimateQueues(Observe(model, 5), {0}, ServiceLevel::kOfOffered);
    ExpectWithin(e.answer_s, 0.6 * 180 * (1 + cv * cv) / 2 / (1 - 0.6), 0,
                 fmt::format("cv {}", cv));
  }
}

TEST(Simulation, AgreesWithTheTableOfSkills) {
  const auto rows = staffing::ReadTable("sbr_reference_sim.csv");
  if (!rows) {
    GTEST_SKIP() << "SKIPPED: ../shared/data/queueing/sbr_reference_sim.csv is not there";
  }
  for (const staffing::Row& row : *rows) {
    SkillsOptions options{.agents = static_cast<int>(row.Number("agents")),
                          .extra_lines = static_cast<int>(row.Number("extra_lines")),
                          .skills = static_cast<int>(row.Number("skills")),
                          .load = row.Number("offered_load"),
                          .service_s = 60 * row.Number("mean_service_min"),
                          .patience_s = {},
                          .threshold_s = 60 * row.Number("T_min"),
                          .contacts = 250'000};
    const double patience = row.Number("mean_patience_min");
    if (patience > 0) options.patience_s = 60 * patience;
    const auto tallies = Observe(SkillsModel(options), 2);
    const QueueEstimates e = EstimateQueues(tallies, {0, 1, 2, 3, 4, 5}, ServiceLevel::kOfOffered);
    const std::string what = fmt::format("{}, {} skills", row.Text("case"), options.skills);
    ExpectWithin(e.blocked, row.Number("blocking"), row.Number("blocking_hw"), what);
    ExpectWithin(e.beyond, row.Number("P_wait_gt_T_served"), row.Number("P_wait_gt_T_hw"), what);
    const double minute = 60;
    ExpectWithin(e.answer_s, minute * row.Number("mean_wait_served_min"),
                 minute * row.Number("mean_wait_hw"), what);
    ExpectWithin(e.delayed, row.Number("P_delay_served"), row.Number("P_wait_gt_T_hw"), what);
    ExpectWithin(e.answered_in_time, row.Number("SL_within_T_of_accepted"),
                 row.Number("P_wait_gt_T_hw"), what);
  }
}

}  // namespace
}  // namespace wissel::simulation
