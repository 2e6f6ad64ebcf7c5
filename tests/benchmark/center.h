// The plain center of the engine's benchmark: 20 queues that ask for one skill each, agents with 3
// of the 20 skills in 64 different sets, everybody takes one call at a time. The engine and the
// bare index are given the same center and the same arrivals.
#pragma once

#include <array>
#include <cstdint>

#include "tests/reference/dice.h"

namespace wissel::benchmark {

constexpr int kQueues = 20;
constexpr int kSkillSets = 64;

// Skills (and so queues) of a set, each once.
constexpr std::array<int, 3> SkillsOf(int set) {
  return {set % kQueues, (set + 3 + set / kQueues) % kQueues, (set + 11 + set / kQueues) % kQueues};
}
constexpr int SkillSetOf(int agent) { return agent % kSkillSets; }

// Every queue as likely as any other.
class Arrivals {
 public:
  int NextQueue() { return static_cast<int>(dice_.Below(kQueues)); }

 private:
  reference::SeededDice dice_{1};
};

}  // namespace wissel::benchmark
