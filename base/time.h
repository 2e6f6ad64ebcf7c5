// Instants and durations of the engine: whole milliseconds, a type each.
//
// An Instant counts from the Unix epoch on the engine's own timeline, which never goes back and
// never jumps while a process lives (base/runtime/engine_clock.h makes it).
#pragma once

#include <compare>
#include <cstdint>

namespace wissel {

class Duration {
 public:
  constexpr Duration() = default;
  static constexpr Duration Millis(int64_t ms) { return Duration(ms); }
  static constexpr Duration Seconds(int64_t s) { return Duration(s * 1000); }
  static constexpr Duration Minutes(int64_t min) { return Duration(min * 60'000); }
  static constexpr Duration Hours(int64_t h) { return Duration(h * 3'600'000); }
  static constexpr Duration Days(int64_t d) { return Duration(d * 86'400'000); }

  constexpr int64_t millis() const { return ms_; }
  constexpr double seconds() const { return static_cast<double>(ms_) / 1000.0; }
  constexpr auto operator<=>(const Duration&) const = default;

  constexpr Duration operator+(Duration d) const { return Duration(ms_ + d.ms_); }
  constexpr Duration operator-(Duration d) const { return Duration(ms_ - d.ms_); }
  constexpr Duration operator*(int64_t n) const { return Duration(ms_ * n); }
  constexpr Duration& operator+=(Duration d) { return *this = *this + d; }

 private:
  constexpr explicit Duration(int64_t ms) : ms_(ms) {}
  int64_t ms_ = 0;
};

class Instant {
 public:
  constexpr Instant() = default;
  static constexpr Instant FromMillis(int64_t unix_ms) { return Instant(unix_ms); }

  constexpr int64_t millis() const { return ms_; }
  constexpr auto operator<=>(const Instant&) const = default;

  constexpr Instant operator+(Duration d) const { return Instant(ms_ + d.millis()); }
  constexpr Instant operator-(Duration d) const { return Instant(ms_ - d.millis()); }
  constexpr Duration operator-(Instant t) const { return Duration::Millis(ms_ - t.ms_); }

 private:
  constexpr explicit Instant(int64_t ms) : ms_(ms) {}
  int64_t ms_ = 0;
};

}  // namespace wissel
