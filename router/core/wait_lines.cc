#include "router/core/wait_lines.h"

#include <algorithm>

#include "base/invariant.h"

namespace wissel {
namespace {

// An index for one more element: one that is free again, or a new one at the end.
template <class T>
uint32_t TakeSlot(std::vector<T>& elements, std::vector<uint32_t>& free) {
  if (free.empty()) {
    free.push_back(static_cast<uint32_t>(elements.size()));
    elements.emplace_back();
  }
  const uint32_t slot = free.back();
  free.pop_back();
  return slot;
}

}  // namespace

WaitLines::OfQueue& WaitLines::QueueAt(QueueId queue) {
  if (queue.value() >= queues_.size()) queues_.resize(queue.value() + 1);
  return queues_[queue.value()];
}

void WaitLines::AddToPool(PoolId pool, LineGroupId group, const PoolMatch& match) {
  const LineGroupKey& key = groups_[group.value()].key;
  if (match.ring > key.step) return;
  if (pool.value() >= of_pool_.size()) of_pool_.resize(pool.value() + 1);
  const QueueHelp help = classes_.Get(key.queue_class).HelpOf(pools_.Get(pool).profile);
  of_pool_[pool.value()].push_back({group, match.score, match.ring, help.rank,
                                    help.delay <= key.shown, key.channel, key.queue_class});
}

LineGroupId WaitLines::GroupFor(const LineGroupKey& key) {
  auto [it, is_new] = group_by_key_.try_emplace(key);
  if (!is_new) return it->second;
  const LineGroupId id(TakeSlot(groups_, free_groups_));
  it->second = id;
  heads_.resize(groups_.size());
  groups_[id.value()].key = key;
  groups_[id.value()].in_use = true;
  for (const PoolMatch& match : pools_.MatchesOf(key.requirement)) AddToPool(match.pool, id, match);
  return id;
}

LineId WaitLines::LineFor(QueueId queue, const LineGroupKey& key) {
  if (const auto& last = QueueAt(queue).last; last && last->first == key) return last->second;
  const LineId line = FindOrMakeLine(queue, key);
  QueueAt(queue).last.emplace(key, line);
  return line;
}

LineId WaitLines::FindOrMakeLine(QueueId queue, const LineGroupKey& key) {
  const LineGroupId group_id = GroupFor(key);
  auto [it, is_new] = line_by_key_.try_emplace({queue, group_id});
  if (!is_new) return it->second;
  const LineId id(TakeSlot(lines_, free_lines_));
  it->second = id;
  lines_[id.value()].queue = queue;
  lines_[id.value()].group = group_id;
  QueueAt(queue).lines.push_back(id);
  Group& group = groups_[group_id.value()];
  group.lines.push_back(id);
  if (group.lines.size() == 2) {
    const Line& first = lines_[group.lines.front().value()];
    if (const OrderKey* head = HeadOf(first)) group.heads.insert(*head);
  }
  return id;
}

void WaitLines::HeadChanged(const Line& line, const std::optional<OrderKey>& before) {
  std::optional<OrderKey> after = CopyOfHead(line);
  if (before == after) return;
  Group& group = groups_[line.group.value()];
  if (group.lines.size() > 1) {
    if (before) group.heads.erase(*before);
    if (after) group.heads.insert(*after);
    after = group.heads.empty() ? std::nullopt : std::optional(*group.heads.begin());
  }
  Head& head = heads_[line.group.value()];
  head.has_plain = after.has_value();
  if (after) head.plain = *after;
}

void WaitLines::Add(const WaitPlace& place, const std::vector<PreferredAgent>& preferred) {
  if (place.kind == WaitPlace::Kind::kNowhere) return;
  OfQueue& of_queue = QueueAt(place.queue);
  if (place.kind == WaitPlace::Kind::kHours) {
    of_queue.hours.insert(place.order);
    return;
  }
  ++of_queue.waiting;
  const auto keep_for = [&](AgentId agent) {
    if (agent.value() >= kept_.size()) kept_.resize(agent.value() + 1);
    kept_[agent.value()].insert(place.order);
  };
  if (place.kind == WaitPlace::Kind::kKept) {
    keep_for(place.agent);
    of_queue.kept.insert(place.order);
    return;
  }
  if (place.kind == WaitPlace::Kind::kStaying) {
    for (const PreferredAgent& p : preferred) keep_for(p.agent);
    of_queue.kept.insert(place.order);
    return;
  }
  Line& line = lines_[place.line.value()];
  if (place.kind == WaitPlace::Kind::kPicky) {
    groups_[line.group.value()].picky.insert(place.order);
    heads_[line.group.value()].has_picky = true;
    of_queue.picky.insert(place.order);
    return;
  }
  const std::optional<OrderKey> before = CopyOfHead(line);
  line.plain.Push(place.order);
  ++line.count;
  HeadChanged(line, before);
}

void WaitLines::PoolAdded(PoolId pool) {
  for (uint32_t i = 0; i < groups_.size(); ++i) {
    if (!groups_[i].in_use) continue;
    if (auto match = pools_.FindMatch(groups_[i].key.requirement, pool)) {
      AddToPool(pool, LineGroupId(i), *match);
    }
  }
}

void WaitLines::PoolRemoved(PoolId pool) {
  if (pool.value() < of_pool_.size()) of_pool_[pool.value()].clear();
}

void WaitLines::RequirementRemoved(RequirementId requirement) {
  for (uint32_t i = 0; i < groups_.size(); ++i) {
    const LineGroupId id(i);
    if (!groups_[i].in_use || groups_[i].key.requirement != requirement) continue;
    INVARIANT(IsEmpty(id));
    group_by_key_.erase(groups_[i].key);
    for (LineId line : groups_[i].lines) {
      const QueueId queue = lines_[line.value()].queue;
      line_by_key_.erase({queue, id});
      std::erase(QueueAt(queue).lines, line);
      QueueAt(queue).last.reset();
      lines_[line.value()] = Line();
      free_lines_.push_back(line.value());
    }
    for (std::vector<GroupRef>& refs : of_pool_) {
      std::erase_if(refs, [&](const GroupRef& ref) { return ref.group == id; });
    }
    groups_[i] = Group();
    free_groups_.push_back(i);
  }
}

}  // namespace wissel
