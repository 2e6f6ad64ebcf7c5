#include "forecasting/core/staffing/rate_spread.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "Eigen/Eigenvalues"
#include "base/status.h"

namespace wissel::staffing {
namespace {

// Enough for twelve digits of a mean, and for a figure that bends as a service level does.
constexpr int kGammaPoints = 24;
constexpr int kQuantilePoints = 100;
// Below it the rate is as good as known.
constexpr double kLeastCv = 1e-6;

// Of the standard normal distribution: by bisection, since erfc falls.
double NormalScore(double level) {
  double low = -9, high = 9;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (std::erfc(-middle / std::numbers::sqrt2) / 2 < level ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

absl::StatusOr<RateSpread> GammaSpread(double mean, double cv) {
  if (!(mean >= 0) || !std::isfinite(mean)) {
    return RefuseField("mean", "the mean rate is no rate", "a number, 0 or more");
  }
  if (!(cv >= 0 && cv <= 3)) {
    return RefuseField("cv", "the coefficient of variation is out of range", "0 to 3");
  }
  if (mean == 0 || cv < kLeastCv) return RateSpread{{mean, 1}};
  const double shape = 1 / (cv * cv);
  // The Jacobi matrix of the generalised Laguerre polynomials with alpha = shape - 1; the first
  // components of its eigenvectors give the weights.
  Eigen::VectorXd diagonal(kGammaPoints);
  Eigen::VectorXd beside(kGammaPoints - 1);
  for (int i = 0; i < kGammaPoints; ++i) {
    diagonal[i] = 2 * i + shape;
    if (i > 0) beside[i - 1] = std::sqrt(i * (i + shape - 1));
  }
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
  solver.computeFromTridiagonal(diagonal, beside, Eigen::ComputeEigenvectors);
  RateSpread spread;
  for (int i = 0; i < kGammaPoints; ++i) {
    const double first = solver.eigenvectors()(0, i);
    spread.push_back({std::max(0.0, solver.eigenvalues()[i]) * mean / shape, first * first});
  }
  return spread;
}

absl::StatusOr<RateSpread> QuantileSpread(const std::vector<Quantile>& quantiles) {
  if (quantiles.size() < 2) {
    return RefuseField("quantiles", "one quantile says nothing of a spread", "two or more");
  }
  for (size_t i = 0; i < quantiles.size(); ++i) {
    const Quantile& q = quantiles[i];
    const bool rises =
        i == 0 || (q.level > quantiles[i - 1].level && q.value >= quantiles[i - 1].value);
    if (!(q.level > 0 && q.level < 1) || !std::isfinite(q.value) || !rises) {
      return RefuseField("quantiles", "quantiles must rise",
                         "levels within 0 and 1, each above the one before, values not below");
    }
  }
  std::vector<double> scores;
  scores.reserve(quantiles.size());
  for (const Quantile& q : quantiles) scores.push_back(NormalScore(q.level));
  RateSpread spread;
  for (int i = 0; i < kQuantilePoints; ++i) {
    const double score = NormalScore((i + 0.5) / kQuantilePoints);
    size_t right = 1;
    while (right + 1 < scores.size() && scores[right] < score) ++right;
    const double slope =
        (quantiles[right].value - quantiles[right - 1].value) / (scores[right] - scores[right - 1]);
    const double value = quantiles[right - 1].value + slope * (score - scores[right - 1]);
    spread.push_back({std::max(0.0, value), 1.0 / kQuantilePoints});
  }
  return spread;
}

double MeanOf(const RateSpread& spread) {
  double mean = 0;
  for (const RatePoint& point : spread) mean += point.rate * point.weight;
  return mean;
}

}  // namespace wissel::staffing
