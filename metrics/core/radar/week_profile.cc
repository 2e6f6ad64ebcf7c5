#include "metrics/core/radar/week_profile.h"

#include <algorithm>
#include <cmath>

namespace wissel::metrics {
namespace {

constexpr double kMinutes = 15;
// A quarter that never had any is taken for one that has half of one in all its weeks.
constexpr double kHalfACount = 0.5;

int Wrapped(int quarter) { return (quarter + kQuartersOfWeek) % kQuartersOfWeek; }

// Trimmed: without the highest and the lowest, where enough are left.
double RobustMean(std::vector<int32_t> counts) {
  std::sort(counts.begin(), counts.end());
  const size_t trim = counts.size() >= 4 ? 1 : 0;
  double sum = 0;
  for (size_t i = trim; i + trim < counts.size(); ++i) sum += counts[i];
  return sum / static_cast<double>(counts.size() - 2 * trim);
}

}  // namespace

std::optional<UsualRate> WeekProfile::At(int quarter, double into) const {
  const Quarter& here = quarters_[static_cast<size_t>(quarter)];
  if (!here.known) return std::nullopt;
  const Quarter& beside = quarters_[static_cast<size_t>(Wrapped(quarter + (into < 0.5 ? -1 : 1)))];
  const double share = std::abs(into - 0.5);
  if (!beside.known) return UsualRate{here.per_minute, here.relative_error};
  return UsualRate{here.per_minute * (1 - share) + beside.per_minute * share,
                   std::max(here.relative_error, beside.relative_error)};
}

int WeekProfile::quarters_known() const {
  return static_cast<int>(
      std::count_if(quarters_.begin(), quarters_.end(), [](const Quarter& q) { return q.known; }));
}

void WeekProfileBuilder::Add(int quarter_of_week, int64_t count) {
  std::vector<int32_t>& counts = counts_[static_cast<size_t>(quarter_of_week)];
  if (counts.size() == WeekProfile::kMostWeeks) counts.erase(counts.begin());
  counts.push_back(static_cast<int32_t>(count));
}

WeekProfile WeekProfileBuilder::Build() const {
  WeekProfile profile;
  std::array<double, kQuartersOfWeek> means = {};
  for (size_t q = 0; q < kQuartersOfWeek; ++q) {
    if (!counts_[q].empty()) means[q] = RobustMean(counts_[q]);
  }
  double beyond = 0;
  double squared = 0;
  for (int i = 0; i < kQuartersOfWeek; ++i) {
    const auto q = static_cast<size_t>(i);
    if (counts_[q].size() < WeekProfile::kFewestWeeks) continue;
    double mean = 0;
    double weeks = 0;
    double weights = 0;
    for (int beside = -1; beside <= 1; ++beside) {
      const auto b = static_cast<size_t>(Wrapped(i + beside));
      if (counts_[b].size() < WeekProfile::kFewestWeeks) continue;
      const double weight = beside == 0 ? 2 : 1;
      mean += weight * means[b];
      weights += weight;
      weeks += static_cast<double>(counts_[b].size()) * weight / 2;
    }
    mean /= weights;
    const double total = mean * weeks + kHalfACount;
    WeekProfile::Quarter& quarter = profile.quarters_[q];
    quarter.known = true;
    quarter.per_minute = static_cast<float>(total / (weeks * kMinutes));
    quarter.relative_error = static_cast<float>(1 / std::sqrt(total));
    for (int32_t count : counts_[q]) {
      // What lies far out is an event of its own, not how much the series usually varies.
      const double residual = (count - mean) * (count - mean);
      beyond += std::min(residual, 25 * mean) - mean;
      squared += mean * mean;
    }
  }
  if (squared > 0) profile.excess_variance_ = std::max(0.0, beyond / squared);
  return profile;
}

}  // namespace wissel::metrics
