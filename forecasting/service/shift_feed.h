// Calendars of published shifts that agents subscribe to from programs which cannot sign in
// (proto/wissel/v1/day.proto): an address with 128 random bits, of which the server keeps the hash.
#pragma once

#include "base/rpc/method_table.h"
#include "forecasting/service/office.h"

namespace wissel::forecasting {

void RegisterShiftFeeds(rpc::MethodTable& table, Office& office);

}  // namespace wissel::forecasting
