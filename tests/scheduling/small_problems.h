// Small random problems, and all there is to answer them: what a search must find, by trying
// everything.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "forecasting/core/scheduling/roster.h"

namespace wissel::scheduling {

class SmallProblems {
 public:
  explicit SmallProblems(uint64_t seed) : dice_(seed) {}

  // Demand by the shift, one queue, no breaks.
  RosterProblem ByShift(int people, int days, int shifts);
  // Demand by intervals of 4 h, two queues, a break in the longer shift.
  RosterProblem ByInterval(int people, int days);

  int Draw(int least, int most) {
    return least + static_cast<int>(dice_() % static_cast<uint64_t>(most - least + 1));
  }
  bool Happens(int percent) { return Draw(1, 100) <= percent; }

 private:
  void AddRules(const RosterProblem& problem, Person& person);

  std::mt19937_64 dice_;
};

// Every schedule of one person, broken rules or not.
void ForEachSchedule(const RosterProblem& problem,
                     const std::function<void(const std::vector<std::optional<Duty>>&)>& visit);

// What the cheapest roster without a breach costs; none when there is none. By the verifier.
std::optional<double> CheapestOfAll(const RosterProblem& problem);

}  // namespace wissel::scheduling
