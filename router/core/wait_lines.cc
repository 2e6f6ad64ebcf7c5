#include "router/core/wait_lines.h"

#include <algorithm>

#include "base/invariant.h"

namespace wissel {

WaitLines::OfQueue& WaitLines::QueueAt(QueueId queue) {
  if (queue.value() >= queues_.size()) queues_.resize(queue.value() + 1);
  return queues_[queue.value()];
}

void WaitLines::AddToPool(PoolId pool, LineId line, const PoolMatch& match) {
  if (match.ring > lines_[line.value()].key.step) return;
  if (pool.value() >= of_pool_.size()) of_pool_.resize(pool.value() + 1);
  const LineKey& key = lines_[line.value()].key;
  const QueueHelp help = HelpFor(pools_.Get(pool).queues, key.queue, key.channel);
  of_pool_[pool.value()].push_back(
      {line, match.ring, match.score, help.rank, help.delay <= key.shown});
}

LineId WaitLines::LineFor(const LineKey& key) {
  auto [it, is_new] = by_key_.try_emplace(key);
  if (!is_new) return it->second;
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(lines_.size()));
    lines_.emplace_back();
  }
  const LineId id(free_.back());
  free_.pop_back();
  it->second = id;
  lines_[id.value()].key = key;
  lines_[id.value()].in_use = true;
  QueueAt(key.queue).lines.push_back(id);
  for (const PoolMatch& match : pools_.MatchesOf(key.requirement)) AddToPool(match.pool, id, match);
  return id;
}

void WaitLines::Add(const WaitPlace& place) {
  OfQueue& of_queue = QueueAt(place.queue);
  switch (place.kind) {
    case WaitPlace::Kind::kNowhere:
      return;
    case WaitPlace::Kind::kHours:
      of_queue.hours.insert(place.order);
      return;
    case WaitPlace::Kind::kKept:
      if (place.agent.value() >= kept_.size()) kept_.resize(place.agent.value() + 1);
      kept_[place.agent.value()].insert(place.order);
      of_queue.kept.insert(place.order);
      break;
    case WaitPlace::Kind::kPicky:
      lines_[place.line.value()].picky.insert(place.order);
      break;
    case WaitPlace::Kind::kPlain:
      lines_[place.line.value()].plain.Push(place.order);
      ++lines_[place.line.value()].plain_count;
      break;
  }
  ++of_queue.waiting;
}

void WaitLines::PoolAdded(PoolId pool) {
  for (uint32_t i = 0; i < lines_.size(); ++i) {
    if (!lines_[i].in_use) continue;
    if (auto match = pools_.FindMatch(lines_[i].key.requirement, pool)) {
      AddToPool(pool, LineId(i), *match);
    }
  }
}

void WaitLines::PoolRemoved(PoolId pool) {
  if (pool.value() < of_pool_.size()) of_pool_[pool.value()].clear();
}

void WaitLines::RequirementRemoved(RequirementId requirement) {
  for (uint32_t i = 0; i < lines_.size(); ++i) {
    const LineId id(i);
    if (!lines_[i].in_use || lines_[i].key.requirement != requirement) continue;
    INVARIANT(IsEmpty(id));
    by_key_.erase(lines_[i].key);
    std::erase(QueueAt(lines_[i].key.queue).lines, id);
    for (std::vector<LineRef>& refs : of_pool_) {
      std::erase_if(refs, [&](const LineRef& ref) { return ref.line == id; });
    }
    lines_[i] = Line();
    free_.push_back(i);
  }
}

}  // namespace wissel
