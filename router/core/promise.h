// A wait that a customer was told, and what became of it. The wait is told as two figures: as
// likely as not it is at most `p50`, and four times out of five at most `p80`.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace wissel {

struct WaitEstimate {
  Duration p50;
  Duration p80;

  bool operator==(const WaitEstimate&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "p50", self.p50);
    f(2, "p80", self.p80);
  }
};

// The first estimate that the customer was told.
struct Promise {
  Instant at;
  WaitEstimate wait;

  bool operator==(const Promise&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "at", self.at);
    f(2, "wait", self.wait);
  }
};

// A customer who leaves before the time that they were told has passed never learns whether it was
// true, and nor do we: that promise is counted apart.
enum class PromiseOutcome : uint8_t { kKept = 1, kBroken = 2, kLeft = 3 };

// Of the promise that it would be at most `told`, when the wait ended after `waited`.
constexpr PromiseOutcome OutcomeOf(Duration told, Duration waited, bool answered) {
  if (waited > told) return PromiseOutcome::kBroken;
  return answered ? PromiseOutcome::kKept : PromiseOutcome::kLeft;
}

}  // namespace wissel
