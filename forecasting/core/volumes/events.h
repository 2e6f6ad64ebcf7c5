// What planners know and history does not: a letter to 40,000 on Tuesday, snow, a new measure, a
// day that may be 225 times as busy. Events change the forecast's distribution, and past ones that
// were tagged say how large the next will be. Also: scenarios, and a planner's own numbers.
//
// Plain values, pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/volumes/forecast.h"

namespace wissel::volumes {

enum class EventEffect : uint8_t {
  kFactor,    // multiplies what would have come: size 1.2 is a fifth more
  kContacts,  // adds this many contacts in all
};

struct Event {
  std::string name;
  EventEffect effect = EventEffect::kFactor;
  double size = 1;
  double uncertainty = 0;  // standard deviation of the size (for a factor: of size - 1), relative
  Date first;
  // By open day from the first on: how much of the factor holds, or which share of the contacts
  // comes. {1} is one day.
  std::vector<double> response = {1};
  int from_minute = 0;  // of the day; the intervals that begin in it
  int until_minute = 24 * 60;
};

// INVALID_ARGUMENT with the field ("size", "uncertainty", "response") of an event that is none.
absl::StatusOr<Forecast> WithEvents(Forecast forecast, const std::vector<int>& interval_starts,
                                    const std::vector<Event>& events);

// A tagged event of the past: its cause's size (letters sent, centimetres of snow; 1 where there is
// no measure), and by open day from its first what came and what was expected without it.
struct PastEvent {
  double cause = 1;
  std::vector<double> came;
  std::vector<double> expected;
};

// The event that a cause of this size would be, on the day `first`: contacts per unit of cause with
// the response curve of the past ones together. The uncertainty is how much they differed among
// each other; of one alone it is assumed to be half. INVALID_ARGUMENT with the field "past" where
// there is none or nothing came of them.
absl::StatusOr<Event> Learned(std::string name, const std::vector<PastEvent>& past, double cause,
                              Date first);

// The forecast if each day's level were at this quantile of what is thought possible: 0.1 for a low
// scenario, 0.9 for a high one. What varies within the day remains.
Forecast Scenario(const Forecast& forecast, double probability);

// A planner's own numbers for a time, with the reason; the model's stay beside them.
struct Override {
  Date first;
  Date last;
  int from_minute = 0;
  int until_minute = 24 * 60;
  std::optional<double> factor;  // of the model's mean; or else
  std::optional<double> count;   // this many in each interval
  std::string reason;
};
struct Overridden {
  Forecast planned;
  Matrix model_mean;  // as it was
};
// INVALID_ARGUMENT with the field "reason" (none given), "factor", "count" (both, neither,
// negative).
absl::StatusOr<Overridden> WithOverride(const Forecast& forecast,
                                        const std::vector<int>& interval_starts,
                                        const Override& change);

}  // namespace wissel::volumes
