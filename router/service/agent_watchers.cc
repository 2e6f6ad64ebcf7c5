#include "router/service/agent_watchers.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "router/service/changed_agents.h"
#include "router/service/convert_agent_state.h"
#include "router/service/requests.h"

namespace wissel {
namespace {

// A moment's worth of signs of life, so that those of a whole center that reconnected at once
// spread out instead of holding the sequencer up.
constexpr int kSignsPerTick = 500;

bool HoldsWorkOf(const AgentState& agent, const std::vector<QueueId>& queues,
                 const Engine& engine) {
  return std::any_of(agent.work.begin(), agent.work.end(), [&](ItemId id) {
    const Item* item = engine.FindItem(id);
    return item != nullptr && std::find(queues.begin(), queues.end(), item->queue) != queues.end();
  });
}

}  // namespace

void AgentWatchers::Watch(AgentId agent, rpc::ServerStream<v1::AgentState> stream) {
  auto watcher = std::make_shared<Watcher>(agent, std::move(stream));
  // The stream keeps its callbacks, the callbacks the watcher, and the watcher the stream: a circle
  // unless one of them is weak.
  std::weak_ptr<Watcher> weak = watcher;
  watcher->stream.SetCallbacks(
      [self = shared_from_this(), weak] {
        if (auto watcher = weak.lock()) self->OnWritable(watcher);
      },
      [self = shared_from_this(), weak] {
        auto watcher = weak.lock();
        if (watcher == nullptr) return;
        watcher->closed = true;
        self->shard_.Read([self, watcher](const Engine&) { self->Remove(watcher); });
      });
  const bool runs = shard_.Read(
      [self = shared_from_this(), watcher](const Engine& engine) { self->Add(watcher, engine); });
  if (!runs) watcher->stream.Finish(NoLook());
}

void AgentWatchers::Add(const WatcherPtr& watcher, const Engine& engine) {
  // Closed before it was added: its removal has run, or finds nothing.
  if (watcher->closed) return;
  by_agent_[watcher->agent.value()].push_back(watcher);
  watcher->place = by_age_.insert(by_age_.end(), watcher);
  ++count_;
  watcher->changed = true;
  Push(watcher, engine, shard_.last_sequence());
}

void AgentWatchers::Remove(const WatcherPtr& watcher) {
  auto of_agent = by_agent_.find(watcher->agent.value());
  if (of_agent == by_agent_.end()) return;
  if (std::erase(of_agent->second, watcher) == 0) return;
  if (of_agent->second.empty()) by_agent_.erase(of_agent);
  by_age_.erase(watcher->place);
  --count_;
}

void AgentWatchers::OnWritable(const WatcherPtr& watcher) {
  // Set before `writable` was seen to be false: what is missed there is seen here.
  if (!watcher->changed) return;
  shard_.Read([self = shared_from_this(), watcher](const Engine& engine) {
    self->Push(watcher, engine, self->shard_.last_sequence());
  });
}

void AgentWatchers::Observe(const CommittedBatch& batch, const Engine& engine) {
  if (by_agent_.empty()) return;
  std::vector<WatcherPtr> to_push;
  const auto mark = [&](const WatcherPtr& watcher) {
    if (!watcher->changed.exchange(true)) to_push.push_back(watcher);
  };
  ForEachChangedAgent(batch.events, engine, [&](AgentId agent) {
    auto of_agent = by_agent_.find(agent.value());
    if (of_agent != by_agent_.end()) std::ranges::for_each(of_agent->second, mark);
  });
  const std::vector<QueueId> queues = ConfiguredQueues(batch.events);
  if (!queues.empty()) {
    for (const WatcherPtr& watcher : by_age_) {
      const AgentState* agent = engine.FindAgent(watcher->agent);
      if (agent != nullptr && HoldsWorkOf(*agent, queues, engine)) mark(watcher);
    }
  }
  for (const WatcherPtr& watcher : to_push) Push(watcher, engine, batch.last_sequence());
}

void AgentWatchers::Tick() {
  if (count_ == 0) return;
  shard_.Read([self = shared_from_this()](const Engine& engine) { self->SignsOfLife(engine); });
}

void AgentWatchers::SignsOfLife(const Engine& engine) {
  const Instant now = shard_.now();
  const uint64_t sequence = shard_.last_sequence();
  std::vector<WatcherPtr> due;
  for (const WatcherPtr& watcher : by_age_) {
    if (due.size() == kSignsPerTick || watcher->sent + kSignOfLife > now) break;
    due.push_back(watcher);
  }
  for (const WatcherPtr& watcher : due) {
    // Its own removal was turned away by a full inbox.
    if (watcher->closed) {
      Remove(watcher);
      continue;
    }
    // Whether it can be written or not: who reads slowly must not stand before the others.
    MoveToYoungest(watcher, now);
    watcher->changed = true;
    Push(watcher, engine, sequence);
  }
}

void AgentWatchers::Push(const WatcherPtr& watcher, const Engine& engine, uint64_t sequence) {
  if (watcher->closed || !watcher->changed || !watcher->stream.writable()) return;
  watcher->changed = false;
  const AgentState* agent = engine.FindAgent(watcher->agent);
  if (agent == nullptr) {
    watcher->closed = true;
    return watcher->stream.Finish(
        Refuse(absl::StatusCode::kNotFound, "agent", "the agent has been deleted"));
  }
  const Instant now = shard_.now();
  MoveToYoungest(watcher, now);
  v1::AgentState state;
  WriteAgentState(*agent, engine, {now, sequence}, lease_, &state);
  watcher->stream.Write(state);
}

void AgentWatchers::MoveToYoungest(const WatcherPtr& watcher, Instant now) {
  watcher->sent = now;
  by_age_.splice(by_age_.end(), by_age_, watcher->place);
}

}  // namespace wissel
