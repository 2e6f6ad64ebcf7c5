#include "forecasting/core/volumes/forecast.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace wissel::volumes {
namespace {

// Above this mean the counts lie so close that a gamma distribution stands for them.
constexpr double kManyCounts = 60;

double NormalDensity(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); }
double NormalCdf(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

// Walks the probabilities of 0, 1, 2, ... once, for all quantiles.
std::vector<double> CountQuantiles(double mean, double spread,
                                   const std::vector<double>& probabilities) {
  std::vector<double> quantiles;
  quantiles.reserve(probabilities.size());
  const double growth = mean / (1 + spread * mean);
  double mass = spread > 1e-9 ? std::pow(1 + spread * mean, -1 / spread) : std::exp(-mean);
  double below = 0;
  const double most = mean + 60 * std::sqrt(mean + spread * mean * mean) + 60;
  double k = 0;
  for (const double p : probabilities) {
    while (below + mass < p && k < most) {
      below += mass;
      mass *= growth * (1 + spread * k) / (k + 1);
      ++k;
    }
    const double inside = mass > 0 ? std::clamp((p - below) / mass, 0.0, 1.0) : 0.5;
    quantiles.push_back(std::max(0.0, k - 0.5 + inside));
  }
  return quantiles;
}

// The regularised lower incomplete gamma function by its series (Abramowitz & Stegun 6.5.29), for
// the small shapes that it is used for.
double GammaCdf(double shape, double x) {
  double term = std::exp(shape * std::log(x) - x - std::lgamma(shape + 1));
  double sum = term;
  for (int n = 1; term > 1e-14 * sum && n < 1'000; ++n) {
    term *= x / (shape + n);
    sum += term;
  }
  return std::min(1.0, sum);
}

// Wilson and Hilferty (1931): the cube root of a gamma variable is nearly normal. For small shapes
// it is not, and halving finds the quantile.
double GammaQuantile(double mean, double variance, double probability, double z) {
  const double shape = mean * mean / variance;
  constexpr double kNearlyNormal = 10;
  if (shape >= kNearlyNormal) {
    const double root = 1 - 1 / (9 * shape) + z / (3 * std::sqrt(shape));
    return mean * root * root * root;
  }
  double low = 0;
  double high = shape + 20 * std::sqrt(shape) + 40;
  constexpr int kHalvings = 50;
  for (int step = 0; step < kHalvings; ++step) {
    const double middle = (low + high) / 2;
    (GammaCdf(shape, middle) < probability ? low : high) = middle;
  }
  return low / shape * mean;
}

}  // namespace

double NormalQuantile(double p) {
  static constexpr std::array<double, 6> kA = {-3.969683028665376e+01, 2.209460984245205e+02,
                                               -2.759285104469687e+02, 1.383577518672690e+02,
                                               -3.066479806614716e+01, 2.506628277459239e+00};
  static constexpr std::array<double, 5> kB = {-5.447609879822406e+01, 1.615858368580409e+02,
                                               -1.556989798598866e+02, 6.680131188771972e+01,
                                               -1.328068155288572e+01};
  static constexpr std::array<double, 6> kC = {-7.784894002430293e-03, -3.223964580411365e-01,
                                               -2.400758277161838e+00, -2.549732539343734e+00,
                                               4.374664141464968e+00,  2.938163982698783e+00};
  static constexpr std::array<double, 4> kD = {7.784695709041462e-03, 3.224671290700398e-01,
                                               2.445134137142996e+00, 3.754408661907416e+00};
  const auto tail = [](double q) {
    return (((((kC[0] * q + kC[1]) * q + kC[2]) * q + kC[3]) * q + kC[4]) * q + kC[5]) /
           ((((kD[0] * q + kD[1]) * q + kD[2]) * q + kD[3]) * q + 1);
  };
  double x = 0;
  if (p < 0.02425) {
    x = tail(std::sqrt(-2 * std::log(p)));
  } else if (p > 1 - 0.02425) {
    x = -tail(std::sqrt(-2 * std::log(1 - p)));
  } else {
    const double q = p - 0.5;
    const double r = q * q;
    x = (((((kA[0] * r + kA[1]) * r + kA[2]) * r + kA[3]) * r + kA[4]) * r + kA[5]) * q /
        (((((kB[0] * r + kB[1]) * r + kB[2]) * r + kB[3]) * r + kB[4]) * r + 1);
  }
  const double u = (NormalCdf(x) - p) / NormalDensity(x);
  return x - u / (1 + x * u / 2);
}

std::vector<double> QuantilesOf(double mean, double spread, Shape shape,
                                const std::vector<double>& probabilities) {
  const double variance = mean + spread * mean * mean;
  if (variance <= 0) return std::vector<double>(probabilities.size(), std::max(0.0, mean));
  if (shape == Shape::kNegativeBinomial && mean < kManyCounts) {
    return CountQuantiles(mean, spread, probabilities);
  }
  std::vector<double> quantiles;
  quantiles.reserve(probabilities.size());
  for (const double p : probabilities) {
    const double z = NormalQuantile(p);
    quantiles.push_back(shape == Shape::kNormal ? std::max(0.0, mean + z * std::sqrt(variance))
                                                : GammaQuantile(mean, variance, p, z));
  }
  return quantiles;
}

std::vector<double> Quantiles(const Forecast& forecast, int d, int i,
                              const std::vector<double>& probabilities) {
  return QuantilesOf(forecast.mean(d, i), forecast.spread(d, i), forecast.shape, probabilities);
}

}  // namespace wissel::volumes
