#include "forecasting/core/volumes/spread.h"

#include <algorithm>
#include <cmath>

namespace wissel::volumes {
namespace {

constexpr double kCentral = 0.8;
constexpr double kCentralZ = 1.2815515655446004;
constexpr double kLeast = 1e-6;
constexpr double kMost = 4;
// Below this mean an interval says little about the spread of rates.
constexpr double kEnough = 2;

// Share of counts within the central interval of this spread. Half a count on both sides is what a
// whole number stands for.
double Covered(const Backcast& past, double spread) {
  double inside = 0;
  double all = 0;
  for (int d = 0; d < past.mean.rows(); ++d) {
    for (int i = 0; i < past.mean.cols(); ++i) {
      const double m = past.mean(d, i);
      if (!past.known(d, i) || m < kEnough) continue;
      const double half = kCentralZ * std::sqrt(m + spread * m * m);
      inside += std::abs(past.actual(d, i) - m) <= half ? 1 : 0;
      ++all;
    }
  }
  return all > 0 ? inside / all : kCentral;
}

}  // namespace

double CalibratedSpread(const Backcast& past, double otherwise, double otherwise_days) {
  otherwise = std::clamp(otherwise, kLeast, kMost);
  const auto days = static_cast<double>(past.mean.rows());
  if (days == 0) return otherwise;
  double low = std::log(kLeast);
  double high = std::log(kMost);
  for (int step = 0; step < 24; ++step) {
    const double middle = (low + high) / 2;
    (Covered(past, std::exp(middle)) < kCentral ? low : high) = middle;
  }
  const double learned = std::exp((low + high) / 2);
  return (days * learned + otherwise_days * otherwise) / (days + otherwise_days);
}

Eigen::RowVectorXd RelativeSpread(const Backcast& past, double spread) {
  constexpr double kDaysOfPrior = 20;
  const auto intervals = past.mean.cols();
  Eigen::RowVectorXd excess = Eigen::RowVectorXd::Zero(intervals);
  Eigen::RowVectorXd expected = Eigen::RowVectorXd::Zero(intervals);
  for (int i = 0; i < intervals; ++i) {
    double typical = 0;
    double days = 0;
    for (int d = 0; d < past.mean.rows(); ++d) {
      if (!past.known(d, i)) continue;
      const double m = past.mean(d, i);
      // One wild day says no more than a bad one.
      const double most = 9 * (m + spread * m * m);
      const double error = past.actual(d, i) - m;
      excess(i) += std::min(error * error, most) - m;
      expected(i) += spread * m * m;
      typical += m;
      ++days;
    }
    if (days > 0) typical /= days;
    const double prior = kDaysOfPrior * (spread * typical * typical + typical);
    excess(i) += prior;
    expected(i) += prior;
  }
  Eigen::RowVectorXd relative(intervals);
  for (int i = 0; i < intervals; ++i) {
    const auto from = std::max<Eigen::Index>(0, i - 1);
    const auto count = std::min<Eigen::Index>(intervals - 1, i + 1) - from + 1;
    const double of = expected.segment(from, count).sum();
    relative(i) = of > 0 ? std::clamp(excess.segment(from, count).sum() / of, 0.1, 10.0) : 1;
  }
  return relative;
}

}  // namespace wissel::volumes
