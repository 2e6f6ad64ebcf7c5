// What has happened, in the past tense: an event is never refused. `Engine::Record` is the only
// door through which events change the state, live and in replay alike.
//
// Events are journalled: field numbers and the numbers of the variant's kinds (EventKind) are part
// of the format, never reused. describe.h says each event in one plain sentence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "agents/core/presence.h"
#include "base/time.h"
#include "router/core/config_event.h"
#include "router/core/ids.h"
#include "router/core/item_event.h"
#include "router/core/manager_event.h"
#include "router/core/partner_event.h"
#include "router/core/talk_event.h"

namespace wissel {

// --- Offers and assignments
// -------------------------------------------------------------------------

// Why this agent: the selection keys of the winner and how many could have taken it.
struct OfferReason {
  uint8_t ring = 0;
  int32_t score = 0;
  int32_t load_permille = 0;
  Instant idle_since;
  uint32_t eligible = 0;
  uint64_t config_revision = 0;
  // In the turn of, or kept for, this one of the item's preferred agents, or kKeptByTransfer;
  // nobody else was looked at.
  std::optional<uint8_t> preference;
  // The item's place in the order of what the agent could take.
  uint8_t band = 5;
  bool owed_share = false;  // its queue had credit for a share of freed capacity
  uint8_t rank = 5;         // of its queue and channel in the agent's routing profile
  Instant due;
  std::optional<PartnerDue> partner_due;  // of a queue with a partner allocation
  // Where agents are chosen by weight: what the agent had been given before (AgentState::given).
  std::optional<int64_t> given;

  bool operator==(const OfferReason&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "ring", self.ring);
    f(2, "score", self.score);
    f(3, "load_permille", self.load_permille);
    f(4, "idle_since", self.idle_since);
    f(5, "eligible", self.eligible);
    f(6, "config_revision", self.config_revision);
    f(7, "preference", self.preference);
    f(8, "band", self.band);
    f(9, "owed_share", self.owed_share);
    f(10, "rank", self.rank);
    f(11, "due", self.due);
    f(12, "partner_due", self.partner_due);
    f(20, "given", self.given);
  }
};
struct OfferMade {
  OfferId offer;
  ItemId item;
  AgentId agent;
  Instant deadline;
  OfferReason reason;
  // Queues with a share floor of which an item of this band, or of a lower one, stood by for the
  // agent; its own included.
  std::vector<QueueId> stood_by;
  static void Fields(auto&& self, auto&& f) {
    f(1, "offer", self.offer);
    f(2, "item", self.item);
    f(3, "agent", self.agent);
    f(4, "deadline", self.deadline);
    f(5, "reason", self.reason);
    f(6, "stood_by", self.stood_by);
  }
};
struct OfferAccepted {
  OfferId offer;
  ItemId item;
  AgentId agent;
  static void Fields(auto&& self, auto&& f) {
    f(1, "offer", self.offer);
    f(2, "item", self.item);
    f(3, "agent", self.agent);
  }
};
struct OfferDeclined {
  OfferId offer;
  ItemId item;
  AgentId agent;
  static void Fields(auto&& self, auto&& f) {
    f(1, "offer", self.offer);
    f(2, "item", self.item);
    f(3, "agent", self.agent);
  }
};
// The deadline passed; the agent is not responding until they act.
struct OfferMissed {
  OfferId offer;
  ItemId item;
  AgentId agent;
  static void Fields(auto&& self, auto&& f) {
    f(1, "offer", self.offer);
    f(2, "item", self.item);
    f(3, "agent", self.agent);
  }
};
enum class RevokeCause : uint8_t {
  kAgentLeft = 1,
  kConnectionLost = 2,
  kItemMoved = 3,
  kAgentAway = 4,
  kNoRoom = 5,  // work that was to be interrupted can no longer be
  kByManager = 6,
};
// Withdrawn from the agent; the item keeps its place.
struct OfferRevoked {
  OfferId offer;
  ItemId item;
  AgentId agent;
  RevokeCause cause = RevokeCause::kAgentLeft;
  static void Fields(auto&& self, auto&& f) {
    f(1, "offer", self.offer);
    f(2, "item", self.item);
    f(3, "agent", self.agent);
    f(4, "cause", self.cause);
  }
};
// The item ended while it was offered; ItemAbandoned or ItemCancelled follows.
struct OfferCancelled {
  OfferId offer;
  ItemId item;
  AgentId agent;
  static void Fields(auto&& self, auto&& f) {
    f(1, "offer", self.offer);
    f(2, "item", self.item);
    f(3, "agent", self.agent);
  }
};
struct ItemHeld {
  ItemId item;
  static void Fields(auto&& self, auto&& f) { f(1, "item", self.item); }
};
struct ItemRetrieved {
  ItemId item;
  static void Fields(auto&& self, auto&& f) { f(1, "item", self.item); }
};
struct ItemParked {
  ItemId item;
  ItemId interrupted_by;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "interrupted_by", self.interrupted_by);
  }
};
struct ItemResumed {
  ItemId item;
  static void Fields(auto&& self, auto&& f) { f(1, "item", self.item); }
};
struct WrapUpStarted {
  ItemId item;
  std::optional<Instant> until;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "until", self.until);
  }
};
enum class CompletionCause : uint8_t {
  kByAgent = 1,
  kWrapUpTimePassed = 2,
  kConnectionLost = 3,
  kNotReached = 4,      // the customer, at the last attempt
  kConsultOver = 5,     // of a consult, by whoever asked
  kCustomerSilent = 6,  // set aside, and the customer did not write in time
};
struct ItemCompleted {
  ItemId item;
  AgentId agent;
  CompletionCause cause = CompletionCause::kByAgent;
  std::vector<std::string> reason_codes;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "agent", self.agent);
    f(3, "cause", self.cause);
    f(4, "reason_codes", self.reason_codes);
  }
};

// --- Presence
// ---------------------------------------------------------------------------------------

// Signed in, away with no reason given yet. `session` rises with every sign-in and take-over.
struct AgentSignedIn {
  AgentId agent;
  uint64_t session = 0;
  static void Fields(auto&& self, auto&& f) {
    f(1, "agent", self.agent);
    f(2, "session", self.session);
  }
};
struct SessionTakenOver {
  AgentId agent;
  uint64_t session = 0;
  static void Fields(auto&& self, auto&& f) {
    f(1, "agent", self.agent);
    f(2, "session", self.session);
  }
};
struct PresenceChanged {
  AgentId agent;
  Presence presence = Presence::kAway;  // kOffline: signed out
  std::string away_reason;
  static void Fields(auto&& self, auto&& f) {
    f(1, "agent", self.agent);
    f(2, "presence", self.presence);
    f(3, "away_reason", self.away_reason);
  }
};
struct PresenceQueued {
  AgentId agent;
  QueuedPresence queued;
  static void Fields(auto&& self, auto&& f) {
    f(1, "agent", self.agent);
    f(2, "queued", self.queued);
  }
};
// No heartbeat for a lease: offers go back at once, active work at `work_kept_until`.
struct LeaseLost {
  AgentId agent;
  Instant work_kept_until;
  static void Fields(auto&& self, auto&& f) {
    f(1, "agent", self.agent);
    f(2, "work_kept_until", self.work_kept_until);
  }
};
struct LeaseRestored {
  AgentId agent;
  static void Fields(auto&& self, auto&& f) { f(1, "agent", self.agent); }
};

// --- Requests
// ---------------------------------------------------------------------------------------

// 128 bits made by the door from the request id and the caller.
struct RequestKey {
  uint64_t high = 0;
  uint64_t low = 0;

  auto operator<=>(const RequestKey&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "high", self.high);
    f(2, "low", self.low);
  }
};
// A request with an id was carried out; a repetition is answered from `subject` and changes
// nothing.
struct RequestCarriedOut {
  RequestKey key;
  uint64_t fingerprint = 0;  // of the request's content
  uint64_t subject = 0;      // id of the item, agent or resource that it was about
  static void Fields(auto&& self, auto&& f) {
    f(1, "key", self.key);
    f(2, "fingerprint", self.fingerprint);
    f(3, "subject", self.subject);
  }
};

// The customer was told how long it would be. Once an item: the first time is what counts.
struct WaitPromised {
  ItemId item;
  WaitEstimate wait;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "wait", self.wait);
  }
};

// The position of a type in this list, from 0, is its number in the journal: append only.
using EventBody = std::variant<
    CenterConfigured, SkillConfigured, TeamConfigured, PartnerConfigured, ProfileConfigured,
    QueueConfigured, AgentConfigured, SkillDeleted, TeamDeleted, PartnerDeleted, ProfileDeleted,
    QueueDeleted, AgentDeleted, RequirementDefined, RequirementForgotten, OpeningsSet, QueueOpened,
    QueueClosed, ItemEntered, ItemReleased, ItemUpdated, StepReached, ItemKept, KeepEnded,
    ItemAbandoned, ItemCancelled, ItemTransferred, ItemReturned, OfferMade, OfferAccepted,
    OfferDeclined, OfferMissed, OfferRevoked, OfferCancelled, ItemHeld, ItemRetrieved, ItemParked,
    ItemResumed, WrapUpStarted, ItemCompleted, AgentSignedIn, SessionTakenOver, PresenceChanged,
    PresenceQueued, LeaseLost, LeaseRestored, RequestCarriedOut, ItemOverflowed, ItemShown,
    CallbackPromised, ItemPostponed, ItemExpired, ItemMerged, ItemInformed, SurgeBegun, SurgeEnded,
    NoticeGiven, NoticeWithdrawn, ItemAssigned, ItemPulledBack, ActionTaken, WaitPromised,
    PartnersSettled, StepOpened, StepClosed, StayBegun, StayEnded, ConsultStarted, ConsultEnded,
    ConferenceMarked, ItemHandedOver, ItemSetAside, ItemWoken, ItemRequeued, RulesApplied,
    ItemPaused>;

struct Event {
  Instant at;
  EventBody body;

  Event() = default;
  // The body is made in its place.
  template <class Body>
  requires std::is_constructible_v<EventBody, Body> Event(Instant at, Body&& body)
      : at(at), body(std::forward<Body>(body)) {}
};

// For std::visit with one lambda a kind.
template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace wissel
