// Who gets what: the two questions of matching, answered from the indexes. Pure reading; deciding
// and recording are the caller's.
#pragma once

#include <optional>
#include <vector>

#include "router/core/state.h"

namespace wissel {

// The best agent for a waiting item, by its queue's selection chain, among those who qualify, see
// it, have room for its channel and are not excluded; empty if there is none. Where partners share
// the queue, ring and partner (PartnerTurn) go before the chain.
struct AgentChoice {
  AgentId agent;
  OfferReason reason;
};
std::optional<AgentChoice> FindAgentFor(const State& state, const Item& item);

// The first item for an agent: the smallest (band, not kept for them, not owed a share, rank, due,
// id) among those they qualify for, see, have room for and are not excluded from.
struct ItemChoice {
  ItemId item;
  OfferReason reason;
};
std::optional<ItemChoice> FindItemFor(const State& state, AgentId agent);

// Why this agent may not be offered this item again now, of those who refused it before or from
// whom a manager took it.
enum class Exclusion : uint8_t {
  kNone,
  kTooOften,
  kGap,
  kOthersEligible,
  kPulledBack,
  kAsksThemself
};
Exclusion ExclusionOf(const State& state, const Item& item, AgentId agent);

// Why this agent gets this item, of so many who could have.
OfferReason ReasonFor(const State& state, const Item& item, AgentId agent, const PoolMatch& match,
                      uint32_t eligible);

// Whose turn it is by the credits of the partners who share the item's queue, and why the agent of
// another gets it, if they do; empty for a queue without a partner allocation.
std::optional<PartnerDue> PartnerDueFor(const State& state, const Item& item, AgentId agent,
                                        const OfferReason& reason);

// Queues with a share floor of which an item of this one's band, or of a lower one, stands by for
// the agent, by id.
std::vector<QueueId> StandingBy(const State& state, const Item& item, AgentId agent);

// Of an item that is kept or stays for this agent: in whose turn, or by whose hand.
size_t TurnOf(const Item& item, AgentId agent);
// Whether it may be offered to them as far as skills go.
bool MayTakeKept(const State& state, const Item& item, AgentId agent);

}  // namespace wissel
