// Offers of overtime and voluntary time off, from the outlook of the day to the agents' answers
// (proto/wissel/v1/day.proto). An offer has no timer: whether it is still open is judged by the
// shard's clock when it is read or acted on.
#pragma once

#include "base/rpc/method_table.h"
#include "forecasting/service/intraday.h"
#include "forecasting/service/office.h"

namespace wissel::forecasting {

// `intraday` outlives the table.
void RegisterShiftOffers(rpc::MethodTable& table, Office& office, Intraday& intraday);

}  // namespace wissel::forecasting
