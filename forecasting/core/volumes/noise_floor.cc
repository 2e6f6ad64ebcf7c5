#include "forecasting/core/volumes/noise_floor.h"

#include <algorithm>
#include <cmath>

namespace wissel::volumes {

double PoissonMeanDeviation(double mean) {
  if (mean <= 0) return 0;
  const double k = std::floor(mean);
  return 2 * std::exp((k + 1) * std::log(mean) - mean - std::lgamma(k + 1));
}

double NoiseOfDay(const Eigen::RowVectorXd& counts) {
  double noise = 0;
  const auto last = counts.size() - 1;
  for (Eigen::Index i = 0; i <= last; ++i) {
    const auto from = std::max<Eigen::Index>(0, i - 1);
    const auto n = std::min(last, i + 1) - from + 1;
    noise += PoissonMeanDeviation(counts.segment(from, n).mean());
  }
  return noise;
}

}  // namespace wissel::volumes
