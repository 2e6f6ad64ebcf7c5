// The engine's state: the facts (configuration, items, agents, requests) and the indexes that
// follow from them. `Record` is the only way to change it; the rest reads.
//
// The facts are what is saved and digested; the indexes (pools, lines, free agents, timers) are
// made again from them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "agents/core/channel.h"
#include "router/core/actions.h"
#include "router/core/agent_state.h"
#include "router/core/directory.h"
#include "router/core/engine.h"
#include "router/core/event.h"
#include "router/core/free_agents.h"
#include "router/core/item_table.h"
#include "router/core/partners.h"
#include "router/core/pools.h"
#include "router/core/requests.h"
#include "router/core/timers.h"
#include "router/core/wait_lines.h"

namespace wissel {

class State {
 public:
  explicit State(EngineOptions options);
  State(const State&) = delete;

  void Record(const Event& event);

  SavedState Save() const;
  void Restore(SavedState saved);

  struct AgentRow {
    AgentState state;
    std::optional<PoolId> pool;  // of configured agents
    bool counted_signed_in = false;
    bool counted_present = false;
    uint32_t counted_busy_with = 0;
  };
  struct QueueRow {
    bool open = true;
    std::vector<Opening> openings;
    size_t living = 0;  // items that have not ended
    // The selection chain, each key once, and which of the kept-up orders its agents' own keys
    // make.
    std::vector<SelectionKey> chain;
    size_t order = 0;
    bool default_chain = false;  // compared without looking at the chain key by key
    bool by_weight = false;      // the chain has that key
    // Callbacks that are scheduled, by the beginning of their slot.
    std::map<Instant, int32_t> callbacks;
    // Thousandths of a decision that its share floor has earned and not used; saved.
    int32_t share_credit = 0;
    bool surge = false;                  // saved
    std::optional<uint8_t> opened_step;  // by a manager; saved
    PartnerBook partners;                // saved
    // Other shares or another interval begin new accounts.
    void Follow(const std::optional<PartnerAllocation>& before, const QueueConfig& after);
  };

  Instant now;    // of the last event
  Instant clock;  // of the decision in progress; not part of what is saved
  uint64_t next_item = 1;
  uint64_t next_offer = 1;
  uint64_t next_session = 1;
  uint32_t next_requirement = 1;
  Directory directory;
  std::map<RequirementId, Requirement> requirements;
  std::vector<int64_t> requirement_uses;  // by queues and by items that have not ended; by id
  size_t unused_requirements = 0;
  size_t share_floors = 0;  // queues that have one
  ItemTable items;
  std::vector<AgentRow> agents;
  std::vector<QueueRow> queues;
  Requests requests;
  std::map<NoticeId, Notice> notices;
  uint32_t next_notice = 1;
  Actions actions;
  Settlements settlements;
  // What who accepted last by weight had been given before: who becomes available stands no further
  // back than that, or all that comes would be theirs until they had caught up (the virtual time of
  // start-time fair queueing: Goyal, Vin and Cheng 1996).
  int64_t given_last = 0;

  Pools pools;
  QueueClasses classes;
  WaitLines lines;
  FreeAgents free;
  Timers timers;
  // Living items of a customer (CustomerKey), by rising id; of customers who are known.
  absl::flat_hash_map<std::string, std::vector<ItemId>> by_customer;

  // Reading.
  const AgentRow* FindAgent(AgentId id) const;
  const AgentRow& AgentAt(AgentId id) const { return agents[id.value()]; }
  const RoutingProfile& ProfileOf(AgentId id) const {
    return directory.profiles.Get(directory.agents.Get(id).profile);
  }
  bool IsOpen(QueueId queue) const;
  std::optional<RequirementId> FindRequirement(const Requirement& requirement) const;
  const Requirement& RequirementOf(const Item& item) const {
    return pools.RequirementOf(item.requirement);
  }
  // By which ring the agent qualifies at the item's step.
  std::optional<PoolMatch> MatchOf(const Item& item, AgentId agent) const;
  // The same in the turn of a preferred agent, of whom skills may not be asked.
  std::optional<PoolMatch> MatchOf(const Item& item, const PreferredAgent& preferred) const;
  // How the people of a profile help its queue, and whether they do by now.
  QueueHelp HelpFor(const Item& item, ProfileId profile) const {
    return ClassOf(item).HelpOf(profile);
  }
  bool Sees(const Item& item, ProfileId profile) const {
    return HelpFor(item, profile).delay <= item.shown;
  }
  bool Sees(const Item& item, AgentId agent) const {
    return Sees(item, directory.agents.Get(agent).profile);
  }
  const QueueClass& ClassOf(const Item& item) const {
    return classes.Get(classes.Of(item.queue, item.channel));
  }
  // The next of its queue's delays that it has not waited for yet.
  std::optional<Duration> NextDelay(const Item& item) const {
    return classes.DelayAfter(classes.Of(item.queue, item.channel), item.shown);
  }
  // One more decision in which an item of the queue stands by gives it a whole share.
  bool IsOwedShare(QueueId queue) const {
    const int32_t floor = directory.queues.Get(queue).share_floor_permille;
    return floor > 0 && queues[queue.value()].share_credit + floor >= 1000;
  }
  std::optional<PartnerId> PartnerOf(AgentId id) const { return directory.agents.Get(id).partner; }
  // The step that its queue's manager has opened for it, if any.
  std::optional<uint8_t> OpenedStepFor(const Item& item) const {
    return item.own_requirement ? std::nullopt : queues[item.queue.value()].opened_step;
  }
  // Whether a plain item still stands in a line under a key.
  bool StillAt(ItemId id, LineId line, const OrderKey& key) const {
    const ItemTable::Row* row = items.Find(id);
    return row != nullptr && row->place.kind == WaitPlace::Kind::kPlain &&
           row->place.line == line && row->place.order == key;
  }
  Staffing StaffingOf(QueueId queue) const;
  std::vector<OrderKey> WaitingInOrder(QueueId queue, size_t limit) const;
  std::vector<OrderKey> ItemsOfGroup(LineGroupId group) const;
  double WaitingBefore(LineGroupId group, const OrderKey& key) const;
  bool WasItem(ItemId id) const { return id.value() >= 1 && id.value() < next_item; }

 private:
  friend class Recorder;
  friend class RecorderParts;
  friend class ConfigRecorder;
  friend class TalkRecorder;

  // Indexes that follow from an item or an agent, brought up to date after the facts have changed.
  void Reindex(ItemTable::Row& row);
  void Reindex(AgentId id);
  void Recount(AgentId id);
  void SetPool(AgentId id);
  void LeavePool(AgentId id);
  Load LoadOf(const AgentState& agent) const;
  // The chain by which the queue chooses among agents, and which of the kept-up orders that needs.
  void FollowSelection(QueueId id);
  void RefreshOrders();
  void AddRequirement(RequirementId id, const Requirement& requirement);
  // Queues may have gone to other classes: their items go to other lines, and wait for other
  // delays.
  void MoveBetweenLines();
  void ScheduleWaiting();
  void Use(RequirementId id, int64_t by);
  void Forget(RequirementId id);
  // Every decision in which a queue's item stood by earns the queue its floor; an item of its own
  // uses a whole decision up, or what there is.
  void CountShares(QueueId served, const std::vector<QueueId>& stood_by);
  // Of an item that is about to be accepted, for the accounts of its queue's partners.
  void CountPartners(const Item& item, AgentId agent, const std::optional<PartnerDue>& due);
  void Put(NoticeId id, const Notice& notice);
  void CountCallback(ItemTable::Row& row);
  void RememberCustomer(const Item& item);
  void ForgetCustomer(const Item& item);
  void Schedule(ItemTable::Row& row);
  void SweepTimers();
  void ForgetOldestEnded();
  void RestorePartners(SavedState::SavedQueue& saved);

  EngineOptions options_;
  std::multimap<uint64_t, RequirementId> requirement_by_digest_;
  std::deque<ItemId> ended_order_;
};

}  // namespace wissel
