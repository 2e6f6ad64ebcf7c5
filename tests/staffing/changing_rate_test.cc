#include <algorithm>
#include <cmath>
#include <numbers>

#include "fmt/format.h"
#include "forecasting/core/staffing/fewest.h"
#include "forecasting/core/staffing/offered_load.h"
#include "forecasting/core/staffing/staffed_day.h"
#include "gtest/gtest.h"
#include "tests/staffing/tables.h"

namespace wissel::staffing {
namespace {

constexpr double kDay = 86'400;
constexpr double kForEver = std::numeric_limits<double>::infinity();

// Load (1 + swing sin(2 pi t / day)) erlangs, each step with its mean.
ArrivalCurve Wave(double load, double swing, double aht_s, double step_s) {
  ArrivalCurve curve{.step_s = step_s, .per_s = {}};
  const double turn = 2 * std::numbers::pi / kDay;
  for (double t = 0; t < kDay; t += step_s) {
    const double mean = (std::cos(turn * t) - std::cos(turn * (t + step_s))) / (turn * step_s);
    curve.per_s.push_back(load / aht_s * (1 + swing * mean));
  }
  return curve;
}

TEST(ChangingRate, AgreesWithTheReferenceTable) {
  const auto rows = ReadTable("timevarying_staffing_reference.csv");
  if (!rows) {
    GTEST_SKIP() << "SKIPPED: ../shared/data/queueing/timevarying_staffing_reference.csv is not "
                    "there";
  }
  for (const Row& row : *rows) {
    const std::string name = row.Text("method");
    const LoadMethod method = name == "SIPP_avg"   ? LoadMethod::kSippMean
                              : name == "SIPP_max" ? LoadMethod::kSippMost
                              : name == "Lag_avg"  ? LoadMethod::kLagMean
                              : name == "MOL_avg"  ? LoadMethod::kMolMean
                                                   : LoadMethod::kMolMost;
    StaffedDay day{.interval_s = 1800,
                   .aht_s = row.Number("aht_min") * 60,
                   .patience_s = kForEver,
                   .threshold_s = 0,
                   .before = Before::kCycle};
    day.arrivals = Wave(row.Number("offered_load_mean"), row.Number("RA"), day.aht_s, 30);
    const double target = row.Number("target_Pdelay");
    const auto loads = IntervalLoads(day.arrivals, 1800, day.aht_s, method, day.before);
    for (double load : *loads) {
      day.agents.push_back(*FewestAgents(
          {.model = Model::kErlangC, .load = {{load, 1}}, .aht_s = day.aht_s}, {.waits = target}));
    }
    day.arrivals = Wave(row.Number("offered_load_mean"), row.Number("RA"), day.aht_s, 120);
    double hours = 0, most = 0, mean = 0, calls = 0;
    int over = 0;
    const auto outlook = OutlookOf(day);
    for (size_t i = 0; i < day.agents.size(); ++i) {
      hours += day.agents[i] / 2.0;
      const double waits = (*outlook)[i].waits;
      most = std::max(most, waits);
      mean += waits * (*outlook)[i].calls;
      calls += (*outlook)[i].calls;
      over += waits > 1.1 * target;
    }
    const std::string what =
        fmt::format("{} erlangs of {} min, {}: {}", row.Text("offered_load_mean"),
                    row.Text("aht_min"), row.Text("RA"), name);
    EXPECT_EQ(hours, row.Number("agent_hours")) << what;
    EXPECT_EQ(over, row.Number("periods_over_target_x1.1")) << what;
    // The table's own equations were solved in steps.
    EXPECT_NEAR(most, row.Number("max_period_Pdelay"), 0.0008) << what;
    EXPECT_NEAR(mean / calls, row.Number("mean_Pdelay"), 0.00016) << what;
  }
}

// The modified offered load of a sinusoid has a closed form (Eick, Massey & Whitt 1993).
TEST(LoadOverTime, FollowsASinusoidAsItMust) {
  const double aht = 3600, turn = 2 * std::numbers::pi / kDay;
  const ArrivalCurve curve = Wave(50, 0.9, aht, 30);
  const std::vector<double> load = LoadOverTime(curve, aht, Before::kCycle);
  for (size_t i = 0; i < load.size(); i += 60) {
    const double t = 30.0 * static_cast<double>(i);
    const double bend = turn * aht;
    const double right =
        50 * (1 + 0.9 * (std::sin(turn * t) - bend * std::cos(turn * t)) / (1 + bend * bend));
    EXPECT_NEAR(load[i], right, 1e-3);
  }
}

// With a rate and agents that do not change, a day is Erlang's station.
TEST(StaffedDay, SettlesInErlangsStation) {
  for (double patience : {90.0, 600.0, kForEver}) {
    for (double load : {0.5, 7.0, 45.0}) {
      const int agents = static_cast<int>(load + 2 * std::sqrt(load) + 1);
      StaffedDay day{.arrivals = {.step_s = 60, .per_s = std::vector<double>(600, load / 240)},
                     .interval_s = 18'000,
                     .agents = {agents, agents},
                     .aht_s = 240,
                     .patience_s = patience,
                     .threshold_s = 25};
      const DayOutlook outlook = OutlookOf(day)->back();
      const WaitFigures right = *ErlangA({load, agents * 1.0, 240}, patience, 25);
      EXPECT_NEAR(outlook.waits, right.waits, 1e-7);
      EXPECT_NEAR(outlook.served_within, right.served_within, 1e-7);
      EXPECT_NEAR(outlook.abandoned, right.abandoned, 1e-7);
      EXPECT_NEAR(outlook.mean_queue, right.mean_queue, 1e-6);
      EXPECT_NEAR(outlook.busy, right.occupancy * agents, 1e-6);
    }
  }
}

// Whatever changes: who came is still there, was served or has left.
TEST(StaffedDay, LosesNobody) {
  StaffedDay day{.arrivals = Wave(12, 0.8, 300, 60),
                 .interval_s = 3600,
                 .agents = {},
                 .aht_s = 300,
                 .patience_s = 120,
                 .threshold_s = 20};
  for (int i = 0; i < 24; ++i) day.agents.push_back(i % 5 == 0 ? 0 : 4 + i % 11);
  const auto outlook = OutlookOf(day);
  double came = 0, left = 0;
  for (const DayOutlook& hour : *outlook) {
    came += hour.calls;
    left += hour.abandoned * hour.calls + hour.busy * 3600 / day.aht_s;
  }
  EXPECT_NEAR(left, came, 30);  // those who are there at midnight
  EXPECT_LT(left, came);
}

TEST(StaffedDay, RefusesWhatDoesNotFit) {
  const StaffedDay right{.arrivals = {.step_s = 60, .per_s = std::vector<double>(60, 0.1)},
                         .agents = {3, 3}};
  EXPECT_TRUE(OutlookOf(right).ok());
  for (auto change :
       {+[](StaffedDay& d) { d.agents.push_back(1); }, +[](StaffedDay& d) { d.agents[0] = -1; },
        +[](StaffedDay& d) { d.aht_s = 0; }, +[](StaffedDay& d) { d.interval_s = 1700; },
        +[](StaffedDay& d) { d.arrivals.per_s[3] = -1; }}) {
    StaffedDay wrong = right;
    change(wrong);
    EXPECT_FALSE(OutlookOf(wrong).ok());
  }
}

TEST(SmoothCurve, KeepsTheCallsOfEachInterval) {
  const std::vector<double> calls = {0, 10, 80, 75, 0, 0, 3};
  const ArrivalCurve curve = SmoothCurve(calls, 1800, 60);
  ASSERT_EQ(curve.per_s.size(), calls.size() * 30);
  for (size_t i = 0; i < calls.size(); ++i) {
    double sum = 0;
    for (size_t k = 0; k < 30; ++k) {
      EXPECT_GE(curve.per_s[i * 30 + k], 0);
      sum += curve.per_s[i * 30 + k] * 60;
    }
    EXPECT_NEAR(sum, calls[i], 1e-9);
  }
}

}  // namespace
}  // namespace wissel::staffing
