// What the next bin of one series is expected to have, and from what: past weeks, corrected by
// today's level; or, where no weeks are known, today's own slower level, after a time of learning.
//
// The level is a Poisson-gamma update that forgets: (a + sum of counts) / (a + sum of expected),
// both halved every 90 minutes, so that a day which is busier as a whole is no alarm. It looks only
// at bins that are at least 20 minutes old: a change that is only beginning is not yet part of what
// is expected. Where no weeks are known the level must follow the shape of the day itself: it is
// halved every 45 minutes, and looks at what is 10 minutes old. Pure; a plain value.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "metrics/core/radar/week_profile.h"

namespace wissel::metrics {

enum class Basis : uint8_t { kLearning = 1, kHistory = 2, kToday = 3 };

struct Expectation {
  Basis basis = Basis::kLearning;
  double mean = 0;
  // From mean / tolerance to mean * tolerance nothing is unusual: small changes of the level are
  // nobody's alarm, and the mean itself is an estimate.
  double tolerance = 1;
  double size = 0;  // of the negative binomial about the mean

  // A handful an hour is nobody's alarm, however rare it is.
  double above() const { return std::max(mean * tolerance, 0.05); }
  double below() const { return mean / tolerance; }
};

class Baseline {
 public:
  // In bins of one minute.
  static constexpr size_t kGuard = 20;
  static constexpr size_t kGuardOfToday = 10;
  static constexpr int kWarmUp = 45;
  // Today's own level speaks once so many stand behind it.
  static constexpr double kEnough = 10;

  // Of the next bin. `usual`: what past weeks say of it; `excess_variance` of their profile.
  Expectation Next(const std::optional<UsualRate>& usual, double excess_variance) const;
  // It had so many. `unusual`: it is not learned from.
  void Observe(int64_t count, const std::optional<UsualRate>& usual, bool unusual);
  // The queue was closed, or the center was not watched: today's own level begins again.
  void Interrupt();

 private:
  struct Seen {
    int64_t count = 0;
    double usual = 0;
    bool has_usual = false;
  };

  std::deque<Seen> guarded_;  // the last ones, not yet all learned from
  // Halved sums, of all bins and of those that past weeks know.
  double counts_ = 0;
  double minutes_ = 0;
  double counts_of_known_ = 0;
  double usual_of_known_ = 0;
  int bins_ = 0;  // since the interruption
};

}  // namespace wissel::metrics
