// What planners know beforehand and know better: events and overrides of ForecastService.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "forecasting/service/office.h"
#include "forecasting/service/resources.h"
#include "wissel/v1/forecast.pb.h"

namespace wissel::forecasting {

void RegisterEvents(rpc::MethodTable& table, Office& office);

// Those that are felt in some of these days, by first day; of a scenario and of all of them.
absl::StatusOr<std::vector<v1::PlanningEvent>> EventsIn(PlanStore& store, const Days& days);
// Of one queue ("queues/tax"), by first day.
absl::StatusOr<std::vector<v1::Override>> OverridesOf(PlanStore& store, const std::string& queue);

}  // namespace wissel::forecasting
