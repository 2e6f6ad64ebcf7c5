// What several events change alike. Part of recording (record.cc, record_config.h, record_talk.cc);
// nobody else's.
#pragma once

#include <algorithm>

#include "router/core/state.h"

namespace wissel {

class RecorderParts {
 public:
  RecorderParts(State& state, Instant at) : s_(state), at_(at) {}

 protected:
  void Settle(ItemTable::Row& row) {
    s_.Schedule(row);
    s_.Reindex(row);
  }
  void Become(ItemTable::Row& row, ItemState state) {
    row.item.state = state;
    row.item.state_since = at_;
    Settle(row);
  }
  // A change of an assigned item: its agent's load changes with it.
  void Turn(ItemId id, ItemState state) {
    ItemTable::Row& row = s_.items.Get(id);
    Become(row, state);
    s_.Reindex(row.item.agent());
  }
  void Require(Item& item, RequirementId requirement) {
    if (item.requirement == requirement) return;
    s_.Use(requirement, 1);
    s_.Use(item.requirement, -1);
    item.requirement = requirement;
    item.step = 0;
    item.step_since = at_;
  }
  // Begins to wait in a queue, with its own order of steps and helpers.
  void EnterQueue(Item& item, QueueId queue, RequirementId requirement, Instant due) {
    --s_.queues[item.queue.value()].living;
    ++s_.queues[queue.value()].living;
    item.queue = queue;
    item.due = due;
    Require(item, requirement);
    BeginStay(item);
  }
  // Steps, delays and overflow count from here.
  void BeginStay(Item& item) {
    item.step = 0;
    item.step_since = item.queued_since = at_;
    item.shown = Duration();
  }
  static void PassTurns(Item& item) { item.next_preference = static_cast<uint8_t>(item.turns()); }
  // Whoever moved it has said who is asked.
  static void ForgetPreferred(Item& item) {
    PassTurns(item);
    item.keep.reset();
    item.stay.reset();
    item.fallback = Fallback();
  }
  // One more item of a queue that chooses by weight.
  void Give(AgentId agent) {
    int64_t& given = s_.agents[agent.value()].state.given;
    s_.given_last = given;
    given += kGivenByOne / s_.directory.agents.Get(agent).weight;
  }
  void AddRefusal(Item& item, AgentId agent) {
    Refusal& refusal = RefusalOf(item, agent);
    ++refusal.count;
    refusal.retry_at = at_ + s_.directory.queues.Get(item.queue).decline_gap;
  }
  static Refusal& RefusalOf(Item& item, AgentId agent) {
    auto it = std::find_if(item.refusals.begin(), item.refusals.end(),
                           [&](const Refusal& r) { return r.agent == agent; });
    if (it == item.refusals.end()) it = item.refusals.insert(it, Refusal{agent, 0, Instant()});
    return *it;
  }
  void RemoveFromWork(AgentId agent, ItemId item) {
    std::erase(s_.agents[agent.value()].state.work, item);
  }
  // The agent gives up an accepted item. One that was set aside ended no work of theirs.
  void LeaveAgent(AgentId agent, Item& item) {
    GiveUp(agent, item);
    s_.Reindex(agent);
  }
  // The same, where the agent's load is counted afterwards.
  void GiveUp(AgentId agent, Item& item) {
    RemoveFromWork(agent, item.id);
    if (item.state != ItemState::kAwaitingCustomer) {
      s_.agents[agent.value()].state.idle_since = at_;
    }
  }
  void FileDecision(Item& item) {
    if (!item.decision) return;
    item.past_decisions.push_back(*item.decision);
    item.decision.reset();
  }
  // Back into a line, from wherever it was.
  void PutBack(ItemTable::Row& row, ItemState state) {
    FileDecision(row.item);
    row.item.accepted.reset();
    row.item.wrap_until.reset();
    row.item.awaited_until.reset();
    row.item.units = 0;
    Become(row, state);
  }
  void CloseOffer(ItemId id, OfferOutcome outcome) {
    ItemTable::Row& row = s_.items.Get(id);
    const AgentId agent = row.item.agent();
    row.item.decision->outcome = outcome;
    RemoveFromWork(agent, id);
    PutBack(row, ItemState::kWaiting);
    s_.Reindex(agent);
  }
  void End(ItemTable::Row& row, ItemState state) {
    row.item.ended = at_;
    row.item.keep.reset();
    row.item.stay.reset();
    s_.Use(row.item.requirement, -1);
    --s_.queues[row.item.queue.value()].living;
    s_.ForgetCustomer(row.item);
    s_.ended_order_.push_back(row.item.id);
    Become(row, state);
    if (state != ItemState::kCompleted) s_.ForgetOldestEnded();
  }

  State& s_;
  Instant at_;
};

}  // namespace wissel
