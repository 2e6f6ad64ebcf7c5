// Presence is a lease kept by heartbeat: an agent who has not been heard of for longer than the
// lease loses it, and gets it back with the next heartbeat. What losing it means is the engine's to
// decide (LoseLease, RestoreLease); here is only who was heard of when.
//
// Soft state, outside the journal: after a restart every signed-in agent has a fresh lease. So has
// everybody after a time in which nobody looked (a paused process): silence that could not be heard
// is held against no one.
//
// Thread-safe. Make it before the shard starts, Start it after; it must live until the shard has
// stopped.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "base/runtime/thread.h"
#include "router/service/shard.h"

namespace wissel {

struct LeaseOptions {
  Duration length = Duration::Seconds(15);
  Duration check_every = Duration::Seconds(1);
};

class Leases {
 public:
  explicit Leases(Shard& shard, LeaseOptions options = {});
  ~Leases();

  void Start();
  // Also waits for a check under way.
  void Stop();

  // The agent has been heard of. False for one who is not signed in: there is no lease to keep.
  bool Heartbeat(AgentId agent);

  // Takes and gives back what is due. Called by a thread of its own after Start.
  void Check();

 private:
  struct Lease {
    Instant heard_of;
    bool lost = false;
    bool asked = false;  // a command about it is on its way
  };

  void Watch(const CommittedBatch& batch, const Engine& engine);
  void Take(AgentId agent, const Engine& engine, bool fresh);
  template <class LeaseCommand>
  void Ask(AgentId agent);

  Shard& shard_;
  const LeaseOptions options_;
  std::mutex mutex_;
  std::map<AgentId, Lease> leases_;  // of the agents who are signed in
  Instant checked_;
  std::unique_ptr<Ticker> ticker_;
};

}  // namespace wissel
