#include "forecasting/core/volumes/intraday.h"

#include <algorithm>
#include <cmath>

namespace wissel::volumes {
namespace {

// Of recent days: what came over what was expected, before and after so many intervals.
struct Moments {
  double early = 0;   // variance of the known part's ratio
  double common = 0;  // its covariance with the rest's
  int days = 0;
};

double Limited(double ratio) { return std::clamp(ratio, 0.2, 5.0); }

Moments MomentsOf(const Series& history, const Recent& recent, int known) {
  Moments moments;
  const auto rest = history.counts.cols() - known;
  double early = 0;
  double late = 0;
  double early_squared = 0;
  double product = 0;
  for (int r = 0; r < recent.mean.rows(); ++r) {
    const int day = recent.days[static_cast<size_t>(r)];
    const double expected = recent.mean.row(r).head(known).sum();
    const double expected_rest = recent.mean.row(r).tail(rest).sum();
    if (!history.IsKnown(day) || expected <= 0 || expected_rest <= 0) continue;
    const double x = Limited(history.counts.row(day).head(known).sum() / expected);
    const double y = Limited(history.counts.row(day).tail(rest).sum() / expected_rest);
    early += x;
    late += y;
    early_squared += x * x;
    product += x * y;
    ++moments.days;
  }
  if (moments.days < 2) return moments;
  const double n = moments.days;
  moments.early = std::max(0.0, early_squared / n - early * early / n / n);
  moments.common = product / n - early * late / n / n;
  return moments;
}

}  // namespace

IntradayUpdate UpdateOf(const Series& history, const Forecast& forecast, int row,
                        const std::vector<double>& so_far) {
  IntradayUpdate update;
  const auto known = static_cast<int>(so_far.size());
  if (known == 0 || known >= forecast.mean.cols()) return update;
  double came = 0;
  for (const double count : so_far) came += count;
  const double expected = forecast.mean.row(row).head(known).sum();
  if (expected <= 0) return update;
  // Without recent days: what the forecast states as common to the day is so, and the share of
  // the day that is known says how far it may be believed.
  const double spread = forecast.common[static_cast<size_t>(row)];
  const double share = expected / forecast.mean.row(row).sum();
  constexpr double kDaysOfPrior = 10;
  const Moments past = MomentsOf(history, forecast.recent, known);
  const double days = past.days;
  const double common =
      (days * past.common + kDaysOfPrior * spread * share) / (days + kDaysOfPrior);
  const double early =
      (days * past.early + kDaysOfPrior * (spread + 1 / expected)) / (days + kDaysOfPrior);
  update.common_variance = std::clamp(common, 0.0, early);
  // Counting alone makes 1 / expected of it.
  update.own_variance = std::max({early - update.common_variance, 1 / expected, 1e-9});
  if (update.common_variance <= 0) return update;
  const double prior = 1 / update.common_variance;
  const double evidence = 1 / update.own_variance;
  update.factor = (prior + evidence * came / expected) / (prior + evidence);
  return update;
}

Forecast Updated(const Series& history, const Forecast& forecast, int row,
                 const std::vector<double>& so_far) {
  const IntradayUpdate update = UpdateOf(history, forecast, row, so_far);
  Forecast updated = forecast;
  const auto rest = forecast.mean.cols() - static_cast<Eigen::Index>(so_far.size());
  if (so_far.empty() || rest <= 0) return updated;
  updated.mean.row(row).tail(rest) *= update.factor;
  // The share of the day's common variance that is known now.
  const double learned = update.common_variance / (update.common_variance + update.own_variance);
  double& common = updated.common[static_cast<size_t>(row)];
  updated.spread.row(row).tail(rest) =
      (updated.spread.row(row).tail(rest).array() - learned * common).max(0.0);
  common *= 1 - learned;
  return updated;
}

}  // namespace wissel::volumes
