// The open WatchAgent streams: each gets the state of its agent now, after each change of it, and
// every few seconds unchanged as a sign of life.
//
// The latest state wins: while a stream is not writable its agent is remembered as changed, and
// what is sent later is the state of that later moment; a slow reader costs one message.
//
// Everything here but Watch and Tick runs on the sequencer thread, and so does every write to a
// stream; the doors' callbacks only ask the shard for a Read. Hence no lock. Invariant: every
// watcher stands once in `by_age_` and once under its agent.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/rpc/method_table.h"
#include "base/time.h"
#include "router/service/shard.h"
#include "wissel/v1/agent.pb.h"

namespace wissel {

class AgentWatchers : public std::enable_shared_from_this<AgentWatchers> {
 public:
  static constexpr Duration kSignOfLife = Duration::Seconds(5);

  AgentWatchers(Shard& shard, Duration lease) : shard_(shard), lease_(lease) {}

  // From any thread.
  void Watch(AgentId agent, rpc::ServerStream<v1::AgentState> stream);
  // Sends the signs of life that are due. From any thread, several times a second.
  void Tick();

  // The shard's observer.
  void Observe(const CommittedBatch& batch, const Engine& engine);

 private:
  struct Watcher {
    Watcher(AgentId agent, rpc::ServerStream<v1::AgentState> stream)
        : agent(agent), stream(std::move(stream)) {}
    const AgentId agent;
    const rpc::ServerStream<v1::AgentState> stream;
    std::atomic<bool> closed = false;
    std::atomic<bool> changed = false;                    // has something to be sent
    Instant sent;                                         // or tried
    std::list<std::shared_ptr<Watcher>>::iterator place;  // in by_age_
  };
  using WatcherPtr = std::shared_ptr<Watcher>;

  void Add(const WatcherPtr& watcher, const Engine& engine);
  void Remove(const WatcherPtr& watcher);
  void OnWritable(const WatcherPtr& watcher);
  void SignsOfLife(const Engine& engine);
  void MoveToYoungest(const WatcherPtr& watcher, Instant now);
  // Writes the state if the stream takes it now.
  void Push(const WatcherPtr& watcher, const Engine& engine, uint64_t sequence);

  Shard& shard_;
  const Duration lease_;
  std::unordered_map<uint32_t, std::vector<WatcherPtr>> by_agent_;
  std::list<WatcherPtr> by_age_;  // whoever was sent something longest ago first
  std::atomic<size_t> count_ = 0;
};

}  // namespace wissel
