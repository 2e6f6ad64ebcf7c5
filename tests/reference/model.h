// The shadow model: a second, plain picture of the center, drawn from events alone.
//
// Written from the specification and the event list, never from the engine's code: maps and full
// scans, no index, nothing kept that can be counted. Apply() also checks that the event is possible
// at all where it stands (one holder per item, offers never used twice, time never back); what it
// finds wrong goes to `faults`. Copyable, so that a crash can take it back to a checkpoint.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "router/core/event.h"
#include "router/core/item.h"

namespace wissel::reference {

// What a partner who shares a queue has had of it.
struct PartnerPicture {
  std::optional<PartnerId> partner;  // none: the house
  int share = 0;                     // thousandths
  int64_t credit = 0;                // of a decision, as many parts as all shares make
  // In the running interval.
  int taken = 0;
  int in_time = 0;
  std::map<PartnerDeviation, int> missed;
};

struct QueuePicture {
  QueueConfig config;
  bool open = true;
  std::vector<Opening> openings;
  int share_credit = 0;  // thousandths of a decision
  bool surge = false;
  std::optional<int> opened_step;
  std::vector<PartnerPicture> partners;  // in the order of the configuration
  std::optional<Instant> interval;       // its beginning, once something was taken in it
  int taken_by_others = 0;

  PartnerPicture* FindPartner(const std::optional<PartnerId>& partner);
};

struct AgentPicture {
  AgentId id;
  AgentConfig config;
  Presence presence = Presence::kOffline;
  std::string away_reason;
  bool not_responding = false;
  std::optional<QueuedPresence> queued;
  std::optional<Instant> work_kept_until;
  Instant idle_since;
  uint64_t session = 0;
  int64_t given = 0;  // by queues that choose by weight
  // Holds more than a later change of the profile allows, or a manager gave it; until it is done,
  // they may.
  bool over_by_change = false;

  // Signed in and connected.
  bool here() const { return presence != Presence::kOffline && !work_kept_until; }
  bool open_for_work() const {
    return presence == Presence::kAvailable && !not_responding && !queued && !work_kept_until;
  }
};

struct ItemPicture {
  ItemId id;
  QueueId queue;
  RequirementId requirement;
  bool own_requirement = false;
  Channel channel = Channel::kVoice;
  ItemState state = ItemState::kWaiting;
  int band = 5;
  int step = 0;
  Instant entered;
  Instant due;
  Instant step_since;
  Instant queued_since;
  Duration shown;  // delays up to this one have passed
  int hops = 0;
  std::string customer;  // or else the contact
  std::string topic;
  Instant promise_from;
  std::optional<Instant> paused_since;  // by its customer
  std::optional<Instant> not_before;
  std::optional<Instant> not_after;
  int attempts = 0;
  Duration head_start;
  std::vector<PreferredAgent> preferred;
  Fallback fallback;         // used up: the next best
  std::optional<Stay> stay;  // waits for its preferred agents alone
  size_t next_preference = 0;
  // It has just begun to wait: preferred agents get their turn before the call is over.
  bool turns_open = false;
  std::optional<Keep> keep;
  std::map<AgentId, Refusal> refusals;
  // Of an offered or assigned item.
  std::optional<AgentId> agent;
  OfferId offer;
  Instant deadline;
  Instant accepted;
  bool answered = false;  // before, or now
  std::optional<PartnerDue> partner_due;
  int units = 0;
  std::optional<Instant> wrap_until;
  std::optional<Promise> promise;
  std::optional<ItemId> consult;  // asked about it
  bool conference = false;
  std::optional<ItemId> about;  // of a consult
  std::optional<AgentId> asked_by;
  std::optional<Instant> awaited_until;

  auto order() const { return std::tuple(band, due, id); }
  // Who has a turn before everybody: preferred agents, then the backup agent.
  std::vector<PreferredAgent> Turns() const;
  // Whoever moves it decides who is asked.
  void ForgetPreferred();
};

// What an agent holds, counted by a scan.
struct Holding {
  std::array<int, kChannelCount> items = {};
  std::array<int, kChannelCount> active_units = {};  // of active items: may be interrupted
  int standing_units = 0;                            // offered, held and blocking wrap-up
  int offered = 0;
  int assigned = 0;
  int assigned_units = 0;

  int units() const;
};

class Model {
 public:
  void Apply(const Event& event);
  // The call is over: what waits now has passed over its preferred agents, which leaves no event.
  // Whoever is back within a changed capacity stays within.
  void EndTurns();
  // What was impossible about the events so far; taken out.
  std::vector<std::string> TakeFaults();

  Instant now;
  CenterConfig center;
  uint64_t revision = 0;
  // Changes of a set of rules that are still to come: nobody may be looked at before the last.
  uint64_t changes_to_come = 0;
  std::map<SkillId, NamedConfig> skills;
  std::map<TeamId, NamedConfig> teams;
  std::map<PartnerId, NamedConfig> partners;
  std::map<ProfileId, RoutingProfile> profiles;
  std::map<QueueId, QueuePicture> queues;
  std::map<AgentId, AgentPicture> agents;
  std::map<RequirementId, Requirement> requirements;
  std::map<ItemId, ItemPicture> living;
  std::map<ItemId, ItemState> ended;
  uint64_t items_entered = 0;
  uint64_t actions = 0;
  OfferId last_offer;
  int64_t given_last = 0;
  std::map<NoticeId, Notice> notices;

  const RoutingProfile& ProfileOf(const AgentPicture& agent) const;
  const Requirement& RequirementOf(const ItemPicture& item) const;
  Holding HoldingOf(AgentId agent) const;
  // At most the limit of each channel, at most the units in assigned work.
  bool IsWithinCapacity(const AgentPicture& agent) const;
  // Items that the agent is offered, is assigned or has set aside, by id.
  std::vector<const ItemPicture*> WorkOf(AgentId agent) const;
  // How the agents of a profile help a queue.
  static QueueHelp HelpOf(const RoutingProfile& profile, QueueId queue, Channel channel);
  // Delays of all profiles for the item's queue and channel, rising.
  std::vector<Duration> DelaysFor(const ItemPicture& item) const;
  // By its queue's rule, wherever that leads; empty when it may not go on.
  std::optional<Overflow> OverflowOf(const ItemPicture& item) const;
  // The earliest moment at which time alone changes something.
  std::optional<Instant> NextDue() const;

 private:
  // One for each kind of event.
  void On(const CenterConfigured& e, Instant at);
  void On(const SkillConfigured& e, Instant at);
  void On(const TeamConfigured& e, Instant at);
  void On(const PartnerConfigured& e, Instant at);
  void On(const ProfileConfigured& e, Instant at);
  void On(const QueueConfigured& e, Instant at);
  void On(const AgentConfigured& e, Instant at);
  void On(const SkillDeleted& e, Instant at);
  void On(const TeamDeleted& e, Instant at);
  void On(const PartnerDeleted& e, Instant at);
  void On(const ProfileDeleted& e, Instant at);
  void On(const QueueDeleted& e, Instant at);
  void On(const AgentDeleted& e, Instant at);
  void On(const RequirementDefined& e, Instant at);
  void On(const RequirementForgotten& e, Instant at);
  void On(const OpeningsSet& e, Instant at);
  void On(const QueueOpened& e, Instant at);
  void On(const QueueClosed& e, Instant at);
  void On(const ItemEntered& e, Instant at);
  void On(const ItemReleased& e, Instant at);
  void On(const ItemUpdated& e, Instant at);
  void On(const StepReached& e, Instant at);
  void On(const ItemKept& e, Instant at);
  void On(const KeepEnded& e, Instant at);
  void On(const StayBegun& e, Instant at);
  void On(const StayEnded& e, Instant at);
  void On(const ItemAbandoned& e, Instant at);
  void On(const ItemCancelled& e, Instant at);
  void On(const ItemTransferred& e, Instant at);
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
  void On(const AgentSignedIn& e, Instant at);
  void On(const SessionTakenOver& e, Instant at);
  void On(const PresenceChanged& e, Instant at);
  void On(const PresenceQueued& e, Instant at);
  void On(const LeaseLost& e, Instant at);
  void On(const LeaseRestored& e, Instant at);
  void On(const RequestCarriedOut& e, Instant at);
  void On(const ItemOverflowed& e, Instant at);
  void On(const ItemShown& e, Instant at);
  void On(const CallbackPromised& e, Instant at);
  void On(const ItemPaused& e, Instant at);
  void On(const ItemPostponed& e, Instant at);
  void On(const ItemExpired& e, Instant at);
  void On(const ItemMerged& e, Instant at);
  void On(const ItemInformed& e, Instant at);
  void On(const SurgeBegun& e, Instant at);
  void On(const SurgeEnded& e, Instant at);
  void On(const NoticeGiven& e, Instant at);
  void On(const NoticeWithdrawn& e, Instant at);
  void On(const ItemAssigned& e, Instant at);
  void On(const ItemPulledBack& e, Instant at);
  void On(const ActionTaken& e, Instant at);
  void On(const WaitPromised& e, Instant at);
  void On(const PartnersSettled& e, Instant at);
  void On(const StepOpened& e, Instant at);
  void On(const StepClosed& e, Instant at);
  void On(const ConsultStarted& e, Instant at);
  void On(const ConsultEnded& e, Instant at);
  void On(const ConferenceMarked& e, Instant at);
  void On(const ItemHandedOver& e, Instant at);
  void On(const ItemSetAside& e, Instant at);
  void On(const ItemWoken& e, Instant at);
  void On(const ItemRequeued& e, Instant at);
  void On(const RulesApplied& e, Instant at);

  void Fault(std::string text);
  void NoteChangedCapacity();
  // An item of a queue that partners share is accepted.
  void CountPartners(ItemPicture& item, Instant at);
  static void BeginPartners(QueuePicture& queue);
  // Null, and a fault, when there is no such living item or agent.
  ItemPicture* Living(ItemId id, const char* event);
  AgentPicture* Configured(AgentId id, const char* event);
  bool Expect(bool condition, const ItemPicture& item, const char* what);
  // The item's open offer is this one; takes it off, so that the item waits again.
  ItemPicture* TakeOffer(OfferId offer, ItemId item, AgentId agent, const char* event);
  // The item begins to wait in its queue from here on.
  static void BeginStay(ItemPicture& item, Instant at);
  void Refused(ItemPicture& item, AgentId agent, Instant at);
  // The agent's accepted item is over for them.
  void LetGo(ItemPicture& item, Instant at);
  void End(ItemId id, ItemState state);
  void Move(ItemId id, std::initializer_list<ItemState> from, ItemState to, const char* event);

  std::vector<std::string> faults_;
};

}  // namespace wissel::reference
