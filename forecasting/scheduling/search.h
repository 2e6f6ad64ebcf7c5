// What every search of this room is given and tells while it goes on.
//
// A search runs in the thread that called it, and calls back in it. It looks at `should_stop`
// between steps; a step inside CBC or Clp may last past the limit.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

namespace wissel::scheduling {

struct SearchLimits {
  double seconds = 60;
  // So many rounds of improvement instead of as many as fit; then the answer does not depend on the
  // machine's speed, unless the seconds run out first.
  std::optional<int> rounds;
  uint64_t seed = 1;
};

template <class Solution>
struct SearchWatch {
  std::function<void(const Solution&, double cost)> on_better = [](const Solution&, double) {};
  std::function<void(double bound)> on_bound = [](double) {};
  std::function<bool()> should_stop = [] { return false; };
};

enum class SearchEnd : uint8_t {
  kProven,      // nothing costs less
  kStopped,     // the best so far, at a limit or when told to
  kInfeasible,  // nothing keeps the rules
  kNothing,     // nothing was found in time
};

class Clock {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace wissel::scheduling
