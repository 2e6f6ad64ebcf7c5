// Schedules solved from required staff: ScheduleService.SolveSchedule.
#pragma once

#include "base/rpc/method_table.h"
#include "forecasting/service/office.h"
#include "forecasting/service/solver_process.h"

namespace wissel::forecasting {

void RegisterSolving(rpc::MethodTable& table, Office& office, const SolverProcess& solver);

}  // namespace wissel::forecasting
