// Forecasts made, kept, shown beside what came, and judged (proto/wissel/v1/forecast.proto).
#pragma once

#include "base/rpc/method_table.h"
#include "forecasting/service/office.h"

namespace wissel::forecasting {

void RegisterForecasts(rpc::MethodTable& table, Office& office);

}  // namespace wissel::forecasting
