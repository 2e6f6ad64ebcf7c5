// Distributions fitted to what was observed, by maximum likelihood: log-normal and Erlang handle
// times, exponential and Weibull patience.
//
// A wait that ended with an answer says only that the customer's patience was longer: it is
// censored, and counts as that (Mandelbaum & Zeltyn 2007, section 3; Brown et al. 2005, section 5).
//
// Pure; thread-safe. INVALID_ARGUMENT for what cannot be fitted to.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/simulation/distribution.h"

namespace wissel::simulation {

struct Fit {
  Distribution distribution;
  double log_likelihood = 0;
  int parameters = 1;

  // Akaike's criterion: the less the better.
  double Aic() const { return 2 * parameters - 2 * log_likelihood; }
};

// Of durations above 0 s, two or more that are not all alike.
absl::StatusOr<Fit> FitHandleLogNormal(const std::vector<double>& seconds);
absl::StatusOr<Fit> FitHandleErlang(const std::vector<double>& seconds);
// The better of the two by Akaike's criterion.
absl::StatusOr<Fit> FitHandle(const std::vector<double>& seconds);

struct Wait {
  double seconds = 0;  // above 0
  bool left = false;   // by the customer; otherwise answered: patience was longer
};
// Somebody must have left.
absl::StatusOr<Fit> FitPatienceExponential(const std::vector<Wait>& waits);
// Two or more, after different waits.
absl::StatusOr<Fit> FitPatienceWeibull(const std::vector<Wait>& waits);
absl::StatusOr<Fit> FitPatience(const std::vector<Wait>& waits);

// What is known where single durations are not: how many ended in an interval, and their sum.
struct DurationSum {
  double count = 0;
  double seconds = 0;
  bool follows = false;  // the one before it, without a gap
};
// Coefficient of variation of single durations, from intervals that follow each other: the mean of
// n of them varies by sigma^2 / n, and by differences from one interval to the next a slow change
// of the mean counts for next to nothing (von Neumann 1941, the mean square successive difference).
// None when fewer than `kLeastPairs` pairs of intervals have some.
inline constexpr int kLeastPairs = 100;
std::optional<double> SpreadOfSums(const std::vector<DurationSum>& sums);

}  // namespace wissel::simulation
