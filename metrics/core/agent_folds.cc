// What happens to agents, and what the board says of them.
#include <algorithm>

#include "base/invariant.h"
#include "metrics/core/board.h"

namespace wissel::metrics {

void Board::On(const AgentSignedIn& e, Instant at) {
  AgentRow& row = Get(e.agent);
  SetPresence(row, Presence::kAway);
  row.away_reason.clear();
  row.not_responding = false;
  row.connection_lost = false;
  row.presence_since = at;
  row.idle_since = at;
  TouchAgent(e.agent);
}

void Board::On(const PresenceChanged& e, Instant at) {
  AgentRow& row = Get(e.agent);
  SetPresence(row, e.presence);
  row.away_reason = e.away_reason;
  row.not_responding = false;
  if (e.presence == Presence::kOffline) row.connection_lost = false;
  row.presence_since = at;
  TouchAgent(e.agent);
}

void Board::On(const LeaseLost& e, Instant) {
  Get(e.agent).connection_lost = true;
  TouchAgent(e.agent);
}

void Board::On(const LeaseRestored& e, Instant) {
  Get(e.agent).connection_lost = false;
  TouchAgent(e.agent);
}

void Board::On(const AgentConfigured& e, Instant) {
  const AgentConfig* before = directory_.agents.Find(e.id);
  if (before != nullptr && before->name != e.config.name) Forget("agents/" + before->name);
  if (before == nullptr) PutAgent(e.id);
  directory_.agents.Put(e.id, e.config);
  TouchAgent(e.id);
}

void Board::On(const AgentDeleted& e, Instant) {
  Forget("agents/" + directory_.agents.Get(e.id).name);
  directory_.agents.Remove(e.id);
  --presences_[static_cast<size_t>(Get(e.id).presence)];
  agents_[e.id.value()].reset();
  agent_order_.Remove(e.id.value());
}

void Board::On(const ProfileConfigured& e, Instant) {
  directory_.profiles.Put(e.id, e.config);
  // The share of the units in use is of the profile's total.
  directory_.agents.ForEach([&](AgentId id, const AgentConfig& agent) {
    if (agent.profile == e.id) TouchAgent(id);
  });
}

void Board::On(const ProfileDeleted& e, Instant) { directory_.profiles.Remove(e.id); }

Instant Board::StateSince(AgentId id) const {
  const AgentRow* row = FindAgent(id);
  INVARIANT(row != nullptr);
  std::optional<Instant> working;
  for (ItemId work : row->work) {
    const LiveItem& item = *FindItem(work);
    if (!IsAssigned(item.state)) continue;
    working = working ? std::min(*working, item.accepted) : item.accepted;
  }
  if (working) return *working;
  if (row->presence != Presence::kAvailable) return row->presence_since;
  return std::max(row->presence_since, row->idle_since);
}

int32_t Board::LoadPermilleOf(AgentId id) const {
  const AgentRow* row = FindAgent(id);
  INVARIANT(row != nullptr);
  Load load;
  load.fixed_units = row->units_in_use;
  return LoadPermille(directory_.profiles.Get(directory_.agents.Get(id).profile), load);
}

void Board::PutAgent(AgentId id) {
  if (id.value() >= agents_.size()) agents_.resize(id.value() + 1);
  agents_[id.value()].emplace();
  ++presences_[static_cast<size_t>(Presence::kOffline)];
  TouchAgent(id);
}

void Board::SetPresence(AgentRow& row, Presence presence) {
  --presences_[static_cast<size_t>(row.presence)];
  row.presence = presence;
  ++presences_[static_cast<size_t>(presence)];
}

}  // namespace wissel::metrics
