// What a method says about coming intervals: a distribution for each, not only a mean; and the
// interface of all methods.
//
// Plain values, pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/volumes/series.h"

namespace wissel::volumes {

// Counts vary around their mean m with variance m + spread x m^2: Poisson, and beyond it what is
// not known of the rate. The shape is negative binomial, or normal and cut at 0.
enum class Shape : uint8_t { kNegativeBinomial, kNormal };

// What the method would have said a day ahead about recent days of the history, oldest first.
struct Recent {
  std::vector<int> days;  // rows of the history
  Matrix mean;            // one row for each of them
};

struct Forecast {
  std::vector<Date> days;
  Matrix mean;    // days x intervals
  Matrix spread;  // the same shape, at least 0
  // By day, the part of the spread that all its intervals share: whether the day is busy.
  std::vector<double> common;
  Shape shape = Shape::kNegativeBinomial;
  std::string chosen;  // the method that made it, where it was chosen among several
  Recent recent;
  std::vector<std::string> cannot_know;  // sentences for people: what the history is too short for
};

// The value that interval `i` of day `d` stays below with each of these probabilities, which rise
// and lie strictly between 0 and 1. Negative binomial counts are spread over half an interval to
// both sides, so that quantiles move smoothly with the mean.
std::vector<double> Quantiles(const Forecast& forecast, int d, int i,
                              const std::vector<double>& probabilities);
std::vector<double> QuantilesOf(double mean, double spread, Shape shape,
                                const std::vector<double>& probabilities);

// The standard normal distribution's (Acklam's rational approximation, one Halley step).
double NormalQuantile(double probability);

class Method {
 public:
  virtual ~Method() = default;
  virtual std::string_view name() const = 0;
  // Otherwise only the window before the origin is shown to it.
  virtual bool uses_all_history() const { return false; }
  // Of `days`, which rise and come after the history. INVALID_ARGUMENT with the field "series" when
  // nothing is known in the history.
  virtual absl::StatusOr<Forecast> Predict(const Series& history,
                                           const std::vector<Date>& days) const = 0;
};

}  // namespace wissel::volumes
