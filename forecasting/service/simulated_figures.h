// What was counted of simulated days, as the contract tells it.
//
// Pure.
#pragma once

#include <vector>

#include "forecasting/core/simulation/estimate.h"
#include "forecasting/core/simulation/model.h"
#include "forecasting/service/agent_kinds.h"
#include "forecasting/service/day_grid.h"
#include "forecasting/service/simulated_center.h"
#include "wissel/v1/staffing.pb.h"

namespace wissel::forecasting {

// Tallies of `of` that belong to one of `to`, put together: `of` divides `to`.
std::vector<simulation::Tally> Coarser(const std::vector<simulation::Tally>& tallies,
                                       const DayGrid& of, const DayGrid& to);

// Each replication as one.
std::vector<simulation::Tally> WholeDays(
    const std::vector<std::vector<simulation::Tally>>& replications);

void WriteFigure(const simulation::Estimate& estimate, v1::Figure* out);
void WriteGroup(const Rules& rules, const AgentKind& kind, v1::AgentGroup* out);

struct SimulatedDay {
  const simulation::Model& model;
  const std::vector<QueueDay>& queues;
  const std::vector<AgentKind>& kinds;
  const std::vector<PeopleOf>& people;  // of the model's groups
  const DayGrid& grid;                  // of the replications' tallies
  const std::vector<std::vector<simulation::Tally>>& replications;
};
// Rows, groups and agent-hours of the answer.
void WriteDay(const SimulatedDay& day, const Rules& rules, v1::Simulation& out);

}  // namespace wissel::forecasting
