// How many calls may be made once more: a tenth of all, and a few a second, so that an outage ends
// even for a program that asks little. A server that cannot keep up is not asked twice as much for
// it (Google's Site Reliability Engineering, chapter 21: at most 10 % of requests are retries; the
// bucket and its trickle as in Finagle's RetryBudget).
//
// Pure: time is data. Belongs to one thread.
#pragma once

#include <algorithm>
#include <chrono>

namespace wissel::feed {

class RetryBudget {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr double kMost = 100;
  static constexpr double kShare = 0.1;
  static constexpr double kTrickle = 50;  // a second

  // A first try.
  void NoteRequest() { tokens_ = std::min(kMost, tokens_ + kShare); }
  // False: not now.
  bool TakeRetry(Time now) {
    if (now > trickled_) {
      const std::chrono::duration<double> passed = now - trickled_;
      tokens_ = std::min(kMost, tokens_ + kTrickle * passed.count());
      trickled_ = now;
    }
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  double tokens_ = kMost;
  Time trickled_{};
};

}  // namespace wissel::feed
