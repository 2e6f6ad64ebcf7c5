// The live board: what every queue, agent and waiting item looks like now, as a fold over the
// journal's events. Pure: the same events give the same board, live and in replay.
//
// The caller has the clock and the time zone: it says when a day begins (StartDay), and lets time
// pass over the promises of those who wait (Advance).
//
// Invariants, after every call: the books of every queue close (DayCounters); an item is among the
// waiting of one queue or in the work of one agent or, while it is offered, both; what changed
// since a version is found at the cost of what changed.
//
// Not thread-safe. Can be copied.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "base/time.h"
#include "metrics/core/recency.h"
#include "metrics/core/rows.h"
#include "metrics/core/wait_list.h"
#include "router/core/directory.h"
#include "router/core/engine.h"
#include "router/core/event.h"

namespace wissel::metrics {

class Board {
 public:
  // Names of removed rows are remembered for this many removals.
  static constexpr size_t kRemovalsKept = 1'000;

  // Empty, before the first event.
  Board() = default;
  // As of an engine that has recorded everything up to `sequence`; the day's counters begin with
  // what waits.
  Board(const Engine& engine, uint64_t sequence);

  // In order and without gaps, from sequence() + 1 on.
  void Fold(uint64_t sequence, const Event& event);
  // A new day: counters begin again, with what waits now.
  void StartDay(Instant start);
  // Counts who has become overdue.
  void Advance(Instant now);
  void SetStaffing(QueueId queue, const Staffing& staffing);
  // Of somebody who would enter the queue now.
  void SetWait(QueueId queue, const std::optional<WaitEstimate>& wait);

  // Position in the journal that the board includes.
  uint64_t sequence() const { return sequence_; }
  // Rises with every change, those between two events included.
  uint64_t version() const { return version_; }
  Instant day_start() const { return day_start_; }
  const Directory& directory() const { return directory_; }

  const QueueRow* FindQueue(QueueId id) const;
  const AgentRow* FindAgent(AgentId id) const;
  // Null when it has ended.
  const LiveItem* FindItem(ItemId id) const;

  // Over the waiting of a queue: those for an agent, for opening hours, and being offered.
  std::vector<ItemId> FirstWaiting(QueueId id, size_t limit) const;
  std::optional<Instant> LongestWaitingSince(QueueId id) const;
  std::optional<Instant> NextDue(QueueId id) const;
  // Place among the waiting of its queue, 1 = next; none when it does not wait.
  std::optional<uint64_t> RankOf(ItemId id) const;
  // How many wait there about the topic.
  int64_t WaitingOnTopic(QueueId id, const std::string& topic) const;
  // Version of the last change among the waiting of a queue.
  uint64_t WaitingVersion(QueueId id) const;

  // Since when the agent is in the state shown: working on what they hold, or else in this
  // presence.
  Instant StateSince(AgentId id) const;
  int32_t LoadPermilleOf(AgentId id) const;

  // Rows changed after `version`, the newest first; 0: all.
  template <class Visit>  // void(QueueId)
  void ForEachQueueSince(uint64_t version, Visit visit) const {
    queue_order_.ForEachSince(version, [&](uint32_t row) { visit(QueueId(row)); });
  }
  template <class Visit>  // void(AgentId)
  void ForEachAgentSince(uint64_t version, Visit visit) const {
    agent_order_.ForEachSince(version, [&](uint32_t row) { visit(AgentId(row)); });
  }
  // Names ("queues/x", "agents/y") of rows that were removed after `version`. Some may be back
  // since.
  template <class Visit>  // void(const std::string&)
  void ForEachRemovedSince(uint64_t version, Visit visit) const {
    for (const Removal& removal : removals_) {
      if (removal.stamp.version > version) visit(removal.name);
    }
  }

  // For someone who knows everything up to `sequence`, and perhaps not all that belongs to it: the
  // version from which to go on. None: the board does not remember that far back.
  std::optional<uint64_t> VersionToResume(uint64_t sequence) const;

  // How many actions of people there have been.
  uint64_t actions() const { return actions_; }
  int64_t waiting_total() const { return waiting_total_; }
  // Of the item whose event was the last to change a queue's books: an event counts for one item.
  Channel counted_channel() const { return counted_channel_; }
  int64_t AgentsIn(Presence presence) const { return presences_[static_cast<size_t>(presence)]; }

 private:
  struct Queue {
    QueueRow row;
    WaitList waiting;
    uint64_t waiting_version = 0;
    std::map<std::string, int64_t, std::less<>>
        topics;  // of the waiting; those without are not here
  };
  struct Removal {
    RecencyList::Stamp stamp;
    std::string name;
  };

  // item_folds.cc
  void On(const ItemEntered& e, Instant at);
  void On(const ItemReleased& e, Instant at);
  void On(const ItemUpdated& e, Instant at);
  void On(const StepReached& e, Instant at);
  void On(const ItemKept& e, Instant at);
  void On(const KeepEnded& e, Instant at);
  void On(const ItemAbandoned& e, Instant at);
  void On(const ItemCancelled& e, Instant at);
  void On(const ItemTransferred& e, Instant at);
  void On(const ItemOverflowed& e, Instant at);
  void On(const CallbackPromised& e, Instant at);
  void On(const ItemPaused& e, Instant at);
  void On(const ItemPostponed& e, Instant at);
  void On(const ItemExpired& e, Instant) { EndOtherwise(e.item); }
  void On(const ItemMerged& e, Instant) { EndOtherwise(e.item); }
  void On(const ItemInformed& e, Instant) { EndOtherwise(e.item); }
  void On(const SurgeBegun& e, Instant);
  void On(const SurgeEnded& e, Instant);
  void On(const StepOpened& e, Instant);
  void On(const StepClosed& e, Instant);
  // The accounts are the engine's: PartnerService shows them.
  void On(const PartnersSettled&, Instant) {}
  void On(const NoticeGiven&, Instant) {}
  void On(const NoticeWithdrawn&, Instant) {}
  void On(const ItemShown&, Instant) {}
  void On(const ItemReturned& e, Instant at);
  void On(const OfferMade& e, Instant at);
  void On(const OfferAccepted& e, Instant at);
  void On(const OfferDeclined& e, Instant at);
  void On(const OfferMissed& e, Instant at);
  void On(const OfferRevoked& e, Instant at);
  void On(const OfferCancelled& e, Instant at);
  void On(const ItemHeld& e, Instant at);
  void On(const ItemRetrieved& e, Instant at);
  void On(const ItemParked& e, Instant at);
  void On(const ItemResumed& e, Instant at);
  void On(const WrapUpStarted& e, Instant at);
  void On(const ItemCompleted& e, Instant at);
  void On(const ItemAssigned& e, Instant at);
  void On(const ItemPulledBack& e, Instant at);
  void On(const WaitPromised& e, Instant at);
  // talk_folds.cc
  void On(const ConsultStarted& e, Instant at);
  void On(const ConsultEnded& e, Instant at);
  void On(const ConferenceMarked& e, Instant at);
  void On(const ItemHandedOver& e, Instant at);
  void On(const ItemSetAside& e, Instant at);
  void On(const ItemWoken& e, Instant at);
  void On(const ItemRequeued& e, Instant at);
  // agent_folds.cc
  void On(const AgentSignedIn& e, Instant at);
  void On(const PresenceChanged& e, Instant at);
  void On(const LeaseLost& e, Instant at);
  void On(const LeaseRestored& e, Instant at);
  void On(const AgentConfigured& e, Instant at);
  void On(const AgentDeleted& e, Instant at);
  void On(const ProfileConfigured& e, Instant at);
  void On(const ProfileDeleted& e, Instant at);
  // board.cc
  void On(const CenterConfigured& e, Instant at);
  void On(const TeamConfigured& e, Instant at);
  void On(const TeamDeleted& e, Instant at);
  void On(const PartnerConfigured& e, Instant at);
  void On(const PartnerDeleted& e, Instant at);
  void On(const QueueConfigured& e, Instant at);
  void On(const QueueDeleted& e, Instant at);
  void On(const QueueOpened& e, Instant at);
  void On(const QueueClosed& e, Instant at);
  void On(const ActionTaken&, Instant) { ++actions_; }
  // Everything else shows nothing on the board.
  template <class Other>
  void On(const Other&, Instant) {}

  LiveItem& Get(ItemId id);
  Queue& Get(QueueId id);
  AgentRow& Get(AgentId id);
  void TouchQueue(QueueId id);
  void TouchAgent(AgentId id);
  void Forget(std::string name);

  void PutQueue(QueueId id, bool open);
  void PutAgent(AgentId id);
  void SetPresence(AgentRow& row, Presence presence);

  // Into and out of the waiting of the item's queue; the row's counts follow.
  void AddWaiting(ItemId id, LiveItem& item);
  void RemoveWaiting(ItemId id, LiveItem& item);
  // Of the item's queue, to count an event of the item in.
  DayCounters& Books(const LiveItem& item);
  // The wait has ended.
  void JudgePromise(LiveItem& item, Instant at, bool answered);
  // A stay in `queue` begins: counted as offered.
  void BeginStay(ItemId id, LiveItem& item, QueueId queue);
  void SetState(LiveItem& item, ItemState state, Instant at);
  void EndOffer(ItemId id, AgentId agent, Instant at);
  // An agent has it from now on.
  void BeginAssignment(ItemId id, LiveItem& item, Instant at);
  // From the agent who has it, by whatever end. What was set aside ends no work of theirs.
  void EndAssignment(ItemId id, LiveItem& item, Instant at);
  void StopHandling(LiveItem& item, Instant at);
  // Hold and wrap-up end, or go on, at this moment.
  void CountState(LiveItem& item, Instant at);
  void CountUnits(LiveItem& item, bool count);
  void Drop(ItemId id);
  void PutOff(ItemId id, LiveItem& item, Instant at);
  void Schedule(LiveItem& item, Instant at);
  void EndOtherwise(ItemId id);

  uint64_t sequence_ = 0;
  uint64_t version_ = 0;
  Instant day_start_;
  Instant advanced_to_;
  Directory directory_;
  std::deque<std::optional<Queue>> queues_;      // by id
  std::vector<std::optional<AgentRow>> agents_;  // by id
  absl::btree_map<ItemId, LiveItem> items_;
  // Waiting items that are not overdue yet, by their promise.
  absl::btree_set<std::pair<Instant, ItemId>> promised_;
  RecencyList queue_order_;
  RecencyList agent_order_;
  std::deque<Removal> removals_;  // oldest first
  // What happened up to here is not remembered change by change.
  uint64_t forgotten_sequence_ = 0;
  uint64_t actions_ = 0;
  int64_t waiting_total_ = 0;
  Channel counted_channel_ = Channel::kVoice;
  int64_t presences_[4] = {};
};

}  // namespace wissel::metrics
