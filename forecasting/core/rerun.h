// Runs a recording again: an engine, a virtual clock, and people who do what they did.
//
// Only what came from outside is given to the engine; every decision is its own. With nothing
// changed it comes to the recorded events at the recorded instants, all of them, in their order.
// With other rules, happenings move with what they followed (recording.h), and what the record does
// not say is drawn (draws.h).
//
// Pure: the same recording, changes and seed give the same run. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "forecasting/core/draws.h"
#include "forecasting/core/recording.h"
#include "forecasting/core/what_if.h"
#include "router/core/pace.h"

namespace wissel::forecasting {

// How many of the values that were used stood in the record, and how many were drawn.
struct Source {
  int64_t recorded = 0;
  int64_t drawn = 0;
};
struct Sources {
  Source answers;    // to offers
  Source patience;   // of a wait: known where the customer left, else drawn beyond what they waited
  Source handling;   // from the acceptance on
  Source wrap_up;    // of those, the wrap-ups whose length was needed
  Source come_back;  // after a missed offer
};

struct RerunCounts {
  Sources sources;
  int64_t arrivals = 0;     // of the record that were let in, copies not counted
  int64_t copies = 0;       // of --volume
  int64_t left_out = 0;     // arrivals, by --volume
  int64_t turned_away = 0;  // refused at the door: closed
  int64_t impossible = 0;   // what people did that could not be done in the re-run
  int64_t agents_added = 0;
  int64_t agents_left_out = 0;
};

// What became of the first wait of an arrival, for the comparison of one with one.
struct FirstWait {
  enum class End : uint8_t { kNotKnown, kAnswered, kLeft };
  End end = End::kNotKnown;
  Duration waited;
};

class Rerun {
 public:
  using Sink = std::function<void(const Event&)>;

  // An engine as it stood when the period began. `recording` outlives the run.
  static absl::StatusOr<Rerun> Make(const Recording& recording, WhatIf what_if);

  // What is otherwise takes effect. `sink` sees every event from now on.
  absl::Status Begin(Sink sink);
  // Lets the clock go on to `until`, at most to the end of the period.
  void RunUntil(Instant until);

  bool changes_nothing() const { return changes_nothing_; }
  const Engine& engine() const { return engine_; }
  const RerunCounts& counts() const { return counts_; }
  // By item of the recording; copies are not among them.
  const std::vector<FirstWait>& first_waits() const { return first_waits_; }

 private:
  // What is to be done at an instant, unless it no longer holds by then.
  struct Plan {
    enum class Kind : uint8_t {
      kArrive,
      kAttend,
      kCenter,
      kAnswer,
      kAct,
      kDepart,
      kIntervene,
      kComeBack
    };
    Instant at;
    Place place;  // batch 0: behind all that is recorded of that millisecond
    uint32_t sequence = 0;
    Kind kind = Kind::kAct;
    // The item's number among those of the run, or the index in the recording, or the agent.
    uint32_t subject = 0;
    uint32_t detail = 0;  // copy, agent, stay or stamp
    uint32_t index = 0;   // of the intervention

    bool operator>(const Plan& other) const;
  };

  // An item in the run.
  struct Running {
    enum class Phase : uint8_t { kWaiting, kOffered, kAssigned, kEnded };
    ItemId id;
    uint32_t script = 0;
    uint32_t copy = 0;  // 0: of the record itself
    uint32_t stay = 0;
    uint32_t answer = 0;  // offers of this stay so far
    uint32_t act = 0;
    uint32_t stamp = 0;  // of its planned answer or act
    Phase phase = Phase::kWaiting;
    bool parked = false;  // or set aside
    uint32_t times_parked = 0;
    bool moved_up = false;  // what comes next is done at once: the wrap-up before it fell away
    OfferId offer;
    AgentId agent;
    Instant wait_began;
    Duration worked;        // up to working_since
    Instant working_since;  // parked since, while parked
    std::optional<Duration> wrap_began;
    std::optional<Act> next;  // planned
  };

  Rerun(const Recording& recording, WhatIf what_if, Engine engine);

  // rerun.cc
  void PlanTimeline();
  void PlanArrival(uint32_t script);
  absl::Status ChooseAgents();
  void AddAgentLike(AgentId source, int number);
  void TakeUpLiving();
  const Plan* NextPlan() const;
  Plan TakePlan();
  Instant PastPauses(Instant at) const;
  void Carry(const Plan& plan);
  bool Holds(const Plan& plan) const;
  void Wake(Instant at, uint32_t batch);
  void Put(Plan plan);
  // Gives it to the engine and looks at what came of it. Whether it was granted.
  std::optional<uint64_t> Ask(const CommandBody& command);
  void Publish();

  void Arrive(const Plan& plan);
  std::optional<ItemId> StillWaiting(ItemId recorded, uint32_t copy) const;
  void Attend(const CommandBody& command, AgentId agent);
  void DoAsCenter(const CenterAct& act);
  void ComeBack(AgentId agent);

  // rerun_items.cc
  void Answer(Running& running);
  void Do(Running& running);
  bool DoAct(Running& running, const Act& act);
  bool BeginConsult(const Running& running, const Act& act);
  bool Complete(Running& running, const Act& act);
  void Depart(Running& running);
  void Intervene(Running& running, uint32_t index);

  void On(const ItemEntered& e);
  void On(const ItemTransferred& e);
  void On(const ItemReturned& e);
  void On(const ItemAbandoned& e) { End(e.item, FirstWait::End::kLeft); }
  void On(const ItemCancelled& e) { End(e.item, FirstWait::End::kLeft); }
  void On(const ItemExpired& e) { End(e.item, FirstWait::End::kLeft); }
  void On(const ItemMerged& e) { End(e.item, FirstWait::End::kNotKnown); }
  void On(const ItemInformed& e) { End(e.item, FirstWait::End::kLeft); }
  void On(const ItemPostponed& e) { WaitAgain(e.item); }
  void On(const ItemCompleted& e) { End(e.item, FirstWait::End::kNotKnown); }
  void On(const OfferMade& e);
  void On(const OfferAccepted& e);
  void On(const ItemAssigned& e);
  void On(const ItemPulledBack& e);
  void On(const OfferDeclined& e) { CloseOffer(e.item); }
  void On(const OfferMissed& e);
  void On(const OfferRevoked& e) { CloseOffer(e.item); }
  void On(const OfferCancelled& e) { CloseOffer(e.item); }
  void On(const ItemParked& e) { StandStill(e.item); }
  void On(const ItemResumed& e) { GoOn(e.item); }
  void On(const ItemSetAside& e) { StandStill(e.item); }
  void On(const ItemWoken& e) { GoOn(e.item); }
  void On(const ItemRequeued& e) { WaitAgain(e.item); }
  void On(const ItemHandedOver& e);
  void On(const WrapUpStarted& e);
  template <class Other>
  void On(const Other&) {}

  void StandStill(ItemId id);
  void GoOn(ItemId id);
  void End(ItemId id, FirstWait::End how);
  void CloseOffer(ItemId id);
  void BeginWait(Running& running);
  void BeginHandling(Running& running);
  void WaitAgain(ItemId id);
  void PlanAnswer(Running& running, Instant offered);
  void PlanNextAct(Running& running);
  std::optional<Act> NextAct(const Running& running);
  std::optional<Act> DrawAct(const Running& running, const Handling* known);
  void PlanAct(Running& running);
  void NoteFirstWait(const Running& running, FirstWait::End how);

  // Null for an item that no arrival of the record brought.
  Running* Find(ItemId id);
  uint32_t NumberOf(const Running& running) const {
    return static_cast<uint32_t>(&running - running_.data());
  }
  const ItemScript& ScriptOf(const Running& running) const {
    return recording_->items[running.script];
  }
  // None: the record does not come so far.
  const Stay* StayOf(const Running& running) const;
  const forecasting::Answer* AnswerOf(const Running& running) const;
  QueueId QueueOf(const Running& running) const;
  Duration Worked(const Running& running) const;
  Random RandomFor(const Running& running, uint32_t purpose) const;

  const Recording* recording_;
  WhatIf what_if_;
  bool changes_nothing_ = false;
  Habits habits_;
  Engine engine_;
  Pace pace_;  // for gates by estimated wait
  Sink sink_;
  Instant now_;
  uint32_t batch_ = 0;
  std::vector<Plan> timeline_;  // sorted; arrivals, presence, configuration
  size_t next_ = 0;
  std::priority_queue<Plan, std::vector<Plan>, std::greater<>> plans_;
  uint32_t sequence_ = 0;
  std::vector<Event> events_;
  std::vector<Running> running_;
  absl::flat_hash_map<ItemId, uint32_t> number_of_;  // asked, never walked through
  // What enters next, if something does: script and copy.
  std::optional<std::pair<uint32_t, uint32_t>> arriving_;
  // Who comes additionally does as the source does.
  absl::btree_map<AgentId, std::vector<AgentId>> copies_of_;
  absl::btree_set<AgentId> left_out_;
  std::vector<FirstWait> first_waits_;
  RerunCounts counts_;
};

}  // namespace wissel::forecasting
