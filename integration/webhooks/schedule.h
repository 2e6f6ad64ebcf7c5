// What follows from an attempt: done, once more at some moment, put aside, or never again. The
// delays are the example of Standard Webhooks 1.0.0 ("Deliverability and reliability"). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"

namespace wissel::webhooks {

// Between attempts; one attempt more than there are delays.
std::vector<Duration> StandardDelays();

// How an attempt went, as far as HTTP can tell.
struct Answer {
  int http_status = 0;                  // 0: there was none
  std::optional<Duration> retry_after;  // RFC 9110, section 10.2.3
};

enum class Verdict : uint8_t { kDelivered, kRetry, kDead, kGone };
struct Next {
  Verdict verdict = Verdict::kDelivered;
  Duration wait;  // of kRetry
};

// After so many failed attempts, this one included if it failed. `luck` from 0 to 1: up to a tenth
// is added to a delay, so that those who failed together do not come back together.
Next AfterAttempt(const Answer& answer, int failed_attempts, const std::vector<Duration>& delays,
                  double luck);

}  // namespace wissel::webhooks
