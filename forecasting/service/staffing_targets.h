// What each queue of a forecast is staffed for: as a request asks, else as the queue promises.
//
// Pure. What is out of range is INVALID_ARGUMENT on its field.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/staffing/shared.h"
#include "router/core/directory.h"
#include "wissel/v1/forecast.pb.h"
#include "wissel/v1/staffing.pb.h"

namespace wissel::forecasting {

using staffing::Manner;

struct Target {
  std::string queue;  // "queues/tax"
  Manner manner = Manner::kAtOnce;
  double service_level = 0.8;
  double within_s = 20;
  double patience_s = 180;  // mean
  int concurrency = 1;
};

// Of one queue: as `asked` has it, where that is there.
Target TargetOf(const QueueConfig& queue, const std::string& name, const v1::StaffingTarget* asked);

using AskedTargets = std::map<std::string, v1::StaffingTarget>;  // by queue
// NOT_FOUND for a queue that is not there.
absl::StatusOr<AskedTargets> ReadTargets(
    const google::protobuf::RepeatedPtrField<v1::StaffingTarget>& targets,
    const Directory& directory);
// Of the queues of the forecast that are there and of which it says something.
// FAILED_PRECONDITION on `forecast` when there is none.
absl::StatusOr<std::vector<Target>> TargetsOf(const v1::Forecast& forecast,
                                              const Directory& directory,
                                              const AskedTargets& asked);
void WriteTarget(const Target& target, v1::StaffingTarget* out);

// How unsure the rate of an interval is, as a coefficient of variation: what its quantiles say
// beyond what single contacts add by themselves; at most 3.
double RateSpreadOf(const v1::ForecastPoint& point);

double SecondsIn(const google::protobuf::Duration& duration);
// One that is not finite is left out.
void WriteSeconds(double seconds, google::protobuf::Duration* out);
absl::Status CheckShare(double value, double least, double most, std::string_view field);

}  // namespace wissel::forecasting
