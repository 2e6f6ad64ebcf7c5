#include "server/staffing/staff.h"

#include <cmath>
#include <cstdio>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/staffing/plan.h"
#include "gateway/json_transcoder.h"
#include "server/staffing/forecast_csv.h"

namespace wissel::staffing {
namespace {

constexpr int kRefused = 1;
constexpr int kUsage = 2;

int Fail(const absl::Status& status) {
  const std::string right = WhatWouldBeRight(status);
  const std::string field = FieldAtFault(status);
  fmt::print(stderr, "wissel staff: {}{}{}{}\n", field.empty() ? "" : field + ": ",
             std::string(status.message()), right.empty() ? "" : "; ", right);
  return kRefused;
}

// The station and the load of a method's name; false: unknown.
bool ReadMethod(const StaffOptions& options, PlanOptions& plan) {
  plan.model = options.erlang == "c" ? Model::kErlangC : Model::kErlangA;
  if (options.method == "erlang-a" || options.method == "erlang-c") {
    plan.model = options.method == "erlang-c" ? Model::kErlangC : Model::kErlangA;
    plan.method = LoadMethod::kSippMean;
    return true;
  }
  std::string name = options.method;
  if (name == "mol" || name == "lag" || name == "sipp") name += "-mean";
  const auto method = LoadMethodNamed(name);
  if (method) plan.method = *method;
  return method.has_value();
}

void PrintTable(const ForecastFile& file, const std::vector<PlannedInterval>& plan,
                double interval_min, const StaffOptions& options) {
  fmt::print("{:<26}{:>9}{:>9}{:>9}{:>8}{:>10}{:>9}{:>9}{:>9}\n", "interval", "calls", "erlangs",
             "need", "agents", "scheduled", "planned", "really", "backlog");
  double agent_hours = 0, scheduled_hours = 0;
  for (size_t i = 0; i < plan.size(); ++i) {
    const PlannedInterval& at = plan[i];
    const std::string start = file.starts.empty() ? fmt::format("{}", i + 1) : file.starts[i];
    fmt::print("{:<26}{:>9.1f}{:>9.2f}{:>9.2f}{:>8}{:>10}{:>8.1f}%{:>8.1f}%{:>8.1f}h\n", start,
               file.intervals[i].calls, at.load, at.calls_need + at.others_need, at.agents,
               at.scheduled, 100 * at.service_level, 100 * at.really.served_within,
               at.backlog_s / 3600);
    agent_hours += at.agents * interval_min / 60;
    scheduled_hours += at.scheduled * interval_min / 60;
  }
  fmt::print("{:.2f} agent-hours, {:.2f} with shrinkage; {}, service level {} in {:g} s\n",
             agent_hours, scheduled_hours, options.method, options.variant, options.threshold_s);
  fmt::print(
      "planned: in steady state, averaged over the rate; really: answered in time of all at "
      "the mean rate, as it changes\n");
}

void PrintJson(const ForecastFile& file, const std::vector<PlannedInterval>& plan,
               const StaffOptions& options) {
  for (size_t i = 0; i < plan.size(); ++i) {
    const PlannedInterval& at = plan[i];
    std::string start = fmt::format("{}", i + 1);
    if (!file.starts.empty()) {
      start.clear();
      gateway::AppendJsonString(file.starts[i], &start);
    }
    fmt::print(R"({{"interval": {}, "calls": {:.8g}, "load": {:.8g}, "callsNeed": {:.8g}, )"
               R"("othersNeed": {:.8g}, "agents": {}, "scheduled": {}, "serviceLevel": {:.8g}, )"
               R"("really": {{"waits": {:.8g}, "servedWithin": {:.8g}, "abandoned": {:.8g}, )"
               R"("meanQueue": {:.8g}, "busy": {:.8g}}}, "backlogHours": {:.8g}, )"
               R"("method": "{}", "variant": "{}"}})"
               "\n",
               start, file.intervals[i].calls, at.load, at.calls_need, at.others_need, at.agents,
               at.scheduled, at.service_level, at.really.waits, at.really.served_within,
               at.really.abandoned, at.really.mean_queue, at.really.busy, at.backlog_s / 3600,
               options.method, options.variant);
  }
}

}  // namespace

int RunStaff(const StaffOptions& options) {
  const auto usage = [](const char* text) {
    fmt::print(stderr, "wissel staff: {}\n", text);
    return kUsage;
  };
  PlanOptions plan;
  if (!ReadMethod(options, plan)) {
    return usage("--method is erlang-a, erlang-c, sipp-max, lag, lag-max, mol or mol-max");
  }
  const auto variant = ServiceLevelNamed(options.variant);
  if (!variant) return usage("--variant is of-offered, less-short, gone-is-good or of-answered");
  plan.before = options.before == "nothing" ? Before::kNothing
                : options.before == "cycle" ? Before::kCycle
                                            : Before::kSame;
  plan.patience_s = options.patience_s;
  plan.targets = {.service_level = options.service_level,
                  .variant = *variant,
                  .threshold_s = options.threshold_s,
                  .short_s = options.short_s,
                  .answer_s = options.answer_s,
                  .abandoned = options.abandoned,
                  .waits = options.waits,
                  .occupancy = options.occupancy};
  plan.shrinkage = options.shrinkage;
  plan.deadline_s = options.deadline_h * 3600;
  plan.backlog_s = options.backlog_h * 3600;
  plan.blend_occupancy = options.blend_occupancy;
  const auto file = ReadForecast(options.forecast, options.aht_s);
  if (!file.ok()) {
    fmt::print(stderr, "{}\n", std::string(file.status().message()));
    return kRefused;
  }
  const auto planned = PlanStaff(file->intervals, options.interval_min * 60, plan);
  if (!planned.ok()) return Fail(planned.status());
  if (options.json) {
    PrintJson(*file, *planned, options);
  } else {
    PrintTable(*file, *planned, options.interval_min, options);
  }
  return 0;
}

}  // namespace wissel::staffing
