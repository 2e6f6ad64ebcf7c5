// Who keeps to the schedule: what an agent was to do today beside what they did.
//
// Adherence is the share of the planned time so far in which the agent did what was planned;
// conformance is the time worked over the time planned to be worked, whenever it was (Cleveland,
// "Call Center Management on Fast Forward", 2012, ch. 14: adherence is when, conformance how long).
//
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"

namespace wissel::scheduling {

enum class Activity : uint8_t { kOff = 1, kWork = 2, kBreak = 3 };

// From `start` to `end`, the end not included.
struct ActivitySpan {
  Instant start;
  Instant end;
  Activity activity = Activity::kWork;

  bool operator==(const ActivitySpan&) const = default;
};

// `activity` from then on.
struct ActivityChange {
  Instant at;
  Activity activity = Activity::kOff;
};

struct AdherenceRow {
  Activity planned = Activity::kOff;
  Activity actual = Activity::kOff;
  // Since when without a break the two differ; none: they agree.
  std::optional<Instant> differs_since;
  // 0 to 1; none: nothing was planned so far.
  std::optional<double> adherence;
  // 0 and more; none: no work was planned so far.
  std::optional<double> conformance;
  // The next change of plan; none: no more today.
  std::optional<ActivityChange> next;
};

// `plan`: spans of the day in order, without overlap; off between them. `did`: changes in order;
// off before the first. Both may reach beyond `now`: what lies there counts for `next` alone.
AdherenceRow AdherenceAt(const std::vector<ActivitySpan>& plan,
                         const std::vector<ActivityChange>& did, Instant now);

}  // namespace wissel::scheduling
