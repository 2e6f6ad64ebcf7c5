// How commands and timers become events. A Decider lives for one Decide or Wake: it checks first,
// then emits; each event is recorded as it is emitted, so what follows is decided on the state
// after it.
//
// One file per family of commands: decide_config, decide_delete, decide_rules, decide_hours,
// decide_items, decide_transfer, decide_callbacks, decide_surge, decide_partners, decide_offers,
// decide_talk, decide_presence, decide_supervise, decide_timers;
// placing.cc holds what all of them end in: waiting items find agents, agents find items.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/digest.h"
#include "base/status.h"
#include "fmt/format.h"
#include "router/core/command.h"
#include "router/core/matching.h"
#include "router/core/state.h"

namespace wissel {

// How far ahead a slot for a callback is looked for.
inline constexpr Duration kFurthestSlot = Duration::Days(14);

class Decider {
 public:
  Decider(State& state, Instant now, std::vector<Event>& events)
      : s_(state), now_(now), events_(events) {}

  // What the command was about.
  absl::StatusOr<uint64_t> Carry(const CommandBody& command);
  void Remember(const RequestCarriedOut& request) { Emit(request); }
  void Note(const ActionTaken& action) { Emit(action); }
  // The refusal that carrying them out would give; changes nothing.
  absl::Status CheckRules(const ApplyRules& c);
  // Of a set of rules that was carried out: what it changed, told change by change.
  std::optional<ActionTaken> TakeTold() { return std::exchange(told_, std::nullopt); }

  // Looks at what a due timer points to. What waits because of it is placed by Settle, once all
  // timers that are due have fired: of those that look for an agent at one instant, the first in
  // order goes first.
  void Fire(const Timer& timer);
  void Settle();

 private:
  using Subject = absl::StatusOr<uint64_t>;

  // decide_config.cc
  Subject On(const ConfigureCenter& c);
  Subject On(const ConfigureSkill& c);
  Subject On(const ConfigureTeam& c);
  Subject On(const ConfigurePartner& c);
  Subject On(const ConfigureProfile& c);
  Subject On(const ConfigureQueue& c);
  Subject On(const ConfigureAgent& c);
  Subject On(const DeleteSkill& c);
  Subject On(const DeleteTeam& c);
  Subject On(const DeletePartner& c);
  Subject On(const DeleteProfile& c);
  Subject On(const DeleteQueue& c);
  Subject On(const DeleteAgent& c);
  Subject On(const SetOpenings& c);
  // decide_rules.cc
  Subject On(const ApplyRules& c);
  // decide_items.cc
  Subject On(const CreateItem& c);
  Subject On(const UpdateItem& c);
  Subject On(const AbandonItem& c);
  Subject On(const CancelItem& c);
  Subject On(const TransferItem& c);
  Subject On(const PromiseWait& c);
  // decide_callbacks.cc
  Subject On(const PromiseCallback& c);
  Subject On(const PauseItem& c);
  Subject On(const ResumeItem& c);
  Subject On(const MissCustomer& c);
  // decide_surge.cc
  Subject On(const SetSurge& c);
  Subject On(const GiveNotice& c);
  Subject On(const WithdrawNotice& c);
  Subject On(const InformItem& c);
  // decide_partners.cc
  Subject On(const OpenStep& c);
  Subject On(const CloseStep& c);
  // decide_offers.cc
  Subject On(const AcceptOffer& c);
  Subject On(const DeclineOffer& c);
  Subject On(const HoldItem& c);
  Subject On(const RetrieveItem& c);
  Subject On(const WrapUpItem& c);
  Subject On(const CompleteItem& c);
  Subject On(const TransferAssignment& c);
  Subject On(const ReturnItem& c);
  Subject On(const MissAgent& c);
  // decide_talk.cc
  Subject On(const StartConsult& c);
  Subject On(const TransferConsult& c);
  Subject On(const EndConsult& c);
  Subject On(const MarkConference& c);
  Subject On(const SetAside& c);
  Subject On(const WakeItem& c);
  // decide_presence.cc
  Subject On(const SignIn& c);
  Subject On(const SignOut& c);
  Subject On(const SetPresence& c);
  Subject On(const LoseLease& c);
  Subject On(const RestoreLease& c);

  // decide_supervise.cc
  Subject On(const ForceAssign& c);
  Subject On(const PullBack& c);
  Subject On(const ForcePresence& c);

  // decide_supervise.cc
  absl::Status CheckVersion(const Item& item, std::optional<uint64_t> if_version) const;

  // decide_rules.cc
  absl::Status TryChanges(const ApplyRules& c);
  void LookAfterChanges();

  // decide_config.cc
  template <class Id, class Config>
  absl::Status CheckVersion(const ResourceTable<Id, Config>& table, Id id, const char* kind,
                            std::optional<uint64_t> if_digest) const;
  template <class Id, class Config>
  absl::Status CheckName(const ResourceTable<Id, Config>& table, std::optional<Id> id,
                         const Config& config, const char* kind) const;
  template <class Id, class Config>
  Subject ConfigureNamed(const ResourceTable<Id, Config>& table, const Configure<Id, Config>& c,
                         const char* kind);
  absl::Status CheckPreferences(const QueuePreferences& preferences) const;
  absl::Status CheckSkills(const Requirement& requirement) const;
  absl::Status CheckAgent(const AgentConfig& config) const;
  absl::Status CheckQueue(const ConfigureQueue& c) const;
  absl::Status CheckGates(const ConfigureQueue& c) const;
  void FollowRequirement(QueueId queue);
  // decide_partners.cc
  absl::Status CheckAllocation(const std::optional<PartnerAllocation>& allocation) const;
  // Of a running interval, at its end or cut short now.
  void SettlePartners(QueueId queue);
  void SettlePartnersWhoAreThrough(QueueId queue);
  std::optional<PartnerDue> DueWhenForced(ItemId item, AgentId agent) const;
  void CloseStepThatIsGone(QueueId queue);
  // decide_hours.cc
  void TurnHours(QueueId queue);
  void LookWhereItOverflows(QueueId into);
  bool TurnsAt(QueueId queue, Instant at) const;  // decide_timers.cc

  // decide_items.cc
  struct Target {
    QueueId queue;
    std::optional<AgentId> agent;
    std::optional<PartnerId> partner;
    // Of a partner: the item's own, narrowed to its agents.
    std::optional<Requirement> requirement;
  };
  // Where a new item goes: its queue, or on by the rules of queues that are closed or full.
  struct Entrance {
    QueueId queue;
    std::optional<OverflowCause> cause;
    uint8_t hops = 0;
  };
  absl::StatusOr<Entrance> FindEntrance(const CreateItem& c) const;
  absl::Status RefuseEntry(const CreateItem& c, QueueId queue, const std::string& message,
                           const char* otherwise) const;
  std::vector<Alternative> InsteadOf(const CreateItem& c, QueueId queue) const;
  const EntryGate* FindGate(QueueId queue, uint8_t band, const std::vector<QueueWait>& waits) const;
  bool Holds(const EntryGate& gate, QueueId queue, const std::vector<QueueWait>& waits) const;
  absl::Status CheckFallback(const CreateItem& c) const;
  absl::Status CheckContinues(const CreateItem& c) const;
  absl::Status CheckTimes(const CreateItem& c) const;
  // Items of the same customer that the new one replaces.
  std::vector<ItemId> FindEarlierOf(const CreateItem& c, QueueId queue) const;
  void ReplaceEarlier(const std::vector<ItemId>& earlier, ItemId by);
  absl::StatusOr<Target> ResolveTarget(const Item& item, std::optional<QueueId> queue,
                                       std::optional<AgentId> agent,
                                       std::optional<PartnerId> partner) const;
  absl::StatusOr<Target> NarrowTo(const Item& item, PartnerId partner) const;
  // The item waits at its target afterwards, not yet placed.
  void Transfer(ItemId id, const Target& target, std::optional<AgentId> from);
  absl::StatusOr<const Item*> FindLiving(ItemId id) const;
  RequirementId Define(const Requirement& requirement);
  void EndUnanswered(ItemId id, EventBody how);

  // decide_callbacks.cc
  // The first slot for a callback with room that begins in [from, until), while the queue is open.
  std::optional<Instant> FindSlot(QueueId queue, Instant from, Instant until) const;
  absl::StatusOr<Instant> Spread(QueueId queue, const RetryRule& rule, Instant from,
                                 Duration over) const;
  std::optional<Instant> NextOpening(QueueId queue) const;
  void PromiseForOpening(ItemId id);

  // decide_offers.cc
  absl::StatusOr<const Item*> FindOffer(AgentId agent, OfferId offer) const;
  absl::StatusOr<const Item*> FindAssigned(AgentId agent, ItemId id) const;
  absl::Status CheckNoConsult(const Item& item, const char* instead) const;
  void Accept(ItemId id);
  void ParkFor(ItemId id);
  void RevokeWhatNoLongerFits(AgentId agent);
  void RevokeWhatNoLongerFits();  // of all agents, after a change of capacities

  // decide_talk.cc
  absl::StatusOr<const Item*> FindConsulted(AgentId agent, ItemId id) const;
  // Who was consulted is told, and free; serving them is the caller's.
  std::optional<AgentId> CloseConsult(ItemId about, ConsultEndCause cause);
  // Before the item ends or leaves who has it. Whoever is freed is served at once.
  void EndConsultAbout(ItemId id);
  void EndConsultsOfLost(AgentId agent);
  void WakeWithAgent(ItemId id, AgentId agent, bool by_agent);

  // decide_presence.cc
  absl::StatusOr<const AgentState*> FindSignedIn(AgentId id) const;
  void RevokeOffers(AgentId id, RevokeCause cause);
  void LeaveWork(AgentId id, Presence presence, const std::string& away_reason);
  void GiveUpWork(AgentId id);

  // placing.cc
  // A waiting item looks for its agent: kept for one, preferred agents, steps, then everyone.
  void Place(ItemId id);
  void Seek(ItemId id);
  void PlaceAgain(ItemId id);
  struct Looking {
    OrderKey order;
    bool begins = false;  // to wait; preferred agents have their turn
  };
  void PlaceInOrder(std::vector<Looking> items);
  bool PlaceKept(ItemId id);
  bool PlaceStaying(ItemId id);
  bool PlacePreferred(ItemId id);
  bool FallBack(ItemId id);
  bool IsAnyoneLeftFor(const Item& item, bool limit) const;
  // What time has brought to a waiting item: it overflows, goes on a step, is shown to more.
  void Advance(ItemId id);
  bool Expire(ItemId id);
  void Release(ItemId id);
  void SkipSteps(ItemId id);
  void Overflow(ItemId id);
  void SendOn(ItemId id, QueueId queue, OverflowCause cause);
  void Show(ItemId id);
  void Offer(ItemId id, AgentId agent, const OfferReason& reason);
  void OfferIfFirst(ItemId id, AgentId agent);
  // An agent has room: parked work resumes, a queued presence takes effect, then waiting items; up
  // to `before`, which is about to look for its own agent.
  void Serve(AgentId agent, std::optional<ItemId> before = std::nullopt);
  // The same of agents who have room at one moment.
  void ServeTogether(const std::vector<AgentId>& agents,
                     std::optional<ItemId> before = std::nullopt);
  // An agent can no longer be given work: what they gave back and what waited for them alone looks
  // elsewhere.
  void AfterLeaving(AgentId agent, const std::vector<ItemId>& given_back = {});
  void GatherAfterLeaving(AgentId agent, const std::vector<ItemId>& given_back,
                          std::vector<Looking>& looking) const;
  void LookAgain(const std::vector<WaitLines::GroupRef>& groups,
                 std::vector<Looking>& looking) const;
  // After a change of configuration; after the last of several that are made together.
  void ServeEveryone();
  void LookAgainEverywhere();
  void ResumeParked(AgentId agent);
  void ApplyQueuedPresence(AgentId agent);
  bool HasAssignedWork(AgentId agent) const;

  template <class Body>
  void Emit(Body body) {
    s_.Record(events_.emplace_back(now_, std::move(body)));
  }
  const Item& ItemAt(ItemId id) const { return s_.items.Get(id).item; }
  const AgentState& AgentAt(AgentId id) const { return s_.AgentAt(id).state; }
  const QueueConfig& QueueOf(const Item& item) const { return s_.directory.queues.Get(item.queue); }
  std::string NameOf(AgentId id) const { return "agents/" + s_.directory.agents.Get(id).name; }
  std::string NameOf(QueueId id) const { return "queues/" + s_.directory.queues.Get(id).name; }
  static std::string NameOf(ItemId id) { return "workItems/" + std::to_string(id.value()); }

  State& s_;
  Instant now_;
  std::vector<Event>& events_;
  std::vector<Looking> looking_;
  // Among several changes that are made together: nobody is looked at before the last of them. What
  // is to be looked at then is gathered in `looking_` and here.
  bool changing_ = false;
  bool gathering_ = false;
  bool revoking_ = false;
  std::vector<AgentId> serving_;
  std::optional<ActionTaken> told_;
};

template <class Id, class Config>
absl::Status Decider::CheckVersion(const ResourceTable<Id, Config>& table, Id id, const char* kind,
                                   std::optional<uint64_t> if_digest) const {
  const Config* config = table.Find(id);
  if (config == nullptr) {
    return Refuse(absl::StatusCode::kNotFound, "name", fmt::format("there is no such {}", kind));
  }
  if (if_digest && *if_digest != DigestOf(*config)) {
    return Refuse(absl::StatusCode::kAborted, "etag",
                  fmt::format("the {} \"{}\" has changed since", kind, config->name),
                  "read it again");
  }
  return absl::OkStatus();
}

}  // namespace wissel
