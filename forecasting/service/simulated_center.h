// The center as the simulator knows it (docs/SIMULATION.md): the rules that hold now, what a
// forecast expects of one day, and people of some kinds.
//
// QueueDaysOf is for the threads of operations; the rest is pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/simulation/model.h"
#include "forecasting/service/agent_kinds.h"
#include "forecasting/service/day_grid.h"
#include "forecasting/service/forecast_book.h"
#include "forecasting/service/office.h"
#include "forecasting/service/staffing_targets.h"

namespace wissel::forecasting {

// Where a routing profile does not accept by itself.
inline constexpr Duration kUsualAcceptance = Duration::Seconds(2);
// Of handle times, where the history does not tell: as exponential ones, which formulas assume.
inline constexpr double kUsualHandleSpread = 1;

// What is expected of one queue on one day.
struct QueueDay {
  Target target;
  std::vector<double> contacts;         // by interval of the forecast
  std::vector<double> handle_s;         // means, wrap-up included; likewise
  double mean_handle_s = 1;             // over the day, by contacts
  double volume_spread = 0;             // coefficient of variation of the day's volume
  std::optional<double> handle_spread;  // of single handle times, from the history
  double wrap_share = 0;                // of handle time, from the history
};

// As the forecast has it in this scenario, times `volume`; spreads from the eight weeks before.
absl::StatusOr<std::vector<QueueDay>> QueueDaysOf(Office& office, const StoredForecast& forecast,
                                                  const std::string& scenario,
                                                  const std::vector<Target>& targets,
                                                  const DayGrid& grid, double volume);

// People of one kind, by interval.
struct PeopleOf {
  size_t kind = 0;
  std::vector<int> people;
  double cost = 1;
  std::optional<int> most = std::nullopt;
};

// `grid` divides the intervals of the forecast. Groups and queues stand in the order given.
absl::StatusOr<simulation::Model> CenterOf(const Rules& rules, const std::vector<AgentKind>& kinds,
                                           const std::vector<QueueDay>& queues,
                                           const DayGrid& forecast, const DayGrid& grid,
                                           const std::vector<PeopleOf>& people);

// Of the time that a contact is with an agent, what the engine keeps apart as wrap-up: nothing
// where the queue has none by itself.
double WrapUpShare(const QueueConfig& queue, const QueueDay& day);

}  // namespace wissel::forecasting
