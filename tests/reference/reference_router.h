// The naive router: what should be offered next, worked out by looking at everything.
//
// Slow and plain on purpose. Make one for each moment: it does not follow the model's changes.
// It shares no code with router/core's matching, requirements or
// capacity; it reads the shadow model and nothing else. Where it and the engine disagree, one of
// them is wrong.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "router/core/explain.h"
#include "tests/reference/model.h"

namespace wissel::reference {

struct Fit {
  int ring = 0;
  int score = 0;
};

// By which of the steps 0..step these facts qualify first.
std::optional<Fit> FitOf(const Requirement& requirement, int step, const AgentConfig& agent,
                         const Model& model);

class ReferenceRouter {
 public:
  explicit ReferenceRouter(const Model& model) : model_(model) {}

  std::optional<Fit> FitOf(const ItemPicture& item, const AgentPicture& agent) const;
  // The same in somebody's turn, of whom skills may not be asked.
  std::optional<Fit> FitInTurn(const ItemPicture& item, const PreferredAgent& turn) const;
  // In whose turn the agent would get it, of an item that is kept or stays for them.
  static std::optional<size_t> TurnOf(const ItemPicture& item, AgentId agent);
  // One of its preferred agents may have it some time.
  bool IsAnyoneLeftFor(const ItemPicture& item) const;
  // The first slot that begins in [from, until) and has room for one more callback of the queue.
  std::optional<Instant> FirstSlot(QueueId queue, Instant from, Instant until) const;
  // The channel is in the agent's profile.
  bool Takes(const AgentPicture& agent, Channel channel) const;
  // Channel limit, units, interruption.
  bool HasRoom(const AgentPicture& agent, Channel channel) const;
  // Declined, missed or gave it back, and may not be asked again now.
  bool IsExcluded(const ItemPicture& item, const AgentPicture& agent, Instant now) const;
  // The agent's profile helps the item's queue by now.
  bool Sees(const AgentPicture& agent, const ItemPicture& item) const;
  // The first of all checks that fails, of an item that waits; kNone when none does.
  Check FirstFailing(const AgentPicture& agent, const ItemPicture& item) const;
  // Every check at once: this agent could be offered this item now.
  bool CouldTake(const AgentPicture& agent, const ItemPicture& item, Instant now) const;

  std::vector<AgentId> AgentsFor(const ItemPicture& item) const;
  // Which of them gets it.
  std::optional<AgentId> BestAgentFor(const ItemPicture& item) const;
  // What a freed agent takes.
  std::optional<ItemId> BestItemFor(const AgentPicture& agent) const;
  // Of what the agent could take, what looks first when several look for them at one moment.
  std::optional<ItemId> FirstToLookAt(const AgentPicture& agent) const;
  bool IsOwedShare(QueueId queue) const;
  // Whose turn it is of the partners who share the item's queue, and why it goes to this agent.
  std::optional<PartnerDue> PartnerDueFor(const ItemPicture& item, const AgentPicture& agent,
                                          bool by_force) const;
  // What would enter the queue now finds the gate shut.
  bool Holds(const EntryGate& gate, QueueId queue, const std::vector<QueueWait>& waits) const;
  // The first that does, for an item of this band; null: none.
  const EntryGate* FindGate(QueueId queue, int band, const std::vector<QueueWait>& waits) const;
  int RankOf(const ItemPicture& item, const AgentPicture& agent) const;
  // Queues with a share floor of which the agent could take an item of this band or a lower one.
  std::vector<QueueId> StandingBy(const ItemPicture& item, const AgentPicture& agent) const;

  // The turn of the preferred agents of an item that starts to wait: the first of them who is
  // offered it or for whom it is kept.
  struct Turn {
    AgentId agent;
    size_t preference = 0;
    std::optional<Instant> keep_until;  // none: offered at once
  };
  std::optional<Turn> PreferredTurn(const ItemPicture& item) const;

  // A signed-in agent qualifies by the steps so far.
  bool AnyoneHereQualifies(const ItemPicture& item) const;

  int LoadPermille(const AgentPicture& agent) const;

 private:
  Check FirstLack(const ItemPicture& item, const AgentPicture& agent) const;
  // Of the items that the agent could take, the one with the smallest key.
  std::optional<ItemId> FirstBy(const AgentPicture& agent, auto key) const;
  // Counted once: a router lives no longer than the moment it judges.
  const Holding& HoldingOf(AgentId agent) const;
  bool IsBelowFloor(const QueuePicture& queue, const PartnerPicture& partner) const;
  // Negative: `a` goes first, 0: the chain decides. Of a queue that partners share.
  int ComparePartners(const ItemPicture& item, const AgentPicture& a, const AgentPicture& b) const;
  bool MayBeAsked(const AgentPicture& agent, const ItemPicture& item, Instant now) const;
  // Negative: `a` goes first.
  int Compare(SelectionKey key, const ItemPicture& item, const AgentPicture& a,
              const AgentPicture& b) const;

  const Model& model_;
  mutable std::map<AgentId, Holding> holdings_;
};

}  // namespace wissel::reference
