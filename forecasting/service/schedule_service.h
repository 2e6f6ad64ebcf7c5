// Schedules as drafts that are changed, compared and published, and who keeps to them
// (proto/wissel/v1/schedule.proto).
#pragma once

#include "base/rpc/method_table.h"
#include "forecasting/service/office.h"

namespace wissel::forecasting {

void RegisterSchedules(rpc::MethodTable& table, Office& office);

}  // namespace wissel::forecasting
