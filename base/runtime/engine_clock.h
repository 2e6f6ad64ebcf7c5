// The engine's time in a living process: starts at the wall clock or at the engine's last time,
// whichever is later, and from then on follows the steady clock. So it never goes back, over
// restarts too, and no step of the wall clock (an hour, a leap second) moves an age, a lease or a
// service level.
//
// Thread-safe.
#pragma once

#include <functional>

#include "base/time.h"

namespace wissel {

// Where time comes from. Tests bring their own.
struct TimeSource {
  std::function<Instant()> wall;
  std::function<Duration()> steady;  // since some fixed moment; never back

  static TimeSource System();
};

class EngineClock {
 public:
  explicit EngineClock(Instant not_before, TimeSource source = TimeSource::System());

  Instant now() const;

 private:
  TimeSource source_;
  Instant start_;
  Duration steady_start_;
};

}  // namespace wissel
