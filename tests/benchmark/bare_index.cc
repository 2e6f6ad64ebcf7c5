#include "tests/benchmark/bare_index.h"

namespace wissel::benchmark {

BareIndex::BareIndex(int agents) {
  for (int set = 0; set < kSkillSets; ++set) {
    for (int skill : SkillsOf(set)) sets_of_queue_[skill].push_back(set);
  }
  for (int agent = 0; agent < agents; ++agent) {
    idle_[SkillSetOf(agent)].push_back({clock_++, agent});
  }
}

int BareIndex::Enter(int queue) {
  const uint64_t id = ++last_id_;
  std::deque<Idle>* longest = nullptr;
  for (int set : sets_of_queue_[queue]) {
    std::deque<Idle>& idle = idle_[set];
    if (idle.empty()) continue;
    if (longest == nullptr || idle.front().since < longest->front().since) longest = &idle;
  }
  if (longest == nullptr) {
    waiting_[queue].emplace(clock_++, id);
    return -1;
  }
  const int agent = longest->front().agent;
  longest->pop_front();
  return agent;
}

uint64_t BareIndex::Free(int agent) {
  const int set = SkillSetOf(agent);
  Heap* first = nullptr;
  for (int queue : SkillsOf(set)) {
    Heap& waiting = waiting_[queue];
    if (waiting.empty()) continue;
    if (first == nullptr || waiting.top() < first->top()) first = &waiting;
  }
  if (first == nullptr) {
    idle_[set].push_back({clock_++, agent});
    return 0;
  }
  const uint64_t id = first->top().second;
  first->pop();
  return id;
}

}  // namespace wissel::benchmark
