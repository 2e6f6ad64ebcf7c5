// What is asked of the engine, in the imperative: a command may be refused, and then changes
// nothing. Names have been turned into ids by whoever asks (Directory); ids that no longer exist
// are refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "router/core/config.h"
#include "router/core/event.h"
#include "router/core/ids.h"
#include "router/core/requirement.h"

namespace wissel {

// --- Configuration: create without an id, replace with one
// ------------------------------------------

struct ConfigureCenter {
  CenterConfig config;
};
template <class IdType, class Config>
struct Configure {
  std::optional<IdType> id;  // none: create
  Config config;
  // Replace only while the resource still has this digest (its etag); none: whatever it has.
  std::optional<uint64_t> if_digest;
};
template <class IdType>
struct Delete {
  IdType id;
  std::optional<uint64_t> if_digest;
};
using ConfigureSkill = Configure<SkillId, NamedConfig>;
using ConfigureTeam = Configure<TeamId, NamedConfig>;
using ConfigurePartner = Configure<PartnerId, NamedConfig>;
using ConfigureProfile = Configure<ProfileId, RoutingProfile>;
using ConfigureAgent = Configure<AgentId, AgentConfig>;
using DeleteSkill = Delete<SkillId>;
using DeleteTeam = Delete<TeamId>;
using DeletePartner = Delete<PartnerId>;
using DeleteProfile = Delete<ProfileId>;
using DeleteQueue = Delete<QueueId>;
using DeleteAgent = Delete<AgentId>;

// `config.requirement` is ignored: the engine fills it in from `requirement`.
struct ConfigureQueue {
  std::optional<QueueId> id;
  QueueConfig config;
  Requirement requirement;
  std::optional<uint64_t> if_digest;
};
// The openings of a queue with hours, from now on, worked out by the caller.
struct SetOpenings {
  QueueId queue;
  std::vector<Opening> openings;
};

struct SetSurge {
  QueueId queue;
  bool on = true;
};
struct GiveNotice {
  Notice content;
};
struct WithdrawNotice {
  NoticeId notice;
};

// One change among several that are applied together.
using RuleChange = std::variant<ConfigureCenter, ConfigureSkill, ConfigureTeam, ConfigurePartner,
                                ConfigureProfile, ConfigureQueue, ConfigureAgent, DeleteSkill,
                                DeleteTeam, DeletePartner, DeleteProfile, DeleteQueue, DeleteAgent>;
// All of them or none, as one version of the rules. Each is checked as if those before it held;
// what is created gets the next id of its kind, so that those behind it can name it. Waiting items
// and agents are looked at once, when all changes have been made.
struct ApplyRules {
  std::vector<RuleChange> changes;
  // Only while the directory has this revision; none: whatever it has.
  std::optional<uint64_t> if_revision = std::nullopt;
  std::string note;                                 // why, in words of who applies them
  std::optional<uint64_t> restores = std::nullopt;  // the version that this brings back
};

// --- Work items
// -------------------------------------------------------------------------------------

struct CreateItem {
  QueueId queue;
  std::optional<Channel> channel;          // none: the queue's
  std::optional<uint8_t> band;             // none: the queue's
  std::optional<Requirement> requirement;  // none: the queue's
  Duration head_start;
  std::string contact;
  std::vector<PreferredAgent> preferred;
  std::string topic;
  std::optional<Instant> not_before;
  std::optional<Instant> not_after;
  Fallback fallback;
  // For gates by estimated wait, worked out by the caller (wait_estimate.h: AddWaits); of a queue
  // that is not listed there is no honest estimate, and its gate stands open.
  std::vector<QueueWait> waits;
  std::string customer;  // empty: the contact stands for them
  // The customer goes on with this by another channel: it ends, and the new item has its place.
  std::optional<ItemId> continues = std::nullopt;
};
struct UpdateItem {
  ItemId item;
  std::optional<uint8_t> band;
  std::optional<Duration> head_start;
  std::optional<Requirement> requirement;
  // Only while the item has this version (version.h); none: whatever it has.
  std::optional<uint64_t> if_version = std::nullopt;
};
// The customer left before an answer.
struct AbandonItem {
  ItemId item;
};
// Withdrawn by whoever made it.
struct CancelItem {
  ItemId item;
};
// The customer, who waits, is to be called back.
struct PromiseCallback {
  ItemId item;
  std::optional<Instant> not_before;  // none: as soon as it is its turn
  std::optional<Instant> not_after;   // none: by the queue's rule
  // Not at `not_before`, but in the first slot with room that begins within so long after it.
  std::optional<Duration> spread_over = std::nullopt;
};
// The customer, who waits, says: not now; and later: go on.
struct PauseItem {
  ItemId item;
  std::optional<Instant> until;  // none: for as long as the queue allows
};
struct ResumeItem {
  ItemId item;
};
// A notice answered the customer.
struct InformItem {
  ItemId item;
  NoticeId notice;
};
// By a person who does not hold it, waiting or handled; exactly one target. A partner: any of its
// agents, in the item's queue.
struct TransferItem {
  ItemId item;
  std::optional<QueueId> to_queue;
  std::optional<AgentId> to_agent;
  std::optional<uint64_t> if_version = std::nullopt;
  std::optional<PartnerId> to_partner = std::nullopt;
};
// The customer of a conversation that was set aside wrote.
struct WakeItem {
  ItemId item;
};

// The customer is being told how long it will be. Worked out by the caller (wait_estimate.h): what
// is recorded is what was said.
struct PromiseWait {
  ItemId item;
  WaitEstimate wait;
};

// --- Offers and assignments: by the agent who has them
// ----------------------------------------------

struct AcceptOffer {
  AgentId agent;
  OfferId offer;
};
struct DeclineOffer {
  AgentId agent;
  OfferId offer;
};
struct HoldItem {
  AgentId agent;
  ItemId item;
};
// From hold; or what was set aside, without waiting for the customer.
struct RetrieveItem {
  AgentId agent;
  ItemId item;
};
struct WrapUpItem {
  AgentId agent;
  ItemId item;
};
struct CompleteItem {
  AgentId agent;
  ItemId item;
  std::vector<std::string> reason_codes;
};
struct TransferAssignment {
  AgentId agent;
  ItemId item;
  std::optional<QueueId> to_queue;
  std::optional<AgentId> to_agent;
  std::optional<PartnerId> to_partner = std::nullopt;
};
struct ReturnItem {
  AgentId agent;
  ItemId item;
};
// Of a callback or an outbound item: nobody answered the call.
struct MissCustomer {
  AgentId agent;
  ItemId item;
};
// Of an item that the agent has accepted: their phone did not take the call. It goes back into its
// line at the place it had, and the agent is not responding, as after an offer that they missed.
struct MissAgent {
  AgentId agent;
  ItemId item;
};
// Asks somebody about an item, and keeps it; exactly one target.
struct StartConsult {
  AgentId agent;
  ItemId item;
  std::optional<QueueId> to_queue;
  std::optional<AgentId> to_agent;
};
// The item goes to the agent who is consulted about it.
struct TransferConsult {
  AgentId agent;
  ItemId item;
};
// The agent goes on without the colleague. `item` is what the consult is about.
struct EndConsult {
  AgentId agent;
  ItemId item;
};
struct MarkConference {
  AgentId agent;
  ItemId item;
  bool on = true;
};
// Until the customer writes; of the channels message and email.
struct SetAside {
  AgentId agent;
  ItemId item;
};

// --- Presence
// ---------------------------------------------------------------------------------------

struct SignIn {
  AgentId agent;
  bool take_over = false;
};
struct SignOut {
  AgentId agent;
};
struct SetPresence {
  AgentId agent;
  Presence presence = Presence::kAway;  // available or away
  std::string away_reason;
};
// No heartbeat for longer than the lease (said by whoever keeps the leases).
struct LoseLease {
  AgentId agent;
};
struct RestoreLease {
  AgentId agent;
};

// --- Over the head of the rules, by a manager
// ------------------------------------------------------------------

// What waits, or is offered, goes to an agent who is signed in: no skill, presence or capacity is
// asked for. It is active at once.
struct ForceAssign {
  ItemId item;
  AgentId agent;
  std::optional<uint64_t> if_version = std::nullopt;
};
// What is offered, active, on hold or parked goes back into its line, at the place it had. No
// refusal of the agent, who is not offered it again before the queue's decline gap has passed.
struct PullBack {
  ItemId item;
  std::optional<uint64_t> if_version = std::nullopt;
};
// Of an agent who is signed in; like their own, it waits for the work at hand.
struct ForcePresence {
  AgentId agent;
  Presence presence = Presence::kAway;  // kOffline: signed out
  std::string away_reason;
  std::optional<uint64_t> if_version = std::nullopt;
};

// What waits by the queue's own requirement reaches this step at once, and what comes begins there,
// until the step is closed. One step of a queue at a time: the last that was opened.
struct OpenStep {
  QueueId queue;
  uint8_t step = 1;
};
// What waits stays at the step it has reached.
struct CloseStep {
  QueueId queue;
};

using CommandBody = std::variant<
    ConfigureCenter, ConfigureSkill, ConfigureTeam, ConfigurePartner, ConfigureProfile,
    ConfigureQueue, ConfigureAgent, DeleteSkill, DeleteTeam, DeletePartner, DeleteProfile,
    DeleteQueue, DeleteAgent, SetOpenings, CreateItem, UpdateItem, AbandonItem, CancelItem,
    TransferItem, AcceptOffer, DeclineOffer, HoldItem, RetrieveItem, WrapUpItem, CompleteItem,
    TransferAssignment, ReturnItem, SignIn, SignOut, SetPresence, LoseLease, RestoreLease,
    PromiseCallback, InformItem, MissCustomer, SetSurge, GiveNotice, WithdrawNotice, ForceAssign,
    PullBack, ForcePresence, PromiseWait, OpenStep, CloseStep, StartConsult, TransferConsult,
    EndConsult, MarkConference, SetAside, WakeItem, ApplyRules, PauseItem, ResumeItem, MissAgent>;

struct RequestIdentity {
  RequestKey key;
  uint64_t fingerprint = 0;
};

struct Command {
  CommandBody body;
  std::optional<RequestIdentity> request;
  // The person whose command it is, for the record ("users/maya"); empty: nobody's.
  std::string by;
};

}  // namespace wissel
