#include "forecasting/core/simulation/customers.h"

#include <algorithm>
#include <cmath>

namespace wissel::simulation {
namespace {

using forecasting::Random;

enum Purpose : uint64_t { kFactor = 1, kArrival, kHandle, kPatience, kWrapUp };

constexpr double kMonth_ms = 30.0 * 86'400'000;

}  // namespace

Customers::Customers(const Model& model, size_t queue, uint64_t seed, uint64_t replication)
    : queue_(&model.queues[queue]), interval_ms_(static_cast<double>(model.interval.millis())) {
  const auto stream = [&](Purpose purpose) {
    return Random{seed, replication, queue, purpose}.Next();
  };
  Random factor{stream(kFactor)};
  factor_ = DrawGammaFactor(queue_->cv, factor);
  arrival_stream_ = stream(kArrival);
  handle_stream_ = stream(kHandle);
  patience_stream_ = stream(kPatience);
  wrap_up_stream_ = stream(kWrapUp);
}

int64_t Customers::DrawMs(uint64_t stream, uint64_t n, const Distribution& distribution) {
  Random random = Random::Nth(stream, n);
  return static_cast<int64_t>(std::min(distribution.Draw(random) * 1000 + 0.5, kMonth_ms));
}

int64_t Customers::Scaled(int64_t ms, int64_t came_ms) const {
  const std::vector<double>& factors = queue_->handle_factor;
  if (factors.empty()) return ms;
  const auto interval = static_cast<size_t>(static_cast<double>(came_ms) / interval_ms_);
  return std::llround(static_cast<double>(ms) * factors[std::min(interval, factors.size() - 1)]);
}

std::optional<int64_t> Customers::NextArrivalMs() {
  // In units in which one comes on average.
  Random random = Random::Nth(arrival_stream_, next_++);
  double left = -std::log(OpenUniform(random));
  while (interval_ < queue_->calls.size()) {
    const double calls = queue_->calls[interval_] * factor_;
    const double rest = calls * (1 - passed_);
    if (left < rest) {
      passed_ += left / calls;
      return static_cast<int64_t>((static_cast<double>(interval_) + passed_) * interval_ms_);
    }
    left -= rest;
    ++interval_;
    passed_ = 0;
  }
  return std::nullopt;
}

}  // namespace wissel::simulation
