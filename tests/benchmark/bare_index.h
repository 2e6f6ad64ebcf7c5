// What matching costs at least: waiting heaps by queue, idle agents by skill set, who may serve
// whom in a table, and nothing else: no offers, reasons, events, capacities, timers or rules.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "tests/benchmark/center.h"

namespace wissel::benchmark {

class BareIndex {
 public:
  explicit BareIndex(int agents);

  // The agent who gets it, or -1: it waits.
  int Enter(int queue);
  // The item that the agent gets, or 0: idle.
  uint64_t Free(int agent);

 private:
  using Waiting = std::pair<uint64_t, uint64_t>;  // due, id
  using Heap = std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>>;
  struct Idle {
    uint64_t since;
    int agent;
  };

  std::array<std::vector<int>, kQueues> sets_of_queue_;
  std::array<Heap, kQueues> waiting_;
  std::array<std::deque<Idle>, kSkillSets> idle_;
  uint64_t clock_ = 0;
  uint64_t last_id_ = 0;
};

}  // namespace wissel::benchmark
