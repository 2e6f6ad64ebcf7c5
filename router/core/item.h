// A work item as the engine holds it, from its entry until it is forgotten some time after its end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agents/core/channel.h"
#include "base/time.h"
#include "router/core/event.h"
#include "router/core/ids.h"

namespace wissel {

// The same numbers as wissel.v1.WorkItem.State. An item is in exactly one.
enum class ItemState : uint8_t {
  kWaiting = 1,
  kWaitingForHours = 2,
  kOffered = 3,
  kActive = 4,
  kHeld = 5,
  kParked = 6,
  kWrapping = 7,
  kCompleted = 8,
  kAbandoned = 9,
  kCancelled = 10,
  kScheduled = 11,         // not to be offered before a moment
  kExpired = 12,           // not answered by the moment after which it has no sense
  kMerged = 13,            // its customer came again; the later item has its place
  kInformed = 14,          // a notice answered the customer
  kAwaitingCustomer = 15,  // set aside by its agent until the customer writes
};
const char* NameOf(ItemState state);  // "waiting", "waiting for hours", ...

constexpr bool IsEnded(ItemState s) {
  return s >= ItemState::kCompleted && s != ItemState::kScheduled &&
         s != ItemState::kAwaitingCustomer;
}
// Nobody has it and nobody is offered it.
constexpr bool IsUntouched(ItemState s) {
  return s == ItemState::kWaiting || s == ItemState::kWaitingForHours || s == ItemState::kScheduled;
}
// Work at hand: active, held, parked or wrapping.
constexpr bool IsAssigned(ItemState s) {
  return s >= ItemState::kActive && s <= ItemState::kWrapping;
}
// Accepted and not ended: work at hand, or set aside.
constexpr bool IsWithAgent(ItemState s) {
  return IsAssigned(s) || s == ItemState::kAwaitingCustomer;
}

// Conversations that go on when the customer writes, be it tomorrow.
constexpr bool MayBeSetAside(Channel channel) {
  return channel == Channel::kMessage || channel == Channel::kEmail;
}

// An agent who declined or missed the item, or gave it back.
struct Refusal {
  AgentId agent;
  int32_t count = 0;  // 0: a manager took it from them, which is nobody's refusal
  Instant retry_at;   // not offered to them again before

  bool operator==(const Refusal&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "agent", self.agent);
    f(2, "count", self.count);
    f(3, "retry_at", self.retry_at);
  }
};

// The same numbers as wissel.v1.Decision.Outcome.
enum class OfferOutcome : uint8_t {
  kOpen = 1,
  kAccepted = 2,
  kDeclined = 3,
  kMissed = 4,
  kRevoked = 5,
  kCancelled = 6,
};

// One offer of the item, and why it was made.
struct Decision {
  OfferId offer;
  AgentId agent;
  Instant at;
  Instant deadline;
  OfferReason reason;
  OfferOutcome outcome = OfferOutcome::kOpen;
  bool forced = false;       // nobody chose: a manager assigned it
  bool handed_over = false;  // to the agent who had been consulted about it

  bool operator==(const Decision&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "offer", self.offer);
    f(2, "agent", self.agent);
    f(3, "at", self.at);
    f(4, "deadline", self.deadline);
    f(5, "reason", self.reason);
    f(6, "outcome", self.outcome);
    f(7, "forced", self.forced);
    f(8, "handed_over", self.handed_over);
  }
};

// Kept for one agent; nobody else sees it.
struct Keep {
  AgentId agent;
  std::optional<Instant> until;
  uint8_t preference = 0;

  bool operator==(const Keep&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "agent", self.agent);
    f(2, "until", self.until);
    f(3, "preference", self.preference);
  }
};
inline constexpr uint8_t kKeptByTransfer = 255;
inline constexpr uint8_t kKeptByWake = 254;  // its customer wrote to this agent
// By what somebody did, not by a preference: neither skills nor refusals are asked for.
constexpr bool IsKeptByHand(uint8_t preference) { return preference >= kKeptByWake; }

// Of an item about which its agent asks somebody else: the consult, an item of its own.
struct Consult {
  ItemId item;
  bool conference = false;  // both talk with the customer

  bool operator==(const Consult&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "conference", self.conference);
  }
};
// Of a consult: what it is, or was, about, and who asks.
struct Question {
  ItemId item;
  AgentId asked_by;

  bool operator==(const Question&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "asked_by", self.asked_by);
  }
};

// Waits for its preferred agents, whose turns have passed, and for nobody else.
struct Stay {
  std::optional<Instant> until;  // none: as long as one of them is signed in

  bool operator==(const Stay&) const = default;
  static void Fields(auto&& self, auto&& f) { f(1, "until", self.until); }
};

// What a decision looks at stands first, together.
struct Item {
  ItemId id;
  QueueId queue;
  RequirementId requirement;
  Channel channel = Channel::kVoice;
  ItemState state = ItemState::kWaiting;
  uint8_t band = 5;
  uint8_t step = 0;
  uint8_t next_preference = 0;  // the first preferred agent who has not had their turn
  bool own_requirement = false;
  uint8_t hops = 0;      // how often rules sent it on
  uint8_t attempts = 0;  // to reach the customer that came to nothing
  // Units its agent gives it, fixed at the offer: a later change of the profile does not move them.
  int32_t units = 0;
  Instant due;
  Instant step_since;
  Instant queued_since;  // in its queue, open, whatever happened to it there
  // The longest of its queue's delays (QueueHelp) that it has waited for.
  Duration shown;
  std::vector<Refusal> refusals;
  std::optional<Keep> keep;
  std::optional<Stay> stay;
  std::optional<Instant> not_after;
  std::vector<PreferredAgent> preferred;
  Instant state_since;
  Instant promise_from;  // the entry, or the later moment for which it was scheduled then
  Duration head_start;
  // While offered, the open decision; while assigned or completed, the accepted one.
  std::optional<Decision> decision;
  Instant entered;
  std::optional<Instant> answered;    // first accepted
  std::optional<Instant> accepted;    // last accepted
  std::optional<Instant> wrap_until;  // of a timed wrap-up
  std::optional<Instant> ended;
  std::string contact;
  std::string customer;
  std::string topic;  // what it is about, for notices and counts
  std::vector<Decision> past_decisions;
  std::vector<std::string> reason_codes;
  std::optional<Instant> not_before;
  std::optional<Promise> promise;  // of a wait
  Fallback fallback;               // what is left of it: used up, it is the next best
  std::optional<Consult> consult;
  std::optional<Question> question;
  // Its requirement was narrowed to the agents of this partner, by a transfer.
  std::optional<PartnerId> partner;
  bool paused = false;                   // scheduled, because its customer said: not now
  std::optional<Instant> awaited_until;  // while set aside: then it is over

  // Who is offered or handles it.
  AgentId agent() const { return decision ? decision->agent : AgentId(); }
  const Refusal* FindRefusal(AgentId agent) const;
  // Only certain agents see it.
  bool is_reserved() const { return keep.has_value() || stay.has_value(); }
  // Turns before everybody's: those of its preferred agents, then of its backup agent.
  size_t turns() const {
    return preferred.size() + (fallback.kind == FallbackKind::kBackupAgent ? 1 : 0);
  }
  PreferredAgent TurnAt(size_t turn) const;
  // Which of its preferred agents this is.
  std::optional<size_t> FindPreferred(AgentId agent) const;
  // Some agent may not be offered it, though they qualify.
  bool is_picky() const { return !refusals.empty() || question.has_value(); }

  static void Fields(auto&& self, auto&& f) {
    f(1, "id", self.id);
    f(2, "queue", self.queue);
    f(3, "requirement", self.requirement);
    f(4, "channel", self.channel);
    f(5, "state", self.state);
    f(6, "band", self.band);
    f(7, "step", self.step);
    f(8, "next_preference", self.next_preference);
    f(9, "own_requirement", self.own_requirement);
    f(10, "entered", self.entered);
    f(11, "due", self.due);
    f(12, "step_since", self.step_since);
    f(13, "state_since", self.state_since);
    f(14, "head_start", self.head_start);
    f(15, "units", self.units);
    f(16, "keep", self.keep);
    f(17, "decision", self.decision);
    f(18, "answered", self.answered);
    f(19, "accepted", self.accepted);
    f(20, "wrap_until", self.wrap_until);
    f(21, "ended", self.ended);
    f(22, "contact", self.contact);
    f(23, "preferred", self.preferred);
    f(24, "refusals", self.refusals);
    f(25, "past_decisions", self.past_decisions);
    f(26, "reason_codes", self.reason_codes);
    f(27, "queued_since", self.queued_since);
    f(28, "shown", self.shown);
    f(29, "hops", self.hops);
    f(30, "topic", self.topic);
    f(31, "not_before", self.not_before);
    f(32, "not_after", self.not_after);
    f(33, "attempts", self.attempts);
    f(34, "promise_from", self.promise_from);
    f(35, "promise", self.promise);
    f(40, "fallback", self.fallback);
    f(41, "stay", self.stay);
    f(36, "consult", self.consult);
    f(37, "question", self.question);
    f(38, "partner", self.partner);
    f(39, "awaited_until", self.awaited_until);
    f(42, "customer", self.customer);
    f(43, "paused", self.paused);
  }
};

// Whose it is: of two living items with the same key, one customer waits twice. Empty: nobody's.
inline const std::string& CustomerKey(const Item& item) {
  return item.customer.empty() ? item.contact : item.customer;
}

// The order of waiting items, as far as it is the same for every agent: smallest first.
struct OrderKey {
  uint8_t band = 5;
  Instant due;
  ItemId id;

  auto operator<=>(const OrderKey&) const = default;
};
inline OrderKey OrderOf(const Item& item) { return {item.band, item.due, item.id}; }

}  // namespace wissel
