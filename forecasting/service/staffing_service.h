// Required staff from forecasts, and single intervals by formula (proto/wissel/v1/staffing.proto).
#pragma once

#include "base/rpc/method_table.h"
#include "forecasting/service/office.h"

namespace wissel::forecasting {

void RegisterStaffing(rpc::MethodTable& table, Office& office);

}  // namespace wissel::forecasting
