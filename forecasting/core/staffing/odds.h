// How likely something is, and how unlikely, from the logarithm of its odds x: x / (1 + x) and
// 1 / (1 + x), each exact to the last digits. Of the rooms beside it; pure.
#pragma once

#include <cmath>

namespace wissel::staffing {

struct Odds {
  explicit Odds(double log_x)
      : yes(log_x > 0 ? 1 / (1 + std::exp(-log_x)) : std::exp(log_x) / (1 + std::exp(log_x))),
        no(log_x > 0 ? std::exp(-log_x) / (1 + std::exp(-log_x)) : 1 / (1 + std::exp(log_x))) {}
  double yes, no;
};

}  // namespace wissel::staffing
