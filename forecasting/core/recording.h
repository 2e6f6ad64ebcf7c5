// A period of a center as it was recorded, told apart by who did what: what came from outside
// stands here, what the engine decided does not. A re-run (rerun.h) gives the same happenings to an
// engine again, under the same rules or others.
//
// Happenings hang on what they followed, so that they move with it: an answer on its offer, what
// was done with an item on its acceptance, a departure on the beginning of the wait. Arrivals,
// presence and configuration stand at their own instants.
//
// Plain values. Ids are those of the record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "base/digest.h"
#include "base/time.h"
#include "router/core/command.h"
#include "router/core/engine.h"

namespace wissel::forecasting {

// Where a happening stands in the record. What falls into one millisecond goes by `order`; the
// engine is woken where a batch begins, as the shard that recorded it did.
struct Place {
  uint32_t batch = 0;  // from 1; 0: not of the record
  uint32_t order = 0;
};

// Time in which the shard did not wake its engine: a wake that came late, or a process that was
// down. Timers that fall into it fire at its end.
struct Pause {
  Instant from;
  Instant until;
};

// What became of one offer, for as much as people had to do with it.
struct Answer {
  enum class Kind : uint8_t { kNone, kAccepted, kDeclined, kMissed, kAutomatic };
  Kind kind = Kind::kNone;
  AgentId agent;
  // From the offer to the answer; of kNone: how long it stood open without one.
  Duration after;
  Place place;
  // Of kMissed: from then to when the agent said they were back, if that was the next they did.
  struct Return {
    Duration after;
    Place place;
  };
  std::optional<Return> back;
};

// What an agent did with an item that they had accepted.
struct Act {
  enum class Kind : uint8_t {
    kHold,
    kRetrieve,
    kWrapUp,
    kComplete,
    kTransfer,
    kReturn,
    kMissCustomer,
    kMissAgent,
    kPullBack,
    kConsult,
    kHandOver,  // to who is consulted; what follows is theirs
    kEndConsult,
    kConference,
    kSetAside,
    kWake,  // the customer wrote
  };
  Kind kind = Kind::kComplete;
  // Time spent on the item since it was accepted; time parked or set aside does not count.
  Duration worked;
  // Done while it was parked or set aside: how often it had been by then, and so long after the
  // last began.
  struct WhileParked {
    uint32_t times = 1;
    Duration after;
  };
  std::optional<WhileParked> while_parked;
  Place place;
  std::optional<QueueId> to_queue;
  std::optional<AgentId> to_agent;
  std::optional<PartnerId> to_partner;
  std::vector<std::string> reason_codes;
  uint32_t consult = 0;     // of kConsult: the script of the consult
  bool conference = false;  // of kConference: it begins
};

struct Handling {
  std::vector<Act> acts;
  // How far it is known, and of that since the wrap-up began, if it had.
  Duration worked;
  std::optional<Duration> wrapped;
  // It ended when the wrap-up's time was over, by no act.
  bool timed_out = false;
  // It ended by what somebody else did, or by the customer's silence.
  bool ended_by_others = false;
};

// The customer hung up, or the maker withdrew it; so long after the wait began.
struct Departure {
  bool withdrawn = false;
  Duration after;
  Place place;
};

// Something else was done with it while it waited: a manager changed or moved it, the customer was
// promised a callback or had their answer from a notice; so long after the wait began.
struct Intervention {
  Duration after;
  Place place;
  CommandBody command;  // of one of those that rerun_items.cc knows
};

// One wait and, if it was answered, what followed.
struct Stay {
  Duration waited;  // to the answer or the departure, or as far as is known
  bool answered = false;
  std::vector<Answer> answers;  // one for each offer
  std::vector<Intervention> interventions;
  std::optional<Departure> departure;
  Handling handling;
};

struct Arrival {
  Instant at;
  Place place;
  CreateItem item;
};

struct ItemScript {
  ItemId id;
  std::optional<Arrival> arrival;  // none: it lived when the period began, or is a consult
  std::vector<Stay> stays;
  bool is_consult = false;  // begun within the period, by an act
};

// Presence and leases: the command has the agent.
struct AgentAct {
  Instant at;
  Place place;
  AgentId agent;
  CommandBody command;
};

// Configuration and openings, or a request that was remembered; neither: the shard woke its engine.
struct CenterAct {
  Instant at;
  Place place;
  std::optional<CommandBody> command;
  std::optional<EventBody> note;
};

// Logarithms of durations in seconds, summed up.
struct LogSum {
  int64_t count = 0;
  double sum = 0;
  double squares = 0;
};

// What draws are fitted to (draws.h), by queue.
struct Observed {
  double waited_s = 0;  // of all waits, ended how they may
  int64_t abandoned = 0;
  LogSum talk;  // from the acceptance to the wrap-up or the completion, time parked not counted
  LogSum wrap_up;
  int64_t completed = 0;
  std::vector<Duration> accept_after;
};

struct Recording {
  SavedState start;
  EngineOptions options;
  Instant from;
  Instant until;  // of the last batch
  std::vector<ItemScript> items;
  std::vector<AgentAct> agents;
  std::vector<CenterAct> center;
  std::vector<Pause> pauses;  // in order, apart
  absl::btree_map<QueueId, Observed> observed;
  std::vector<Duration> back_after;  // of those who had missed an offer
  uint64_t events = 0;
  uint64_t digest = 0;  // of all events (EventDigest)
};

// A running digest of events, to compare two runs by.
class EventDigest {
 public:
  void Add(const Event& event);
  uint64_t value() const { return digest_.value(); }

 private:
  Digest digest_;
};

// Engine states in the middle of something, read the same way by who records and who re-runs.
// Since when the item's present wait counts.
Instant WaitBegan(const Item& item);
// Time spent on an assigned item up to `now`.
Duration WorkedOn(const Item& item, Instant now);

}  // namespace wissel::forecasting
