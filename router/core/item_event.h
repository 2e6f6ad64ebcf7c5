// The events of a work item while nobody has it: it enters, waits, moves and ends. Part of event.h,
// which lists them among all others; include that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agents/core/channel.h"
#include "base/time.h"
#include "router/core/ids.h"
#include "router/core/promise.h"

namespace wissel {

struct PreferredAgent {
  AgentId agent;
  Duration hold_for;
  // Skills are not asked of them: they know the customer. Constraints are.
  bool skip_skills = false;

  bool operator==(const PreferredAgent&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "agent", self.agent);
    f(2, "hold_for", self.hold_for);
    f(3, "skip_skills", self.skip_skills);
  }
};

// What becomes of an item when the turns of all its preferred agents have passed. The same numbers
// as wissel.v1.Fallback.Kind.
enum class FallbackKind : uint8_t {
  kNextBest = 1,     // an item like any other
  kStay = 2,         // goes on waiting for its preferred agents, and nobody else
  kBackupAgent = 3,  // one more turn, of the backup agent; then the next best
  kBackupQueue = 4,  // on to another queue, at the place that its entry gives it there
};
struct Fallback {
  FallbackKind kind = FallbackKind::kNextBest;
  std::optional<Duration> stay_for;  // of kStay; none: as long as one of them is signed in
  std::optional<AgentId> agent;      // of kBackupAgent
  Duration hold_for;                 // of kBackupAgent
  std::optional<QueueId> queue;      // of kBackupQueue

  bool operator==(const Fallback&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "kind", self.kind);
    f(2, "stay_for", self.stay_for);
    f(3, "agent", self.agent);
    f(4, "hold_for", self.hold_for);
    f(5, "queue", self.queue);
  }
};

// How long somebody who enters the queue now would hardly wait longer than (P80), worked out by
// whoever gives the command (wait_estimate.h).
struct QueueWait {
  QueueId queue;
  Duration p80;

  bool operator==(const QueueWait&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "queue", self.queue);
    f(2, "p80", self.p80);
  }
};

// Why a rule sent an item on. The same numbers as wissel.v1.OverflowCause.
enum class OverflowCause : uint8_t {
  kClosed = 1,
  kTooManyWait = 2,
  kNobodySignedIn = 3,
  kWaitedTooLong = 4,
  kPreferredPassed = 5,  // none of its preferred agents took it: its backup queue
  kLongWait = 6,
};

struct ItemEntered {
  ItemId item;
  QueueId queue;
  Channel channel = Channel::kVoice;
  uint8_t band = 5;
  bool own_requirement = false;  // given with the item, not the queue's
  bool waits_for_hours = false;
  RequirementId requirement;
  Duration head_start;
  Instant due;
  std::string contact;
  std::vector<PreferredAgent> preferred;
  std::optional<QueueId> redirected_from;         // the queue that it was meant for
  std::optional<OverflowCause> redirected_cause;  // of the last hop
  uint8_t hops = 0;
  std::string topic;
  std::optional<Instant> not_before;  // later than now: it is scheduled
  std::optional<Instant> not_after;
  // What was asked for, before a place was taken over from earlier items of the customer.
  std::optional<uint8_t> asked_band;  // none: the queue's
  Duration asked_head_start;
  Fallback fallback;
  std::vector<QueueWait> waits;     // estimates that the gates on its way looked at
  std::string customer;             // an opaque id; empty: the contact stands for them
  std::optional<ItemId> continues;  // the earlier item that ends, and whose place it has
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "queue", self.queue);
    f(3, "channel", self.channel);
    f(4, "band", self.band);
    f(5, "own_requirement", self.own_requirement);
    f(6, "waits_for_hours", self.waits_for_hours);
    f(7, "requirement", self.requirement);
    f(8, "head_start", self.head_start);
    f(9, "due", self.due);
    f(10, "contact", self.contact);
    f(11, "preferred", self.preferred);
    f(12, "redirected_from", self.redirected_from);
    f(13, "redirected_cause", self.redirected_cause);
    f(14, "hops", self.hops);
    f(15, "topic", self.topic);
    f(16, "not_before", self.not_before);
    f(17, "not_after", self.not_after);
    f(18, "asked_band", self.asked_band);
    f(19, "asked_head_start", self.asked_head_start);
    f(20, "fallback", self.fallback);
    f(21, "waits", self.waits);
    f(22, "customer", self.customer);
    f(23, "continues", self.continues);
  }
};
// Its queue has opened, its time has come, or its customer goes on; in a closed queue it then waits
// for the hours.
struct ItemReleased {
  ItemId item;
  bool waits_for_hours = false;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "waits_for_hours", self.waits_for_hours);
  }
};
struct ItemUpdated {
  ItemId item;
  uint8_t band = 5;
  bool own_requirement = false;
  RequirementId requirement;
  Duration head_start;
  Instant due;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "band", self.band);
    f(3, "own_requirement", self.own_requirement);
    f(4, "requirement", self.requirement);
    f(5, "head_start", self.head_start);
    f(6, "due", self.due);
  }
};
struct StepReached {
  ItemId item;
  uint8_t step = 0;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "step", self.step);
  }
};
// Only this agent sees it until `until` (none: as long as the agent stays signed in).
struct ItemKept {
  ItemId item;
  AgentId agent;
  std::optional<Instant> until;
  uint8_t preference = 0;  // index of the preferred agent; 254, 255: see item.h
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "agent", self.agent);
    f(3, "until", self.until);
    f(4, "preference", self.preference);
  }
};
enum class KeepEndCause : uint8_t {
  kTimePassed = 1,
  kAgentGone = 2,
  kDeclined = 3,
  kUpdated = 4,
  kPulledBack = 5,
};
struct KeepEnded {
  ItemId item;
  AgentId agent;
  KeepEndCause cause = KeepEndCause::kTimePassed;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "agent", self.agent);
    f(3, "cause", self.cause);
  }
};
// The turns of its preferred agents have passed, and it goes on waiting for them, and for nobody
// else, until `until` (none: as long as one of them is signed in).
struct StayBegun {
  ItemId item;
  std::optional<Instant> until;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "until", self.until);
  }
};
enum class StayEndCause : uint8_t {
  kTimePassed = 1,
  kNobodyLeft = 2,  // none of them is signed in, or none may have it any more
};
// From here on it is an item like any other.
struct StayEnded {
  ItemId item;
  StayEndCause cause = StayEndCause::kTimePassed;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "cause", self.cause);
  }
};
struct ItemAbandoned {
  ItemId item;
  static void Fields(auto&& self, auto&& f) { f(1, "item", self.item); }
};
struct ItemCancelled {
  ItemId item;
  static void Fields(auto&& self, auto&& f) { f(1, "item", self.item); }
};
// To another queue, or to one agent or a partner's agents in its queue. `from` held it, if anyone
// did.
struct ItemTransferred {
  ItemId item;
  std::optional<AgentId> from;
  QueueId to_queue;
  std::optional<AgentId> to_agent;
  RequirementId requirement;
  bool own_requirement = false;
  bool waits_for_hours = false;
  Instant due;
  std::optional<PartnerId> to_partner;  // the requirement was narrowed to its agents
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "from", self.from);
    f(3, "to_queue", self.to_queue);
    f(4, "to_agent", self.to_agent);
    f(5, "requirement", self.requirement);
    f(6, "own_requirement", self.own_requirement);
    f(7, "waits_for_hours", self.waits_for_hours);
    f(8, "due", self.due);
    f(9, "to_partner", self.to_partner);
  }
};
// By its queue's rule or its own, at the place that its entry gives it there.
struct ItemOverflowed {
  ItemId item;
  QueueId to_queue;
  RequirementId requirement;
  Instant due;
  OverflowCause cause = OverflowCause::kWaitedTooLong;
  uint8_t hops = 0;  // this one included
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "to_queue", self.to_queue);
    f(3, "requirement", self.requirement);
    f(4, "due", self.due);
    f(5, "cause", self.cause);
    f(6, "hops", self.hops);
  }
};
// It has waited so long in its queue that those who help after this delay see it.
struct ItemShown {
  ItemId item;
  Duration delay;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "delay", self.delay);
  }
};
// The customer is called back, from the place in line that the item has; `not_before` later than
// now: it is scheduled.
struct CallbackPromised {
  ItemId item;
  std::optional<Instant> not_before;
  Instant not_after;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "not_before", self.not_before);
    f(3, "not_after", self.not_after);
  }
};
// The agent did not reach the customer: once more at `until`.
struct ItemPostponed {
  ItemId item;
  AgentId agent;
  Instant until;
  uint8_t attempts = 0;  // that came to nothing, this one included
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "agent", self.agent);
    f(3, "until", self.until);
    f(4, "attempts", self.attempts);
  }
};
// Its customer said "not now": scheduled, until they say "go on" or `until` has come. The promise
// stands still meanwhile.
struct ItemPaused {
  ItemId item;
  Instant until;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "until", self.until);
  }
};
struct ItemExpired {
  ItemId item;
  static void Fields(auto&& self, auto&& f) { f(1, "item", self.item); }
};
// Its customer came again as `into`, which has its place.
struct ItemMerged {
  ItemId item;
  ItemId into;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "into", self.into);
  }
};
// The customer said that the notice answered the question.
struct ItemInformed {
  ItemId item;
  NoticeId notice;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "notice", self.notice);
  }
};
enum class ReturnCause : uint8_t {
  kByAgent = 1,
  kConnectionLost = 2,
  kNoAnswer = 3,  // the agent's phone did not take the call; the agent is not responding
};
// Back into its queue, at the place it had.
struct ItemReturned {
  ItemId item;
  AgentId agent;
  ReturnCause cause = ReturnCause::kByAgent;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "agent", self.agent);
    f(3, "cause", self.cause);
  }
};

}  // namespace wissel
