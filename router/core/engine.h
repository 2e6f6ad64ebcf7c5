// The routing engine: a pure state machine that decides what waits, who gets it, and why.
//
//   Decide(command, now)  checks the command, records what follows from it and returns it as
//   events. Wake(now)             does the same for the timers that are due. Record(event) is the
//   only door through which state changes; replay uses the same door.
//
// No clock, thread, I/O, dice or unordered iteration: the same commands at the same times give the
// same events, and the same events give the same state (Digest) on every machine. Time enters as
// data and never goes back. Whoever drives the engine (the live shard, replay, a simulator) calls
// Wake at NextTimer().
//
// Not thread-safe: one writer. Between calls, no eligible agent with room stands beside a waiting
// item.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agents/core/channel.h"
#include "router/core/actions.h"
#include "router/core/agent_state.h"
#include "router/core/command.h"
#include "router/core/directory.h"
#include "router/core/event.h"
#include "router/core/item.h"
#include "router/core/partners.h"

namespace wissel {

class State;

struct EngineOptions {
  // Ended items that can still be asked about.
  size_t ended_items_kept = 10'000;
  // Request ids that are remembered: at most so many, at most so long.
  size_t requests_kept = 1'000'000;
  Duration requests_kept_for = Duration::Hours(24);
  // Actions of people that can still be asked about here; the journal has them all.
  size_t actions_kept = 10'000;
  // Settlements with partners, likewise.
  size_t settlements_kept = 1'000;
};

// What a granted command was about: the id of the item, agent or resource.
struct Outcome {
  uint64_t subject = 0;
  // The request had been carried out before; nothing changed now.
  bool repeated = false;
};

// Everything that has to be saved to go on later; field numbers are part of the snapshot format.
struct SavedState {
  Instant now;
  uint64_t next_item = 1;
  uint64_t next_offer = 1;
  uint64_t next_session = 1;
  Directory directory;
  struct SavedRequirement {
    RequirementId id;
    Requirement requirement;
    static void Fields(auto&& self, auto&& f) {
      f(1, "id", self.id);
      f(2, "requirement", self.requirement);
    }
  };
  std::vector<SavedRequirement> requirements;
  uint32_t next_requirement = 1;
  struct SavedQueue {
    QueueId queue;
    bool open = true;
    std::vector<Opening> openings;
    int32_t share_credit = 0;
    bool surge = false;
    std::vector<PartnerAccount> partner_accounts;
    std::optional<Instant> partners_from;  // of the running interval
    uint32_t taken_by_others = 0;
    std::optional<uint8_t> opened_step;
    static void Fields(auto&& self, auto&& f) {
      f(1, "queue", self.queue);
      f(2, "open", self.open);
      f(3, "openings", self.openings);
      f(4, "share_credit", self.share_credit);
      f(5, "surge", self.surge);
      f(23, "partner_accounts", self.partner_accounts);
      f(24, "partners_from", self.partners_from);
      f(25, "taken_by_others", self.taken_by_others);
      f(26, "opened_step", self.opened_step);
    }
  };
  std::vector<SavedQueue> queues;
  std::vector<Item> items;          // by id, those ended last included
  std::vector<ItemId> ended_order;  // the ended ones in the order of their ends
  std::vector<AgentState> agents;   // by id
  struct SavedRequest {
    Instant at;
    RequestCarriedOut request;
    static void Fields(auto&& self, auto&& f) {
      f(1, "at", self.at);
      f(2, "request", self.request);
    }
  };
  std::vector<SavedRequest> requests;  // oldest first
  std::vector<NoticeGiven> notices;    // by id
  uint32_t next_notice = 1;
  std::vector<RecordedAction> actions;  // oldest first
  uint64_t next_action = 1;
  std::vector<RecordedSettlement> settlements;  // oldest first
  uint64_t next_settlement = 1;
  int64_t given_last = 0;

  static void Fields(auto&& self, auto&& f) {
    f(1, "now", self.now);
    f(2, "next_item", self.next_item);
    f(3, "next_offer", self.next_offer);
    f(4, "next_session", self.next_session);
    f(5, "directory", self.directory);
    f(6, "requirements", self.requirements);
    f(7, "next_requirement", self.next_requirement);
    f(8, "queues", self.queues);
    f(9, "items", self.items);
    f(10, "ended_order", self.ended_order);
    f(11, "agents", self.agents);
    f(12, "requests", self.requests);
    f(13, "notices", self.notices);
    f(14, "next_notice", self.next_notice);
    f(15, "actions", self.actions);
    f(16, "next_action", self.next_action);
    f(23, "settlements", self.settlements);
    f(24, "next_settlement", self.next_settlement);
    f(30, "given_last", self.given_last);
  }
};

// Signed-in agents who qualify for a queue's own requirement at its last step, and how many of them
// have room for its channel now.
struct Staffing {
  int64_t signed_in = 0;
  int64_t free = 0;
};

class Engine {
 public:
  explicit Engine(EngineOptions options = {});
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  // Appends to `events` what follows from the command. Refused: appends nothing, changes nothing.
  // `now` must not be before the last one.
  absl::StatusOr<Outcome> Decide(const Command& command, Instant now, std::vector<Event>& events);

  // Whether the rules could be applied now: the refusal that Decide would give, with nothing
  // changed. Costs as much as a decision on them; see decide_rules.cc.
  absl::Status CheckRules(const ApplyRules& rules) const;

  // Fires every timer due at or before `now`, in order of (due time, kind, id).
  void Wake(Instant now, std::vector<Event>& events);
  // When Wake has something to do next; may be early, never late.
  std::optional<Instant> NextTimer() const;

  void Record(const Event& event);

  // Of everything that decides what happens next.
  uint64_t Digest() const;
  SavedState Save() const;
  static Engine Restore(SavedState saved, EngineOptions options = {});

  // Reading. References and pointers live until the next Decide, Wake or Record.
  Instant now() const;  // of the last event
  const Directory& directory() const;
  const Requirement* FindRequirement(RequirementId id) const;
  bool IsOpen(QueueId queue) const;
  // Of a share floor: what is earned and not used, in thousandths of a decision; and whether that
  // makes the next one in which an item of the queue stands by its own.
  int32_t ShareCreditPermille(QueueId queue) const;
  bool IsOwedShare(QueueId queue) const;
  bool IsInSurge(QueueId queue) const;
  // The step of the queue's requirement that a manager has opened.
  std::optional<uint8_t> OpenedStep(QueueId queue) const;
  // The accounts of the partners who share the queue's work; empty without an allocation.
  const PartnerBook& PartnersOf(QueueId queue) const;
  const Settlements& settlements() const;
  const std::map<NoticeId, Notice>& notices() const;
  // Whether the notice is meant for who waits as this item.
  bool Concerns(const Notice& notice, const Item& item) const;
  // Null when it never was, or is forgotten; `WasItem` tells the two apart.
  const Item* FindItem(ItemId id) const;
  bool WasItem(ItemId id) const;
  // Null for an offer that is not open.
  const Item* FindOffered(AgentId agent, OfferId offer) const;
  // Null for an agent who is not configured.
  const AgentState* FindAgent(AgentId id) const;
  // Channels for which the agent could be offered one more item now.
  ChannelSet RoomOf(AgentId id) const;
  // Items that have not ended, by rising id from `from`, until `visit` returns false.
  void ForEachLivingItem(ItemId from, const std::function<bool(const Item&)>& visit) const;
  // Waiting items of a queue (kept ones included, those that wait for hours not) in their order, at
  // most `limit`.
  std::vector<ItemId> WaitingInOrder(QueueId queue, size_t limit) const;
  size_t WaitingCount(QueueId queue) const;
  Staffing StaffingOf(QueueId queue) const;
  // Who did what, as far as it is kept.
  const Actions& actions() const;

  // For explanation (explain.h) and for checkers: the whole state, read-only.
  const State& state() const { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace wissel
