// Days tried on the engine before they come (proto/wissel/v1/staffing.proto): begun, kept, listed.
#pragma once

#include "base/rpc/method_table.h"
#include "forecasting/service/office.h"

namespace wissel::forecasting {

void RegisterSimulations(rpc::MethodTable& table, Office& office);

}  // namespace wissel::forecasting
