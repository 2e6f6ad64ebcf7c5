// How much work there is at each time of a day: the load that intervals are staffed for when the
// arrival rate changes.
//
// Interval by interval (SIPP) a call counts when it comes. It is work while it lasts: with handle
// times that are not short beside the changes, the work lags behind the calls, and SIPP has too few
// agents after every peak (Green, Kolesar & Soares 2001). The modified offered load is the number
// of busy agents if there were always enough of them, M(t)/M/infinity (Jennings, Mandelbaum, Massey
// & Whitt 1996; Eick, Massey & Whitt 1993).
//
// Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace wissel::staffing {

// Calls per second, constant within each step.
struct ArrivalCurve {
  double step_s = 30;
  std::vector<double> per_s;

  double length_s() const { return step_s * static_cast<double>(per_s.size()); }
};

// What was before the curve begins.
enum class Before : uint8_t {
  kNothing = 1,  // the doors open
  kSame = 2,     // the first rate, for a long time
  kCycle = 3,    // the same curve, again and again
};

enum class LoadMethod : uint8_t {
  kSippMean = 1,  // calls x handle time, mean of the interval
  kSippMost = 2,  // of the step within it that has most
  kLagMean = 3,   // the same a mean handle time earlier
  kLagMost = 4,
  kMolMean = 5,  // modified offered load
  kMolMost = 6,
};
// "sipp-mean", "sipp-max", "lag-mean", "lag-max", "mol-mean", "mol-max".
std::string_view NameOf(LoadMethod method);
std::optional<LoadMethod> LoadMethodNamed(std::string_view name);

// Busy agents at the end of each step, and before the first, if there were always enough: one more
// than steps. Erlangs. Handle times are exponential.
std::vector<double> LoadOverTime(const ArrivalCurve& curve, double aht_s, Before before);

// The load of each interval, erlangs. INVALID_ARGUMENT, with the field, unless intervals are whole
// steps, the curve is whole intervals, and rates and handle time are such.
absl::StatusOr<std::vector<double>> IntervalLoads(const ArrivalCurve& curve, double interval_s,
                                                  double aht_s, LoadMethod method, Before before);

// Calls of intervals as a curve that goes through them without steps between: within an interval
// linear, from the mean of its neighbours, so that each keeps its calls; never below 0.
ArrivalCurve SmoothCurve(const std::vector<double>& calls, double interval_s, double step_s);

}  // namespace wissel::staffing
