#include "forecasting/service/simulated_center.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/simulation/fit.h"
#include "forecasting/service/judgement.h"
#include "forecasting/service/past.h"
#include "router/core/engine.h"
#include "router/service/hours.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

using simulation::Distribution;
using simulation::Model;
using simulation::ModelQueue;

constexpr int kSpreadDays = 56;
// Below, the history has one number for all intervals: somebody's average, not what was measured.
constexpr double kLeastSpread = 0.2;
constexpr double kMostSpread = 3;
// Wrap-up that the history does not know lies within the handle time: it still has to be said.
constexpr double kNoTime_s = 0.001;

// --- What is expected

// "tax" of "queues/tax".
std::string SeriesName(const std::string& queue) { return queue.substr(queue.find('/') + 1); }

void ReadSpreads(metrics::HistoryTables& tables, const std::string& zone, absl::CivilDay until,
                 int interval_minutes, QueueDay& day) {
  const auto rows = CameIn(tables, SeriesName(day.target.queue), {until - kSpreadDays, until - 1},
                           interval_minutes, zone);
  if (!rows.ok()) return;  // nothing is known of it
  std::vector<simulation::DurationSum> sums;
  double handle_s = 0, wrap_s = 0;
  int64_t end_s = 0;
  for (const SeriesRow& row : *rows) {
    if (!row.known || row.sums.handled.value_or(0) <= 0) continue;
    const double seconds = row.sums.handle_s.value_or(0);
    sums.push_back({*row.sums.handled, seconds, end_s == row.start_s});
    end_s = row.end_s;
    if (!row.sums.wrap_s) continue;
    handle_s += seconds;
    wrap_s += *row.sums.wrap_s;
  }
  const auto spread = simulation::SpreadOfSums(sums);
  if (spread && *spread >= kLeastSpread) day.handle_spread = std::min(*spread, kMostSpread);
  if (handle_s > 0) day.wrap_share = std::clamp(wrap_s / handle_s, 0.0, 0.95);
}

QueueDay DayOfSeries(const v1::ForecastSeries& series, const Target& target, const DayGrid& grid,
                     absl::TimeZone zone, double volume) {
  QueueDay day;
  day.target = target;
  day.contacts.assign(grid.intervals, 0);
  day.handle_s.assign(grid.intervals, 0);
  v1::ForecastSeries of_day;
  double work_s = 0, contacts = 0;
  for (const v1::ForecastPoint& point : series.points()) {
    const auto at = grid.At(Instant::FromMillis(point.start_time().seconds() * 1000));
    if (!at || !point.has_expected()) continue;
    *of_day.add_points() = point;
    day.contacts[*at] += std::max(0.0, point.expected()) * volume;
    day.handle_s[*at] = std::max(1.0, SecondsIn(point.handle_time()));
    contacts += day.contacts[*at];
    work_s += day.contacts[*at] * day.handle_s[*at];
  }
  if (contacts > 0) day.mean_handle_s = work_s / contacts;
  for (double& handle_s : day.handle_s) {
    if (handle_s <= 0) handle_s = day.mean_handle_s;
  }
  const v1::ForecastSeries sums = ByDay(of_day, zone);
  if (sums.points_size() == 1) {
    day.volume_spread =
        std::min(kMostSpread, std::sqrt(std::max(0.0, sums.points(0).dispersion())));
  }
  return day;
}

// --- The rules

struct EngineRules {
  std::vector<CommandBody> commands;
  Directory directory;             // as they leave it
  std::vector<AgentConfig> kinds;  // by its ids
};

std::string NameOfKind(size_t kind) { return fmt::format("kind-{}", kind + 1); }

// With one agent of each kind, who is told apart from the rules again.
Rules WithOneOfEachKind(const Rules& rules, const std::vector<AgentKind>& kinds) {
  Rules all = rules;
  all.directory.agents = {};
  for (size_t k = 0; k < kinds.size(); ++k) {
    AgentConfig agent = kinds[k].agent;
    agent.name = NameOfKind(k);
    all.directory.agents.Put(AgentId(static_cast<uint32_t>(k + 1)), std::move(agent));
  }
  return all;
}

std::vector<Opening> OpeningsOn(const DayGrid& grid, const OpeningHours& hours,
                                const std::string& zone) {
  std::vector<Opening> openings = ExpandHours(hours, zone, grid.start, 2);
  std::erase_if(openings, [&](const Opening& opening) { return opening.to <= grid.start; });
  for (Opening& opening : openings) {
    const auto since = [&](Instant t) {
      return Instant() + (std::max(t, grid.start) - grid.start);
    };
    opening = {since(opening.from), since(opening.to)};
  }
  return openings;
}

// On a clock that begins at midnight.
absl::StatusOr<EngineRules> RulesFor(const Rules& rules, const std::vector<AgentKind>& kinds,
                                     const DayGrid& grid) {
  EngineRules made;
  made.kinds.resize(kinds.size());
  ApplyRules apply;
  for (RuleChange& change : ChangesBetween(Rules(), WithOneOfEachKind(rules, kinds))) {
    const auto* const agent = std::get_if<ConfigureAgent>(&change);
    if (agent == nullptr) {
      apply.changes.push_back(std::move(change));
      continue;
    }
    for (size_t k = 0; k < kinds.size(); ++k) {
      if (agent->config.name == NameOfKind(k)) made.kinds[k] = agent->config;
    }
  }
  made.commands.emplace_back(std::move(apply));
  Engine engine;
  std::vector<Event> events;
  WISSEL_RETURN_IF_ERROR(
      engine.Decide({made.commands.front(), {}, {}}, Instant(), events).status());
  made.directory = engine.directory();
  made.directory.queues.ForEach([&](QueueId id, const QueueConfig& queue) {
    if (!queue.hours) return;
    made.commands.emplace_back(
        SetOpenings{id, OpeningsOn(grid, *queue.hours, rules.directory.center.time_zone)});
  });
  return made;
}

// --- The model

absl::StatusOr<ModelQueue> QueueOf(const QueueDay& day, const EngineRules& rules, size_t ratio,
                                   const DayGrid& grid) {
  ModelQueue queue;
  queue.name = day.target.queue;
  WISSEL_ASSIGN_OR_RETURN(queue.id, FindByName<QueueId>(rules.directory, queue.name, "forecast"));
  const QueueConfig& config = rules.directory.queues.Get(queue.id);
  for (size_t i = 0; i < grid.intervals; ++i) {
    const size_t of = std::min(i / ratio, day.contacts.size() - 1);
    queue.calls.push_back(day.contacts[of] / static_cast<double>(ratio));
    queue.handle_factor.push_back(std::clamp(day.handle_s[of] / day.mean_handle_s, 0.02, 50.0));
  }
  queue.cv = day.volume_spread;
  const double wrap_share = WrapUpShare(config, day);
  WISSEL_ASSIGN_OR_RETURN(
      queue.handle,
      Distribution::Make(Distribution::Kind::kLogNormal, day.mean_handle_s * (1 - wrap_share),
                         day.handle_spread.value_or(kUsualHandleSpread)));
  if (config.wrap_up.mode == WrapUpMode::kMandatory || config.wrap_up.mode == WrapUpMode::kTimed) {
    WISSEL_ASSIGN_OR_RETURN(
        queue.wrap_up, Distribution::Make(Distribution::Kind::kConstant,
                                          std::max(kNoTime_s, day.mean_handle_s * wrap_share)));
  }
  if (day.target.manner != Manner::kMayWait) {
    WISSEL_ASSIGN_OR_RETURN(queue.patience, Distribution::Make(Distribution::Kind::kExponential,
                                                               day.target.patience_s));
  }
  queue.threshold_s = day.target.within_s;
  queue.target = day.target.service_level;
  queue.short_s = config.short_abandon.seconds();
  return queue;
}

}  // namespace

double WrapUpShare(const QueueConfig& queue, const QueueDay& day) {
  const WrapUpMode mode = queue.wrap_up.mode;
  return mode == WrapUpMode::kMandatory || mode == WrapUpMode::kTimed ? day.wrap_share : 0;
}

absl::StatusOr<std::vector<QueueDay>> QueueDaysOf(Office& office, const StoredForecast& forecast,
                                                  const std::string& scenario,
                                                  const std::vector<Target>& targets,
                                                  const DayGrid& grid, double volume) {
  const absl::TimeZone zone = office.zone();
  const std::string& zone_name = office.directory()->center.time_zone;
  const absl::CivilDay today =
      absl::ToCivilDay(absl::FromUnixMillis(office.shard().now().millis()), zone);
  auto tables = office.OpenHistory();
  std::vector<QueueDay> days;
  for (const Target& target : targets) {
    WISSEL_ASSIGN_OR_RETURN(const v1::ForecastSeries series, office.OnStore([&](PlanStore& store) {
      return PlannedSeries(store, forecast, target.queue, scenario, zone);
    }));
    days.push_back(DayOfSeries(series, target, grid, zone, volume));
    if (!tables.ok()) continue;
    ReadSpreads(*tables, zone_name, std::min(today, grid.day), forecast.head.interval_minutes(),
                days.back());
  }
  return days;
}

absl::StatusOr<Model> CenterOf(const Rules& rules, const std::vector<AgentKind>& kinds,
                               const std::vector<QueueDay>& queues, const DayGrid& forecast,
                               const DayGrid& grid, const std::vector<PeopleOf>& people) {
  Model model;
  WISSEL_ASSIGN_OR_RETURN(const EngineRules engine, RulesFor(rules, kinds, grid));
  model.rules = engine.commands;
  model.interval = grid.interval;
  model.intervals = grid.intervals;
  model.accept_after = kUsualAcceptance;
  const auto ratio = static_cast<size_t>(forecast.interval.millis() /
                                         std::max<int64_t>(1, grid.interval.millis()));
  for (const QueueDay& day : queues) {
    WISSEL_ASSIGN_OR_RETURN(ModelQueue queue, QueueOf(day, engine, ratio, grid));
    model.queues.push_back(std::move(queue));
  }
  for (const PeopleOf& of : people) {
    simulation::ModelGroup& group = model.groups.emplace_back();
    group.name = SeriesName(kinds[of.kind].agents.front());
    group.agent = engine.kinds[of.kind];
    group.agents = of.people;
    group.cost = of.cost;
    group.most = of.most;
  }
  WISSEL_RETURN_IF_ERROR(simulation::CheckModel(model));
  return model;
}

}  // namespace wissel::forecasting
