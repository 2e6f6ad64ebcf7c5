#include "server/simulate/staff_model.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "forecasting/core/simulation/estimate.h"
#include "forecasting/core/simulation/search.h"
#include "forecasting/replications/replications.h"
#include "gateway/json_transcoder.h"
#include "server/simulate/model_file.h"

namespace wissel::simulate {
namespace {

using simulation::Model;
using simulation::SearchResult;
using simulation::Tally;

constexpr int kFailed = 1;

int Fail(const std::string& path, const absl::Status& status) {
  const std::string right = WhatWouldBeRight(status);
  fmt::print(stderr, "{}{}{}{}\n", path, std::string(status.message()), right.empty() ? "" : "; ",
             right);
  return kFailed;
}

std::vector<Tally> Days(const std::vector<std::vector<Tally>>& replications) {
  std::vector<Tally> days;
  for (const auto& replication : replications) {
    Tally day;
    for (const Tally& interval : replication) day += interval;
    days.push_back(std::move(day));
  }
  return days;
}

double Hours(const Model& model, const std::vector<std::vector<int>>& agents) {
  double hours = 0;
  for (const auto& row : agents) hours += std::accumulate(row.begin(), row.end(), 0);
  return hours * model.interval.seconds() / 3600;
}

std::string Quoted(const std::string& text) {
  std::string json;
  gateway::AppendJsonString(text, &json);
  return json;
}

// Lines of kind "group", "queue" and "staff".
void PrintJson(const Model& model, const SearchResult& result, double erlang_c_hours) {
  for (size_t g = 0; g < model.groups.size(); ++g) {
    fmt::print("{{\"kind\": \"group\", \"group\": {}, \"agents\": [{}]}}\n",
               Quoted(model.groups[g].name), fmt::join(result.staff[g], ", "));
  }
  const std::vector<Tally> days = Days(result.check);
  for (size_t q = 0; q < model.queues.size(); ++q) {
    const auto e = EstimateQueues(days, {q}, model.queues[q].variant);
    fmt::print(R"({{"kind": "queue", "queue": {}, "target": {:g}, "variant": "{}", )"
               R"("serviceLevel": {{"value": {:.6g}, "halfWidth": {:.6g}}}, )"
               R"("abandoned": {{"value": {:.6g}, "halfWidth": {:.6g}}}}})"
               "\n",
               Quoted(model.queues[q].name), model.queues[q].target,
               std::string(NameOf(model.queues[q].variant)), e.service_level.value,
               e.service_level.half_width.value_or(0), e.abandoned.value,
               e.abandoned.half_width.value_or(0));
  }
  fmt::print(R"({{"kind": "staff", "agentHours": {:.6g}, "cost": {:.6g}, "costBound": {:.6g}, )"
             R"("kept": {}, "looks": {}, "erlangCByQueueHours": {:.6g}}})"
             "\n",
             Hours(model, result.staff), result.cost, result.bound, result.kept, result.looks,
             erlang_c_hours);
}

void PrintText(const Model& model, const SearchResult& result, double erlang_c_hours) {
  for (size_t g = 0; g < model.groups.size(); ++g) {
    fmt::print("{:<22}{}\n", model.groups[g].name, fmt::join(result.staff[g], " "));
  }
  const std::vector<Tally> days = Days(result.check);
  fmt::print("\n{:<22}{:>10}{:>20}{:>20}\n", "queue", "target", "service level", "abandoned");
  for (size_t q = 0; q < model.queues.size(); ++q) {
    const auto e = EstimateQueues(days, {q}, model.queues[q].variant);
    fmt::print("{:<22}{:>9.1f}%{:>12.2f} ±{:>4.2f} %{:>12.2f} ±{:>4.2f} %\n", model.queues[q].name,
               100 * model.queues[q].target, 100 * e.service_level.value,
               100 * e.service_level.half_width.value_or(0), 100 * e.abandoned.value,
               100 * e.abandoned.half_width.value_or(0));
  }
  fmt::print(
      "\n{:.1f} agent-hours, cost {:.1f}; nothing costs less than {:.1f}. Erlang C, each "
      "queue by itself: {:.1f} agent-hours.\n{} staffings were simulated; the figures are of "
      "{} days that the search has not seen, ± at 95 %.\n",
      Hours(model, result.staff), result.cost, result.bound, erlang_c_hours, result.looks,
      result.check.size());
}

}  // namespace

int RunStaffModel(const StaffModelOptions& options) {
  const auto loaded = LoadModel(options.model);
  if (!loaded.ok()) return Fail("", loaded.status());
  const Model& model = loaded->model;
  simulation::RunPlan plan;
  plan.seed = options.seed.value_or(loaded->seed);
  plan.threads = options.threads > 0
                     ? options.threads
                     : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const auto evaluate = [&](const Model& with, int from, int to) {
    return simulation::RunRange(with, plan, from, to);
  };
  simulation::SearchOptions search{.replications = options.replications,
                                   .check_replications = options.check_replications,
                                   .most_looks = options.most_looks};
  const bool told = isatty(STDERR_FILENO) != 0;
  if (told) {
    search.progress = [](int looks, double cost) {
      fmt::print(stderr, "\r{} staffings simulated, cost {:.1f}   ", looks, cost);
    };
  }
  const auto found = FindStaff(model, evaluate, search);
  if (told) fmt::print(stderr, "\n");
  if (!found.ok()) return Fail(options.model + ": ", found.status());
  const auto by_queue = ErlangCByQueue(model);
  if (!by_queue.ok()) return Fail(options.model + ": ", by_queue.status());
  if (options.json) {
    PrintJson(model, *found, Hours(model, *by_queue));
  } else {
    PrintText(model, *found, Hours(model, *by_queue));
  }
  if (found->kept) return 0;
  fmt::print(stderr, "{}: no staff was found that keeps every target in the check\n",
             options.model);
  return kFailed;
}

}  // namespace wissel::simulate
