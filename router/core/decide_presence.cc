// Presence: who is here, who leaves, whose connection is lost.
#include <algorithm>

#include "fmt/format.h"
#include "router/core/decider.h"
#include "router/core/describe.h"

namespace wissel {

absl::StatusOr<const AgentState*> Decider::FindSignedIn(AgentId id) const {
  const State::AgentRow* row = s_.FindAgent(id);
  if (row == nullptr) return Refuse(absl::StatusCode::kNotFound, "agent", "there is no such agent");
  if (!row->state.signed_in()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "agent",
                  fmt::format("{} is not signed in", NameOf(id)));
  }
  return &row->state;
}

void Decider::RevokeOffers(AgentId id, RevokeCause cause) {
  const std::vector<ItemId> work = AgentAt(id).work;
  for (ItemId item : work) {
    if (ItemAt(item).state != ItemState::kOffered) continue;
    Emit(OfferRevoked{ItemAt(item).decision->offer, item, id, cause});
  }
}

Decider::Subject Decider::On(const SignIn& c) {
  const State::AgentRow* row = s_.FindAgent(c.agent);
  if (row == nullptr) return Refuse(absl::StatusCode::kNotFound, "agent", "there is no such agent");
  const AgentState& agent = row->state;
  if (!agent.signed_in()) {
    Emit(AgentSignedIn{c.agent, s_.next_session});
    return c.agent.value();
  }
  if (!c.take_over) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "agent",
                  fmt::format("{} is signed in already, {} since {}", NameOf(c.agent),
                              agent.presence == Presence::kAway ? "away" : "available",
                              FormatInstant(agent.presence_since)),
                  "sign out there, or set takeOver");
  }
  if (agent.connection_lost()) Emit(LeaseRestored{c.agent});
  Emit(SessionTakenOver{c.agent, s_.next_session});
  Serve(c.agent);
  return c.agent.value();
}

// Takes effect now, or when the work at hand has ended.
void Decider::LeaveWork(AgentId id, Presence presence, const std::string& away_reason) {
  std::vector<ItemId> offered;
  for (ItemId item : AgentAt(id).work) {
    if (ItemAt(item).state == ItemState::kOffered) offered.push_back(item);
  }
  RevokeOffers(id,
               presence == Presence::kOffline ? RevokeCause::kAgentLeft : RevokeCause::kAgentAway);
  if (HasAssignedWork(id)) {
    Emit(PresenceQueued{id, {presence, away_reason}});
  } else {
    Emit(PresenceChanged{id, presence, away_reason});
  }
  ResumeParked(id);
  AfterLeaving(id, offered);
}

Decider::Subject Decider::On(const SignOut& c) {
  WISSEL_RETURN_IF_ERROR(FindSignedIn(c.agent).status());
  LeaveWork(c.agent, Presence::kOffline, "");
  return c.agent.value();
}

Decider::Subject Decider::On(const SetPresence& c) {
  WISSEL_ASSIGN_OR_RETURN(const AgentState* agent, FindSignedIn(c.agent));
  if (c.presence == Presence::kAvailable) {
    if (!c.away_reason.empty()) {
      return RefuseField("awayReason", "who is available gives no reason", "no awayReason");
    }
    if (agent->presence == Presence::kAvailable && !agent->queued && !agent->not_responding) {
      return c.agent.value();
    }
    Emit(PresenceChanged{c.agent, Presence::kAvailable, ""});
    Serve(c.agent);
    return c.agent.value();
  }
  if (c.presence != Presence::kAway) {
    return RefuseField("presence", "is neither available nor away", "AVAILABLE or AWAY");
  }
  const std::vector<std::string>& reasons = s_.directory.center.away_reasons;
  if (std::find(reasons.begin(), reasons.end(), c.away_reason) == reasons.end()) {
    return RefuseField("awayReason", fmt::format("\"{}\" is no reason to be away", c.away_reason),
                       fmt::format("one of {}", fmt::join(reasons, ", ")));
  }
  LeaveWork(c.agent, Presence::kAway, c.away_reason);
  return c.agent.value();
}

Decider::Subject Decider::On(const LoseLease& c) {
  WISSEL_ASSIGN_OR_RETURN(const AgentState* agent, FindSignedIn(c.agent));
  if (agent->connection_lost()) return c.agent.value();
  std::vector<ItemId> offered;
  for (ItemId item : agent->work) {
    if (ItemAt(item).state == ItemState::kOffered) offered.push_back(item);
  }
  RevokeOffers(c.agent, RevokeCause::kConnectionLost);
  Emit(LeaseLost{c.agent, now_ + s_.directory.center.reconnect_grace});
  ResumeParked(c.agent);
  AfterLeaving(c.agent, offered);
  return c.agent.value();
}

Decider::Subject Decider::On(const RestoreLease& c) {
  WISSEL_ASSIGN_OR_RETURN(const AgentState* agent, FindSignedIn(c.agent));
  if (!agent->connection_lost()) return c.agent.value();
  Emit(LeaseRestored{c.agent});
  Serve(c.agent);
  return c.agent.value();
}

// The reconnect grace is over: work goes by the center's rule, then the agent is signed out.
void Decider::GiveUpWork(AgentId id) {
  const bool complete_all = s_.directory.center.lost_work == LostWorkRule::kComplete;
  std::vector<ItemId> returned;
  EndConsultsOfLost(id);
  const std::vector<ItemId> work = AgentAt(id).work;
  for (ItemId item : work) {
    // What was set aside stays theirs.
    if (ItemAt(item).state == ItemState::kAwaitingCustomer) continue;
    if (complete_all || ItemAt(item).state == ItemState::kWrapping) {
      Emit(ItemCompleted{item, id, CompletionCause::kConnectionLost, {}});
    } else {
      Emit(ItemReturned{item, id, ReturnCause::kConnectionLost});
      returned.push_back(item);
    }
  }
  Emit(PresenceChanged{id, Presence::kOffline, ""});
  GatherAfterLeaving(id, returned, looking_);
}

}  // namespace wissel
