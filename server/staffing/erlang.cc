#include "server/staffing/erlang.h"

#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/staffing/fewest.h"

namespace wissel::staffing {
namespace {

constexpr int kRefused = 1;
constexpr int kUsage = 2;

// Name, what it is for people, value. What is no finite number is null.
struct Line {
  const char* name;
  std::string words;
  double value = 0;
};

std::string Json(double value) {
  return std::isfinite(value) ? fmt::format("{:.17g}", value) : "null";
}

void Print(const ErlangOptions& options, double load, double agents,
           const std::vector<Line>& lines) {
  if (options.json) {
    std::string json = fmt::format(R"({{"model": "{}", "load": {}, "agents": {})", options.model,
                                   Json(load), Json(agents));
    for (const Line& line : lines)
      json += fmt::format(R"(, "{}": {})", line.name, Json(line.value));
    if (options.model != "b") json += fmt::format(R"(, "variant": "{}")", options.variant);
    fmt::print("{}}}\n", json);
    return;
  }
  fmt::print("{:<44}{:>14.6g}\n{:<44}{:>14.6g}\n", "offered load, erlangs", load, "agents", agents);
  for (const Line& line : lines) fmt::print("{:<44}{:>14.6g}\n", line.words, line.value);
}

int Fail(const absl::Status& status) {
  const std::string right = WhatWouldBeRight(status);
  fmt::print(stderr, "wissel erlang: {}{}{}\n", std::string(status.message()),
             right.empty() ? "" : "; ", right);
  return kRefused;
}

absl::StatusOr<double> LoadOf(const ErlangOptions& options) {
  if (options.load) return *options.load;
  if (!(*options.calls >= 0))
    return RefuseField("calls", "that is no number of calls", "0 or more");
  return *options.calls * options.aht_s / (options.interval_min * 60);
}

int RunLoss(const ErlangOptions& options, double load) {
  double lines = options.agents.value_or(0);
  if (!options.agents) {
    const auto fewest = FewestLines(load, *options.blocked);
    if (!fewest.ok()) return Fail(fewest.status());
    lines = *fewest;
  }
  const auto figures = ErlangB(load, lines);
  if (!figures.ok()) return Fail(figures.status());
  Print(options, load, lines,
        {{"blocked", "blocked (Pblock)", figures->blocked},
         {"occupancy", "occupancy", figures->occupancy}});
  return 0;
}

std::vector<Line> LinesOf(const ErlangOptions& options, const Outlook& outlook) {
  const WaitFigures& f = outlook.figures;
  const std::string t = fmt::format("{:g} s", options.threshold_s);
  return {{"waits", "wait at all (Pwait)", f.waits},
          {"meanWaitSeconds", "mean wait of all, s (EW)", f.mean_wait_s},
          {"answerSeconds", "mean wait of the answered, s (ASA)", outlook.answer_s},
          {"meanQueue", "waiting on average (EQ)", f.mean_queue},
          {"abandoned", "abandoned (Pab)", f.abandoned},
          {"abandonedWithin", "abandoned within " + t, f.abandoned_within},
          {"waitsBeyond", "wait longer than " + t + " (P(W>T))", f.waits_beyond},
          {"offeredWaitBeyond", "would have to, without patience (P(V>T))", f.offered_wait_beyond},
          {"servedWithin", "answered within " + t + ", of all (SL)", f.served_within},
          {"serviceLevel", "service level, " + options.variant, outlook.service_level},
          {"occupancy", "occupancy", f.occupancy}};
}

}  // namespace

int RunErlang(const ErlangOptions& options) {
  const auto usage = [](const char* text) {
    fmt::print(stderr, "wissel erlang: {}\n", text);
    return kUsage;
  };
  if (options.load.has_value() == options.calls.has_value()) {
    return usage("give either --load, or --calls with --aht");
  }
  const auto variant = ServiceLevelNamed(options.variant);
  if (!variant) return usage("--variant is of-offered, less-short, gone-is-good or of-answered");
  const auto load = LoadOf(options);
  if (!load.ok()) return Fail(load.status());
  if (options.model == "b") {
    if (!options.agents && !options.blocked)
      return usage("give --agents, or --blocked as a target");
    return RunLoss(options, *load);
  }
  const Targets targets{.service_level = options.service_level,
                        .variant = *variant,
                        .threshold_s = options.threshold_s,
                        .short_s = options.short_s,
                        .answer_s = options.answer_s,
                        .abandoned = options.abandoned,
                        .waits = options.waits,
                        .occupancy = options.occupancy};
  auto spread = GammaSpread(*load, options.cv);
  if (!spread.ok()) return Fail(spread.status());
  const Demand demand{.model = options.model == "a" ? Model::kErlangA : Model::kErlangC,
                      .load = *std::move(spread),
                      .aht_s = options.aht_s,
                      .patience_s = options.patience_s};
  double agents = options.agents.value_or(0);
  if (!options.agents) {
    const auto fewest = FewestAgents(demand, targets);
    if (!fewest.ok()) return Fail(fewest.status());
    agents = *fewest;
  } else if (demand.model == Model::kErlangC && demand.load.size() == 1) {
    // What has no steady state is said, not averaged.
    const auto figures = ErlangC({*load, agents, options.aht_s}, options.threshold_s);
    if (!figures.ok()) return Fail(figures.status());
  }
  const auto outlook = OutlookWith(demand, agents, targets);
  if (!outlook.ok()) return Fail(outlook.status());
  Print(options, *load, agents, LinesOf(options, *outlook));
  return 0;
}

}  // namespace wissel::staffing
