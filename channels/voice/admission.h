// How many calls are let in: so many at once, and so many new ones in a second. Pure. Beyond that a
// caller hears 503 with Retry-After, and what is under way goes on untouched.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace wissel::voice {

struct AdmissionLimits {
  int most_calls = 500;
  int most_new_per_second = 50;
};

class Admission {
 public:
  explicit Admission(AdmissionLimits limits)
      : limits_(limits), tokens_milli_(int64_t{limits.most_new_per_second} * 1000) {}

  // None: come in. Otherwise after how long it is worth to try again.
  std::optional<Duration> Ask(size_t calls, Instant now) {
    const int64_t full = int64_t{limits_.most_new_per_second} * 1000;
    const int64_t passed = last_ ? std::max<int64_t>(0, (now - *last_).millis()) : 0;
    tokens_milli_ = std::min(full, tokens_milli_ + passed * limits_.most_new_per_second);
    last_ = now;
    if (calls >= static_cast<size_t>(limits_.most_calls)) return Duration::Seconds(10);
    if (tokens_milli_ < 1000) return Duration::Seconds(2);
    tokens_milli_ -= 1000;
    return std::nullopt;
  }

 private:
  AdmissionLimits limits_;
  int64_t tokens_milli_;
  std::optional<Instant> last_;
};

}  // namespace wissel::voice
