#include "metrics/core/radar/baseline.h"

#include <algorithm>
#include <cmath>

namespace wissel::metrics {
namespace {

// Levels of whole days differ by about a fifth from week to week: the prior of today's level.
constexpr double kPriorOfLevel = 50;
constexpr double kLeastLevel = 0.5;
constexpr double kMostLevel = 2.0;
// Changes of the level that nobody wants to hear of; without past weeks the shape of the day is
// not known either, and a morning's rise is no spike.
constexpr double kToleranceOfHistory = 1.15;
constexpr double kToleranceOfToday = 1.8;
// Counts vary at least so much beyond a Poisson process, as a share of the mean squared.
constexpr double kLeastExcess = 0.01;
constexpr double kExcessOfToday = 0.05;

const double kForget = std::exp2(-1.0 / 90);
const double kForgetOfToday = std::exp2(-1.0 / 45);

}  // namespace

Expectation Baseline::Next(const std::optional<UsualRate>& usual, double excess_variance) const {
  if (usual) {
    const double level =
        std::clamp((kPriorOfLevel + counts_of_known_) / (kPriorOfLevel + usual_of_known_),
                   kLeastLevel, kMostLevel);
    return {Basis::kHistory, usual->per_minute * level, kToleranceOfHistory + usual->relative_error,
            1 / std::max(kLeastExcess, excess_variance)};
  }
  if (bins_ < kWarmUp || counts_ < kEnough) return {};
  const double relative_error = 1 / std::sqrt(counts_);
  return {Basis::kToday, counts_ / minutes_, kToleranceOfToday + relative_error,
          1 / kExcessOfToday};
}

void Baseline::Observe(int64_t count, const std::optional<UsualRate>& usual, bool unusual) {
  if (unusual) {
    // Neither this bin nor those just before it, in which the change may have begun.
    guarded_.clear();
    return;
  }
  ++bins_;
  guarded_.push_back({count, usual ? usual->per_minute : 0, usual.has_value()});
  if (guarded_.size() > kGuardOfToday) {
    const Seen& seen = guarded_[guarded_.size() - 1 - kGuardOfToday];
    counts_ = counts_ * kForgetOfToday + static_cast<double>(seen.count);
    minutes_ = minutes_ * kForgetOfToday + 1;
  }
  if (guarded_.size() <= kGuard) return;
  const Seen seen = guarded_.front();
  guarded_.pop_front();
  counts_of_known_ *= kForget;
  usual_of_known_ *= kForget;
  if (!seen.has_usual) return;
  counts_of_known_ += static_cast<double>(seen.count);
  usual_of_known_ += seen.usual;
}

void Baseline::Interrupt() { *this = Baseline(); }

}  // namespace wissel::metrics
