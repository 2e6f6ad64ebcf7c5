// The simulator agrees with what can be worked out, and with a table of skill-based routing.
#include <chrono>
#include <cmath>

#include "forecasting/core/simulation/estimate.h"
#include "forecasting/core/simulation/simulation.h"
#include "forecasting/core/staffing/erlang.h"
#include "gtest/gtest.h"
#include "tests/simulator/models.h"
#include "tests/staffing/tables.h"

namespace wissel::simulation {
namespace {

TEST(Simulation, Timed) {
  for (int agents : {12, 110}) {
    const double load = agents == 12 ? 10 : 100;
    const Model model =
        StationModel({.load = load, .agents = agents, .patience_s = 180, .contacts = 500'000});
    const auto start = std::chrono::steady_clock::now();
    auto simulation = Simulation::Start(model, 1, 0);
    simulation->Run();
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    const auto e = EstimateQueues(simulation->tallies(), {0}, staffing::ServiceLevel::kOfOffered);
    const auto f = *staffing::ErlangA({load, agents * 1.0, 180}, 180, 20);
    printf(
        "%d: %.0f contacts/s, %.2f events each; SL %.5f +- %.5f (%.5f) ab %.5f (%.5f) asa %.3f\n",
        agents, simulation->size().contacts / time.count(),
        1.0 * simulation->size().events / simulation->size().contacts, e.service_level.value,
        *e.service_level.half_width, f.served_within, e.abandoned.value, f.abandoned,
        e.answer_s.value);
  }
}

TEST(Simulation, Skills) {
  const auto rows = staffing::ReadTable("sbr_reference_sim.csv");
  if (!rows) GTEST_SKIP() << "SKIPPED: not there";
  for (const auto& row : *rows) {
    SkillsOptions o{.types = 6,
                    .agents = int(row.Number("agents")),
                    .extra_lines = int(row.Number("extra_lines")),
                    .skills = int(row.Number("skills")),
                    .load = row.Number("offered_load"),
                    .service_s = 60 * row.Number("mean_service_min"),
                    .threshold_s = 60 * row.Number("T_min"),
                    .contacts = 700'000};
    if (row.Number("mean_patience_min") > 0) o.patience_s = 60 * row.Number("mean_patience_min");
    const auto start = std::chrono::steady_clock::now();
    const auto t = Observe(SkillsModel(o), 3);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    const auto e = EstimateQueues(t, {0, 1, 2, 3, 4, 5}, staffing::ServiceLevel::kOfOffered);
    printf(
        "%s k=%d: block %.6f+-%.6f (%.6f+-%.6f) beyond %.5f+-%.5f (%.5f+-%.5f) wait %.5f+-%.5f "
        "(%.5f+-%.5f) delay %.5f (%.5f) ab %.5f (%.5f) sl %.5f (%.5f) %.1fs\n",
        row.Text("case").c_str(), o.skills, e.blocked.value, *e.blocked.half_width,
        row.Number("blocking"), row.Number("blocking_hw"), e.beyond.value, *e.beyond.half_width,
        row.Number("P_wait_gt_T_served"), row.Number("P_wait_gt_T_hw"), e.answer_s.value / 60,
        *e.answer_s.half_width / 60, row.Number("mean_wait_served_min"), row.Number("mean_wait_hw"),
        e.delayed.value, row.Number("P_delay_served"), e.abandoned.value, row.Number("P_abandon"),
        e.answered_in_time.value, row.Number("SL_within_T_of_accepted"), time.count());
  }
}

}  // namespace
}  // namespace wissel::simulation
