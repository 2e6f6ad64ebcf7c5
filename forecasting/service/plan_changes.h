// What planners know beforehand (events), know better (overrides) and want to be ready for
// (scenarios), put over a forecast as it was made (forecasting/core/volumes/events.h).
//
// An event falls on its days by its shape, on those of them on which the queue is open; within a
// day as the model spreads what comes. The scenarios low and high have each day at its 10 and 90 %
// quantile; surge is high, with the events that belong to it alone.
//
// Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "wissel/v1/forecast.pb.h"

namespace wissel::forecasting {

enum class Scenario { kLow, kExpected, kHigh, kSurge };
// "scenarios/high"; empty: expected. NOT_FOUND on `scenario`.
absl::StatusOr<Scenario> ReadScenario(const std::string& name);

// `series`: of one queue, by interval; points without `expected` stay as they are. Points that are
// changed keep the model's number as `model`, and the names of what changed them.
absl::Status ApplyChanges(const std::vector<v1::PlanningEvent>& events,
                          const std::vector<v1::Override>& overrides, Scenario scenario,
                          absl::TimeZone zone, v1::ForecastSeries& series);

// How the size of an event falls on its days: shares that sum to 1.
std::vector<double> SharesOf(v1::PlanningEvent::Shape shape, int days);

}  // namespace wissel::forecasting
