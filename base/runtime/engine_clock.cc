#include "base/runtime/engine_clock.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace wissel {
namespace {

template <class Clock>
int64_t MillisOf() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch())
      .count();
}

}  // namespace

TimeSource TimeSource::System() {
  return {[] { return Instant::FromMillis(MillisOf<std::chrono::system_clock>()); },
          [] { return Duration::Millis(MillisOf<std::chrono::steady_clock>()); }};
}

EngineClock::EngineClock(Instant not_before, TimeSource source)
    : source_(std::move(source)),
      start_(std::max(not_before, source_.wall())),
      steady_start_(source_.steady()) {}

Instant EngineClock::now() const { return start_ + (source_.steady() - steady_start_); }

}  // namespace wissel
