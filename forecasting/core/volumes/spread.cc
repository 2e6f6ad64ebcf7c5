#include "forecasting/core/volumes/spread.h"

#include <algorithm>
#include <cmath>

namespace wissel::volumes {
namespace {

constexpr double kCentral = 0.8;
constexpr double kCentralZ = 1.2815515655446004;
constexpr double kLeastFactor = 1e-4;
constexpr double kMostFactor = 100;
// Below this mean an interval says little about the spread of rates.
constexpr double kEnough = 2;

// Share of counts within the central interval when spreads are multiplied by `factor`.
double Covered(const Backcast& past, double factor) {
  double inside = 0;
  double all = 0;
  for (int d = 0; d < past.mean.rows(); ++d) {
    for (int i = 0; i < past.mean.cols(); ++i) {
      const double m = past.mean(d, i);
      if (!past.known(d, i) || m < kEnough) continue;
      const double half = kCentralZ * std::sqrt(m + factor * past.spread(d, i) * m * m);
      inside += std::abs(past.actual(d, i) - m) <= half ? 1 : 0;
      ++all;
    }
  }
  return all > 0 ? inside / all : kCentral;
}

Eigen::RowVectorXd AveragedWithNeighbours(const Eigen::RowVectorXd& sums,
                                          const Eigen::RowVectorXd& of) {
  const auto intervals = sums.size();
  Eigen::RowVectorXd means(intervals);
  for (int i = 0; i < intervals; ++i) {
    const auto from = std::max<Eigen::Index>(0, i - 1);
    const auto count = std::min<Eigen::Index>(intervals - 1, i + 1) - from + 1;
    const double weight = of.segment(from, count).sum();
    means(i) = weight > 0 ? std::max(0.0, sums.segment(from, count).sum() / weight) : 0;
  }
  return means;
}

}  // namespace

double CalibratedFactor(const Backcast& past, double otherwise, double otherwise_days) {
  const auto days = static_cast<double>(past.mean.rows());
  if (days == 0) return otherwise;
  double low = std::log(kLeastFactor);
  double high = std::log(kMostFactor);
  constexpr int kHalvings = 20;
  for (int step = 0; step < kHalvings; ++step) {
    const double middle = (low + high) / 2;
    (Covered(past, std::exp(middle)) < kCentral ? low : high) = middle;
  }
  const double learned = (low + high) / 2;
  return std::exp((days * learned + otherwise_days * std::log(otherwise)) /
                  (days + otherwise_days));
}

Eigen::RowVectorXd ShapeSpread(const Backcast& past, double otherwise) {
  constexpr double kDaysOfPrior = 20;
  const auto intervals = past.mean.cols();
  const auto days = static_cast<double>(past.mean.rows());
  Eigen::RowVectorXd excess = Eigen::RowVectorXd::Zero(intervals);
  Eigen::RowVectorXd squares = Eigen::RowVectorXd::Zero(intervals);
  for (int d = 0; d < past.mean.rows(); ++d) {
    if (!past.known.row(d).all() || past.mean.row(d).sum() <= 0) continue;
    const double level = past.actual.row(d).sum() / past.mean.row(d).sum();
    for (int i = 0; i < intervals; ++i) {
      const double m = level * past.mean(d, i);
      const double error = past.actual(d, i) - m;
      // One wild day says no more than a bad one.
      const double most = 9 * (m + otherwise * m * m);
      excess(i) += std::min(error * error, most) - m;
      squares(i) += m * m;
    }
  }
  // The prior: twenty days that vary as all intervals do together, as far as those are known.
  const double all = squares.sum();
  const double common =
      (std::max(0.0, excess.sum()) * days + otherwise * std::max(all, 1e-12) * kDaysOfPrior) /
      (std::max(all, 1e-12) * (days + kDaysOfPrior));
  const double prior_days = days > 0 ? kDaysOfPrior / days : 1;
  for (int i = 0; i < intervals; ++i) {
    // A rate that is hardly counted says hardly anything of its own.
    const double prior = squares(i) * prior_days + std::max(all, 1e-12) / intervals * 1e-3;
    excess(i) += common * prior;
    squares(i) += prior;
  }
  return AveragedWithNeighbours(excess, squares);
}

}  // namespace wissel::volumes
