// The figures of a period, as a fold over its events: what a team manager compares two runs by.
//
// Counts are of stays (metrics/core/README.md): an item's time among the waiting of one queue. A
// stay counts in the interval in which it began. What waits when the period begins is offered to
// it.
//
//   service level = answered in time / (answered + abandoned - short abandons)
//   occupancy     = time in which an agent works on something / time in which they are available or
//                   work; of a queue: the time worked on its items over that of all agents. Work
//                   side by side counts once for an agent, and for each queue.
//
// Pure; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "router/core/engine.h"

namespace wissel::forecasting {

struct Interval {
  int64_t offered = 0;
  int64_t answered = 0;
  int64_t in_time = 0;
  int64_t abandoned = 0;
  int64_t short_abandoned = 0;
  Duration waited;  // of the answered

  // None where nothing counts.
  std::optional<double> ServiceLevel() const;
  std::optional<double> MeanWaitSeconds() const;
};

struct Figures {
  Interval total;
  std::vector<Interval> intervals;
  std::vector<uint32_t> waits_ms;  // of the answered; rising after Tally::Finish
  int64_t completed = 0;
  Duration handled;

  // The wait that `permille` of the answered did not exceed.
  std::optional<double> WaitSeconds(int permille) const;
};

class Tally {
 public:
  // From an engine that stands at `from`; intervals of `every` from there.
  Tally(const Engine& engine, Instant from, Duration every);

  void Fold(const Event& event);
  // What is under way is counted up to here.
  void Finish(Instant until);

  const Figures& all() const { return all_; }
  const absl::btree_map<QueueId, Figures>& queues() const { return queues_; }
  std::string NameOf(QueueId queue) const;
  std::optional<double> Occupancy() const;
  std::optional<double> OccupancyOf(QueueId queue) const;
  double staffed_hours() const { return staffed_.seconds() / 3600; }
  uint64_t events() const { return events_; }

 private:
  struct Rules {
    std::string name;
    Duration answer_within;
    Duration short_abandon;
  };
  struct Living {
    QueueId queue;
    AgentId agent;
    Instant wait_began;
    uint32_t interval = 0;
    bool waits = true;
    bool scheduled = false;  // not to be offered yet: no stay
    bool works = false;      // an agent works on it now
    Instant works_since;
  };
  struct Person {
    bool available = false;
    bool leaving = false;  // when the work at hand has ended
    bool lost = false;     // the connection
    int32_t working = 0;
    Instant since;

    bool staffed() const { return working > 0 || (available && !leaving && !lost); }
  };

  void On(const QueueConfigured& e) { SetRules(e.id, e.config); }
  void On(const ItemEntered& e);
  void On(const ItemTransferred& e);
  void On(const ItemOverflowed& e);
  void On(const ItemReturned& e);
  void On(const ItemAbandoned& e);
  void On(const ItemCancelled& e) { Drop(e.item); }
  void On(const ItemExpired& e) { Drop(e.item); }
  void On(const ItemMerged& e) { Drop(e.item); }
  void On(const ItemInformed& e) { Drop(e.item); }
  void On(const ItemReleased& e);
  void On(const CallbackPromised& e);
  void On(const ItemPaused& e) { items_.at(e.item).scheduled = true; }
  void On(const ItemPostponed& e);
  void Drop(ItemId id);
  void On(const OfferAccepted& e) { Answered(e.item, e.agent); }
  void On(const ItemAssigned& e) { Answered(e.item, e.agent); }
  void On(const ItemPulledBack& e);
  void On(const ItemHandedOver& e);
  void On(const ItemSetAside& e) { StopWork(items_.at(e.item)); }
  void On(const ItemWoken& e) { StartWork(items_.at(e.item)); }
  void On(const ItemRequeued& e) { BeginStay(items_.at(e.item), items_.at(e.item).queue, at_); }
  void Answered(ItemId id, AgentId agent);
  void On(const ItemParked& e) { StopWork(items_.at(e.item)); }
  void On(const ItemResumed& e) { StartWork(items_.at(e.item)); }
  void On(const ItemCompleted& e);
  void On(const PresenceChanged& e);
  void On(const PresenceQueued& e) { Turn(e.agent).leaving = true; }
  void On(const AgentSignedIn& e) { Turn(e.agent).available = false; }
  void On(const LeaseLost& e) { Turn(e.agent).lost = true; }
  void On(const LeaseRestored& e) { Turn(e.agent).lost = false; }
  template <class Other>
  void On(const Other&) {}

  void SetRules(QueueId queue, const QueueConfig& config);
  void TakeUp(const Item& item);
  void BeginStay(Living& item, QueueId queue, Instant wait_began);
  // The figures of its queue and of all, and of the intervals in which its stay began.
  template <class Change>  // void(Interval&)
  void Count(const Living& item, Change change);
  void StartWork(Living& item);
  void StopWork(Living& item);
  // Counts the agent's time up to now as what they were.
  Person& Turn(AgentId agent);

  Instant from_;
  Instant at_;
  Duration every_;
  Figures all_;
  absl::btree_map<QueueId, Figures> queues_;
  std::vector<Rules> rules_;                   // by queue
  absl::flat_hash_map<ItemId, Living> items_;  // asked, never walked through
  std::vector<ItemId> seen_;
  std::vector<Person> people_;  // by agent
  Duration staffed_;
  Duration busy_;
  uint64_t events_ = 0;
};

}  // namespace wissel::forecasting
