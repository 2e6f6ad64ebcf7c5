// What agents see of the published schedules, and the shifts that they pass on to each other
// (proto/wissel/v1/schedule.proto).
#pragma once

#include "base/rpc/method_table.h"
#include "forecasting/service/office.h"

namespace wissel::forecasting {

void RegisterShifts(rpc::MethodTable& table, Office& office);

}  // namespace wissel::forecasting
