// What schedules must keep to: labour rules of the center, and what each agent may and wishes
// (proto/wissel/v1/schedule.proto).
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "forecasting/service/office.h"
#include "wissel/v1/schedule.pb.h"

namespace wissel::forecasting {

void RegisterLabourRules(rpc::MethodTable& table, Office& office);

// As somebody set them; before, those of a usual office week.
absl::StatusOr<v1::LabourRules> LabourRulesIn(PlanStore& store);

// By agent ("agents/anna"), of those that somebody has said something of.
absl::StatusOr<std::map<std::string, v1::PlannedAgent>> PlannedAgentsIn(PlanStore& store);

}  // namespace wissel::forecasting
