// What has happened, in the past tense: an event is never refused. `Engine::Record` is the only
// door through which events change the state, live and in replay alike.
//
// Events are journalled: field numbers and the numbers of the variant's kinds (EventKind) are part
// of the format, never reused. describe.h says each event in one plain sentence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agents/core/agent.h"
#include "agents/core/capacity.h"
#include "agents/core/presence.h"
#include "base/time.h"
#include "router/core/config.h"
#include "router/core/ids.h"
#include "router/core/manager_event.h"
#include "router/core/promise.h"
#include "router/core/requirement.h"

namespace wissel {

// --- Configuration
// ----------------------------------------------------------------------------------

struct CenterConfigured {
  CenterConfig config;
  static void Fields(auto&& self, auto&& f) { f(1, "config", self.config); }
};

// Created, or replaced by a newer version.
template <class IdType, class Config>
struct Configured {
  IdType id;
  Config config;
  static void Fields(auto&& self, auto&& f) {
    f(1, "id", self.id);
    f(2, "config", self.config);
  }
};
template <class IdType>
struct Deleted {
  IdType id;
  static void Fields(auto&& self, auto&& f) { f(1, "id", self.id); }
};
using SkillConfigured = Configured<SkillId, NamedConfig>;
using TeamConfigured = Configured<TeamId, NamedConfig>;
using PartnerConfigured = Configured<PartnerId, NamedConfig>;
using ProfileConfigured = Configured<ProfileId, RoutingProfile>;
using QueueConfigured = Configured<QueueId, QueueConfig>;
using AgentConfigured = Configured<AgentId, AgentConfig>;
using SkillDeleted = Deleted<SkillId>;
using TeamDeleted = Deleted<TeamId>;
using PartnerDeleted = Deleted<PartnerId>;
using ProfileDeleted = Deleted<ProfileId>;
using QueueDeleted = Deleted<QueueId>;
using AgentDeleted = Deleted<AgentId>;

// A requirement gets an id when it is first used; equal requirements share it. Forgotten when
// nothing uses it any more.
struct RequirementDefined {
  RequirementId id;
  Requirement requirement;
  static void Fields(auto&& self, auto&& f) {
    f(1, "id", self.id);
    f(2, "requirement", self.requirement);
  }
};
struct RequirementForgotten {
  RequirementId id;
  static void Fields(auto&& self, auto&& f) { f(1, "id", self.id); }
};

// The openings of a queue as far as they are worked out.
struct OpeningsSet {
  QueueId queue;
  std::vector<Opening> openings;  // in order, apart
  static void Fields(auto&& self, auto&& f) {
    f(1, "queue", self.queue);
    f(2, "openings", self.openings);
  }
};
struct QueueOpened {
  QueueId queue;
  static void Fields(auto&& self, auto&& f) { f(1, "queue", self.queue); }
};
struct QueueClosed {
  QueueId queue;
  static void Fields(auto&& self, auto&& f) { f(1, "queue", self.queue); }
};

struct SurgeBegun {
  QueueId queue;
  static void Fields(auto&& self, auto&& f) { f(1, "queue", self.queue); }
};
struct SurgeEnded {
  QueueId queue;
  static void Fields(auto&& self, auto&& f) { f(1, "queue", self.queue); }
};

// Said to everyone who waits in the queue about the topic, until it is withdrawn or `until`.
struct Notice {
  std::optional<QueueId> queue;  // none: in every queue
  std::string topic;             // empty: about anything
  std::string text;
  std::optional<Instant> until;

  bool operator==(const Notice&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "queue", self.queue);
    f(2, "topic", self.topic);
    f(3, "text", self.text);
    f(4, "until", self.until);
  }
};
struct NoticeGiven {
  NoticeId notice;
  Notice content;
  static void Fields(auto&& self, auto&& f) {
    f(1, "notice", self.notice);
    f(2, "content", self.content);
  }
};
struct NoticeWithdrawn {
  NoticeId notice;
  static void Fields(auto&& self, auto&& f) { f(1, "notice", self.notice); }
};

// --- Work items
// -------------------------------------------------------------------------------------

struct PreferredAgent {
  AgentId agent;
  Duration hold_for;

  bool operator==(const PreferredAgent&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "agent", self.agent);
    f(2, "hold_for", self.hold_for);
  }
};

// Why a rule sent an item on. The same numbers as wissel.v1.OverflowCause.
enum class OverflowCause : uint8_t {
  kClosed = 1,
  kTooManyWait = 2,
  kNobodySignedIn = 3,
  kWaitedTooLong = 4,
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
  }
};
// Its queue has opened, or its time has come; in a closed queue it then waits for the hours.
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
  uint8_t preference = 0;  // index of the preferred agent; 255 after a transfer to the agent
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
struct ItemAbandoned {
  ItemId item;
  static void Fields(auto&& self, auto&& f) { f(1, "item", self.item); }
};
struct ItemCancelled {
  ItemId item;
  static void Fields(auto&& self, auto&& f) { f(1, "item", self.item); }
};
// To another queue, or to one agent in its queue. `from` held it, if anyone did.
struct ItemTransferred {
  ItemId item;
  std::optional<AgentId> from;
  QueueId to_queue;
  std::optional<AgentId> to_agent;
  RequirementId requirement;
  bool own_requirement = false;
  bool waits_for_hours = false;
  Instant due;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "from", self.from);
    f(3, "to_queue", self.to_queue);
    f(4, "to_agent", self.to_agent);
    f(5, "requirement", self.requirement);
    f(6, "own_requirement", self.own_requirement);
    f(7, "waits_for_hours", self.waits_for_hours);
    f(8, "due", self.due);
  }
};
// By its queue's rule, at the place that its entry gives it there.
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
// The customer is called back, from the place in line that the item has; `not_before` later than now:
// it is scheduled.
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
enum class ReturnCause : uint8_t { kByAgent = 1, kConnectionLost = 2 };
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
  kNotReached = 4,  // the customer, at the last attempt
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
    NoticeGiven, NoticeWithdrawn, ItemAssigned, ItemPulledBack, ActionTaken, WaitPromised>;

struct Event {
  Instant at;
  EventBody body;
};

// For std::visit with one lambda a kind.
template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace wissel
