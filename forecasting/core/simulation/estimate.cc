#include "forecasting/core/simulation/estimate.h"

#include <cmath>

#include "boost/math/distributions/students_t.hpp"

namespace wissel::simulation {

void RatioEstimator::Add(double x, double y) {
  ++count_;
  x_ += x;
  y_ += y;
  xx_ += x * x;
  xy_ += x * y;
  yy_ += y * y;
}

double StudentT(size_t degrees) {
  return boost::math::quantile(boost::math::students_t(static_cast<double>(degrees)), 0.975);
}

Estimate RatioEstimator::Result() const {
  Estimate estimate;
  estimate.value = y_ != 0 ? x_ / y_ : 0;
  if (count_ < 2) return estimate;
  const auto n = static_cast<double>(count_);
  const double r = estimate.value;
  // The sum of squares of x - r y, whose mean is 0.
  const double squares = std::max(0.0, xx_ - 2 * r * xy_ + r * r * yy_);
  estimate.half_width =
      y_ != 0 ? StudentT(count_ - 1) * std::sqrt(squares * n / (n - 1)) / std::abs(y_) : 0;
  return estimate;
}

QueueEstimates EstimateQueues(const std::vector<Tally>& observations, const std::vector<size_t>& of,
                              staffing::ServiceLevel variant) {
  RatioEstimator offered, level, blocked, refused, abandoned, in_time, delayed, beyond, answer,
      wait, handle;
  for (const Tally& observation : observations) {
    QueueTally t;
    for (size_t queue : of) t += observation.queues[queue];
    const auto number = [](int64_t n) { return static_cast<double>(n); };
    const Level l = LevelOf(t, variant);
    const double all = number(t.offered), accepted = number(t.accepted());
    const double answered = number(t.answered);
    offered.Add(all, 1);
    level.Add(l.good, l.all);
    blocked.Add(number(t.blocked), all);
    refused.Add(number(t.refused), all);
    abandoned.Add(number(t.abandoned), accepted);
    in_time.Add(number(t.in_time), accepted);
    delayed.Add(number(t.delayed), answered);
    beyond.Add(number(t.answered - t.in_time), answered);
    answer.Add(number(t.answered_wait_ms) / 1000, answered);
    wait.Add(number(t.answered_wait_ms + t.abandoned_wait_ms) / 1000, accepted);
    handle.Add(number(t.handled_ms) / 1000, answered);
  }
  return {offered.Result(),   level.Result(),   blocked.Result(), refused.Result(),
          abandoned.Result(), in_time.Result(), delayed.Result(), beyond.Result(),
          answer.Result(),    wait.Result(),    handle.Result()};
}

Estimate EstimateOccupancy(const std::vector<Tally>& observations, size_t group) {
  RatioEstimator occupancy;
  for (const Tally& observation : observations) {
    const GroupTally& t = observation.groups[group];
    occupancy.Add(static_cast<double>(t.busy_ms), static_cast<double>(t.staffed_ms));
  }
  return occupancy.Result();
}

}  // namespace wissel::simulation
