#include "router/service/leases.h"

#include <type_traits>
#include <utility>
#include <variant>

#include "base/invariant.h"

namespace wissel {

Leases::Leases(Shard& shard, LeaseOptions options)
    : shard_(shard), options_(options), checked_(shard.now()) {
  shard_.AddObserver(
      [this](const CommittedBatch& batch, const Engine& engine) { Watch(batch, engine); });
}

Leases::~Leases() { Stop(); }

void Leases::Start() {
  INVARIANT(!ticker_);
  shard_.Read([this](const Engine& engine) {
    std::lock_guard lock(mutex_);
    engine.directory().agents.ForEach([&](AgentId agent, const AgentConfig&) {
      if (!leases_.contains(agent)) Take(agent, engine, true);
    });
  });
  ticker_ = std::make_unique<Ticker>("leases", options_.check_every, [this] { Check(); });
}

void Leases::Stop() {
  if (ticker_) ticker_->Stop();
}

bool Leases::Heartbeat(AgentId agent) {
  {
    std::lock_guard lock(mutex_);
    auto lease = leases_.find(agent);
    if (lease == leases_.end()) return false;
    lease->second.heard_of = shard_.now();
    if (!lease->second.lost || std::exchange(lease->second.asked, true)) return true;
  }
  Ask<RestoreLease>(agent);
  return true;
}

void Leases::Check() {
  std::vector<AgentId> to_lose;
  std::vector<AgentId> to_restore;
  {
    std::lock_guard lock(mutex_);
    const Instant now = shard_.now();
    const Duration unwatched = now - checked_ - options_.check_every;
    checked_ = now;
    for (auto& [agent, lease] : leases_) {
      if (unwatched > options_.check_every) lease.heard_of = lease.heard_of + unwatched;
      const bool silent = now - lease.heard_of > options_.length;
      if (lease.asked || silent == lease.lost) continue;
      lease.asked = true;
      (silent ? to_lose : to_restore).push_back(agent);
    }
  }
  for (AgentId agent : to_lose) Ask<LoseLease>(agent);
  for (AgentId agent : to_restore) Ask<RestoreLease>(agent);
}

// Not under the lock: a command that is not taken is answered at once, on this thread. It is then
// asked again at the next check.
template <class LeaseCommand>
void Leases::Ask(AgentId agent) {
  Command command;
  command.body = LeaseCommand{agent};
  shard_.Submit(std::move(command), [this, agent](const absl::StatusOr<Outcome>&, const Engine&) {
    std::lock_guard lock(mutex_);
    if (auto lease = leases_.find(agent); lease != leases_.end()) lease->second.asked = false;
  });
}

void Leases::Watch(const CommittedBatch& batch, const Engine& engine) {
  std::lock_guard lock(mutex_);
  for (const Event& event : batch.events) {
    std::visit(
        [&](const auto& body) {
          using Body = std::decay_t<decltype(body)>;
          if constexpr (std::is_same_v<Body, AgentSignedIn> ||
                        std::is_same_v<Body, SessionTakenOver>) {
            Take(body.agent, engine, true);
          } else if constexpr (std::is_same_v<Body, PresenceChanged> ||
                               std::is_same_v<Body, LeaseLost> ||
                               std::is_same_v<Body, LeaseRestored>) {
            Take(body.agent, engine, false);
          } else if constexpr (std::is_same_v<Body, AgentDeleted>) {
            leases_.erase(body.id);
          }
        },
        event.body);
  }
}

// What the engine says of the agent after the batch.
void Leases::Take(AgentId agent, const Engine& engine, bool fresh) {
  const AgentState* state = engine.FindAgent(agent);
  if (state == nullptr || !state->signed_in()) {
    leases_.erase(agent);
    return;
  }
  auto [lease, added] = leases_.try_emplace(agent);
  lease->second.lost = state->connection_lost();
  if (fresh || added) lease->second.heard_of = shard_.now();
}

}  // namespace wissel
