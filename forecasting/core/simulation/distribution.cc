#include "forecasting/core/simulation/distribution.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::simulation {

using forecasting::Random;

absl::StatusOr<Distribution> Distribution::Make(Kind kind, double mean_s, double shape) {
  if (!(mean_s > 0) || !std::isfinite(mean_s)) {
    return RefuseField("mean", fmt::format("a mean of {} s", mean_s), "above 0 s");
  }
  if (!(shape > 0) || shape > 1000) {
    return RefuseField("shape", fmt::format("a shape of {}", shape), "above 0, 1000 at most");
  }
  Distribution d;
  d.kind_ = kind;
  d.mean_s_ = d.scale_ = mean_s;
  d.shape_ = shape;
  if (kind == Kind::kErlang && shape != std::floor(shape)) {
    return RefuseField("shape", fmt::format("{} phases", shape), "a whole number");
  }
  if (kind == Kind::kLogNormal) {
    const double variance = std::log1p(shape * shape);
    d.sd_ = std::sqrt(variance);
    d.scale_ = mean_s * std::exp(-variance / 2);
  }
  if (kind == Kind::kWeibull) {
    if (shape < 0.1) return RefuseField("shape", "a Weibull shape below 0.1", "0.1 or more");
    d.scale_ = mean_s / std::tgamma(1 + 1 / shape);
  }
  return d;
}

absl::StatusOr<Distribution> Distribution::Empirical(std::vector<double> seconds) {
  if (seconds.empty()) return RefuseField("values", "there are none", "one or more");
  for (double value : seconds) {
    if (!(value >= 0) || !std::isfinite(value)) {
      return RefuseField("values", fmt::format("{} s took nothing", value), "0 s or more");
    }
  }
  std::sort(seconds.begin(), seconds.end());
  Distribution d;
  d.kind_ = Kind::kEmpirical;
  d.mean_s_ =
      std::accumulate(seconds.begin(), seconds.end(), 0.0) / static_cast<double>(seconds.size());
  d.sorted_ = std::move(seconds);
  return d;
}

double Distribution::Draw(Random& random) const {
  switch (kind_) {
    case Kind::kConstant:
      return mean_s_;
    case Kind::kExponential:
      return -mean_s_ * std::log(OpenUniform(random));
    case Kind::kLogNormal:
      return scale_ * std::exp(sd_ * DrawNormal(random));
    case Kind::kErlang: {
      double sum = 0;
      for (int i = 0; i < static_cast<int>(shape_); ++i) sum -= std::log(OpenUniform(random));
      return mean_s_ / shape_ * sum;
    }
    case Kind::kWeibull:
      return scale_ * std::pow(-std::log(OpenUniform(random)), 1 / shape_);
    case Kind::kEmpirical: {
      const double at = random.Uniform() * static_cast<double>(sorted_.size()) - 0.5;
      if (at <= 0) return sorted_.front();
      const auto below = static_cast<size_t>(at);
      if (below + 1 >= sorted_.size()) return sorted_.back();
      const double part = at - static_cast<double>(below);
      return sorted_[below] + part * (sorted_[below + 1] - sorted_[below]);
    }
  }
  return mean_s_;
}

double DrawNormal(Random& random) {
  const double radius = std::sqrt(-2 * std::log(OpenUniform(random)));
  return radius * std::cos(2 * std::numbers::pi * random.Uniform());
}

double DrawGammaFactor(double cv, Random& random) {
  if (cv == 0) return 1;
  const double shape = 1 / (cv * cv);
  // Below a shape of 1 by one more and a power of a uniform.
  const double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = DrawNormal(random);
    const double v = std::pow(1 + c * x, 3);
    if (v <= 0) continue;
    if (std::log(OpenUniform(random)) >= x * x / 2 + d * (1 - v + std::log(v))) continue;
    const double less = shape < 1 ? std::pow(OpenUniform(random), 1 / shape) : 1;
    return d * v * less / shape;
  }
}

}  // namespace wissel::simulation
