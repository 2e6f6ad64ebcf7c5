#include "forecasting/core/staffing/plan.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::staffing {
namespace {

constexpr double kStep_s = 30;
// A requirement of 12.00001 is 12: the fractional search stops that early.
constexpr double kRoundingSlack = 2e-4;

int RoundUp(double need) { return static_cast<int>(std::ceil(need - kRoundingSlack)); }

absl::Status Check(const std::vector<ForecastInterval>& day, double interval_s,
                   const PlanOptions& options) {
  if (day.empty()) return RefuseField("intervals", "there is nothing to staff", "one or more");
  if (!(interval_s >= 60 && interval_s <= 86'400)) {
    return RefuseField("interval", fmt::format("an interval of {:g} s", interval_s),
                       "60 s to a day");
  }
  for (size_t i = 0; i < day.size(); ++i) {
    const ForecastInterval& at = day[i];
    const auto refuse = [&](const char* field, double value, const char* right) {
      return RefuseField(fmt::format("intervals[{}].{}", i, field),
                         fmt::format("{} is no {}", value, field), right);
    };
    const auto number = [](double x) { return x >= 0 && std::isfinite(x); };
    if (!number(at.calls)) return refuse("calls", at.calls, "0 or more");
    if (!number(at.aht_s) || at.aht_s == 0) return refuse("aht", at.aht_s, "above 0 s");
    if (!number(at.deferrable_s)) return refuse("deferrable", at.deferrable_s, "0 s or more");
  }
  if (!(options.shrinkage >= 0 && options.shrinkage < 1)) {
    return RefuseField("shrinkage", fmt::format("a shrinkage of {}", options.shrinkage),
                       "0 or more, below 1");
  }
  const std::optional<double>& blend = options.blend_occupancy;
  if (blend && !(*blend > 0 && *blend <= 1)) {
    return RefuseField("blend occupancy", fmt::format("an occupancy of {}", *blend),
                       "above 0, 1 at most");
  }
  return CheckTargets(options.targets);
}

double MeanHandleTime(const std::vector<ForecastInterval>& day) {
  double calls = 0, work = 0;
  for (const ForecastInterval& at : day) {
    calls += at.calls;
    work += at.calls * at.aht_s;
  }
  return calls > 0 ? work / calls : day.front().aht_s;
}

// Work, in calls of the day's mean handle time.
ArrivalCurve CurveOf(const std::vector<ForecastInterval>& day, double interval_s, double aht_s) {
  std::vector<double> calls;
  calls.reserve(day.size());
  for (const ForecastInterval& at : day) calls.push_back(at.calls * at.aht_s / aht_s);
  return SmoothCurve(calls, interval_s, kStep_s);
}

// About a load of `load`, spread as the interval's calls are.
absl::StatusOr<RateSpread> SpreadOf(const ForecastInterval& at, double load) {
  if (at.quantiles.empty()) return GammaSpread(load, at.cv);
  WISSEL_ASSIGN_OR_RETURN(RateSpread spread, QuantileSpread(at.quantiles));
  const double mean = MeanOf(spread);
  if (mean == 0) return RateSpread{{load, 1}};
  for (RatePoint& point : spread) point.rate *= load / mean;
  return spread;
}

// What people who are there for calls can do between them.
double SpareTime(const PlannedInterval& at, double occupancy, double interval_s) {
  const double busy = std::min(at.load, at.calls_need);
  return std::max(0.0, at.calls_need * occupancy - busy) * interval_s;
}

absl::Status AddDeferrable(const std::vector<ForecastInterval>& day, double interval_s,
                           const PlanOptions& options, std::vector<PlannedInterval>& plan) {
  DeferrableWork work{.interval_s = interval_s,
                      .arriving_s = {},
                      .open = {},
                      .deadline_s = options.deadline_s,
                      .backlog_s = options.backlog_s,
                      .spare_s = {}};
  double all = options.backlog_s;
  for (size_t i = 0; i < day.size(); ++i) {
    work.arriving_s.push_back(day[i].deferrable_s);
    all += day[i].deferrable_s;
    if (options.blend_occupancy) {
      work.spare_s.push_back(SpareTime(plan[i], *options.blend_occupancy, interval_s));
    }
  }
  if (all == 0) return absl::OkStatus();
  WISSEL_ASSIGN_OR_RETURN(const DeferrablePlan deferrable, PlanDeferrable(work));
  for (size_t i = 0; i < day.size(); ++i) {
    plan[i].others_need = deferrable.people[i];
    plan[i].backlog_s = deferrable.backlog_s[i];
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<PlannedInterval>> PlanStaff(const std::vector<ForecastInterval>& day,
                                                       double interval_s,
                                                       const PlanOptions& options) {
  WISSEL_RETURN_IF_ERROR(Check(day, interval_s, options));
  const double mean_aht_s = MeanHandleTime(day);
  StaffedDay staffed{.arrivals = CurveOf(day, interval_s, mean_aht_s),
                     .interval_s = interval_s,
                     .agents = {},
                     .aht_s = mean_aht_s,
                     .patience_s = options.model == Model::kErlangA
                                       ? options.patience_s
                                       : std::numeric_limits<double>::infinity(),
                     .threshold_s = options.targets.threshold_s,
                     .before = options.before};
  WISSEL_ASSIGN_OR_RETURN(
      const std::vector<double> loads,
      IntervalLoads(staffed.arrivals, interval_s, mean_aht_s, options.method, options.before));
  std::vector<PlannedInterval> plan(day.size());
  for (size_t i = 0; i < day.size(); ++i) {
    Demand demand{.model = options.model,
                  .load = {},
                  .aht_s = day[i].aht_s,
                  .patience_s = options.patience_s};
    auto spread = SpreadOf(day[i], loads[i]);
    if (!spread.ok()) return WithFieldPrefix(spread.status(), fmt::format("intervals[{}]", i));
    demand.load = *std::move(spread);
    plan[i].load = loads[i];
    WISSEL_ASSIGN_OR_RETURN(plan[i].calls_need, FewestFractional(demand, options.targets));
    WISSEL_ASSIGN_OR_RETURN(const Outlook outlook,
                            OutlookWith(demand, RoundUp(plan[i].calls_need), options.targets));
    plan[i].service_level = outlook.service_level;
  }
  WISSEL_RETURN_IF_ERROR(AddDeferrable(day, interval_s, options, plan));
  for (PlannedInterval& at : plan) {
    at.agents = RoundUp(at.calls_need + at.others_need);
    at.scheduled = RoundUp((at.calls_need + at.others_need) / (1 - options.shrinkage));
    staffed.agents.push_back(RoundUp(at.calls_need));
  }
  WISSEL_ASSIGN_OR_RETURN(const std::vector<DayOutlook> really, OutlookOf(staffed));
  for (size_t i = 0; i < plan.size(); ++i) plan[i].really = really[i];
  return plan;
}

}  // namespace wissel::staffing
