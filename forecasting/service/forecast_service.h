// Forecasts made, kept, shown beside what came, and judged (proto/wissel/v1/forecast.proto).
#pragma once

#include "base/rpc/method_table.h"
#include "forecasting/service/intraday.h"
#include "forecasting/service/office.h"

namespace wissel::forecasting {

// `intraday` outlives the table.
void RegisterForecasts(rpc::MethodTable& table, Office& office, Intraday& intraday);

}  // namespace wissel::forecasting
