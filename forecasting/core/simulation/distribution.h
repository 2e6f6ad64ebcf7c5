// How long something takes: a distribution of seconds, drawn from a stream of random numbers.
//
// Pure; plain values; thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/draws.h"

namespace wissel::simulation {

class Distribution {
 public:
  enum class Kind : uint8_t {
    kConstant = 1,
    kExponential = 2,
    kLogNormal = 3,  // shape: coefficient of variation
    kErlang = 4,     // shape: number of phases
    kWeibull = 5,    // shape: k; below 1 the impatient leave early
    kEmpirical = 6,
  };
  // A second, always.
  Distribution() = default;
  // INVALID_ARGUMENT unless the mean is above 0 and the shape such as its kind asks for.
  static absl::StatusOr<Distribution> Make(Kind kind, double mean_s, double shape = 1);
  // Straight between the sorted observations. INVALID_ARGUMENT unless there are some, 0 or more.
  static absl::StatusOr<Distribution> Empirical(std::vector<double> seconds);

  Kind kind() const { return kind_; }
  double mean_s() const { return mean_s_; }
  double shape() const { return shape_; }
  double Draw(forecasting::Random& random) const;

 private:
  Kind kind_ = Kind::kConstant;
  double mean_s_ = 1;
  double shape_ = 1;
  double scale_ = 1;  // of the kind: Weibull's lambda, the median of a log-normal
  double sd_ = 0;     // of the logarithm
  std::vector<double> sorted_;
};

// In (0, 1].
inline double OpenUniform(forecasting::Random& random) { return 1 - random.Uniform(); }
// Standard normal (Box & Muller 1958).
double DrawNormal(forecasting::Random& random);
// Gamma with mean 1 and this coefficient of variation (Marsaglia & Tsang 2000).
double DrawGammaFactor(double cv, forecasting::Random& random);

}  // namespace wissel::simulation
