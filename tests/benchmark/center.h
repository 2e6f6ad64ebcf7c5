// The plain center of the engine's benchmark: 20 queues that ask for one skill each, agents with 3
// of the 20 skills in 64 different sets, everybody takes one call at a time. The engine and the
// bare index are given the same center and the same arrivals.
#pragma once

#include <array>
#include <cstdint>

namespace wissel::benchmark {

constexpr int kQueues = 20;
constexpr int kSkillSets = 64;

// Skills (and so queues) of a set, each once.
constexpr std::array<int, 3> SkillsOf(int set) {
  return {set % kQueues, (set + 3 + set / kQueues) % kQueues, (set + 11 + set / kQueues) % kQueues};
}
constexpr int SkillSetOf(int agent) { return agent % kSkillSets; }

// Every queue as likely as any other (splitmix64, Steele, Lea, Flood 2014).
class Arrivals {
 public:
  int NextQueue() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return static_cast<int>((z ^ (z >> 31)) % kQueues);
  }

 private:
  uint64_t state_ = 1;
};

}  // namespace wissel::benchmark
