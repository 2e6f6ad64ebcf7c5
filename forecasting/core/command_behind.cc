#include "forecasting/core/command_behind.h"

#include <map>
#include <set>
#include <type_traits>
#include <utility>

#include "fmt/format.h"
#include "router/core/describe.h"

namespace wissel::forecasting {
namespace {

using Answer = absl::StatusOr<CommandBody>;

template <class Body>
constexpr bool kChangesRules = false;
template <>
constexpr bool kChangesRules<CenterConfigured> = true;
template <class Id, class Config>
constexpr bool kChangesRules<Configured<Id, Config>> = true;
template <class Id>
constexpr bool kChangesRules<Deleted<Id>> = true;

class Reader {
 public:
  Reader(const Engine& engine, std::span<const Event> events) : engine_(engine), rest_(events) {}

  Answer Read() {
    return std::visit([this](const auto& e) -> Answer { return On(e); }, rest_.front().body);
  }

 private:
  // --- Configuration ---
  Answer On(const CenterConfigured& e) { return ConfigureCenter{e.config}; }
  Answer On(const SkillConfigured& e) { return Replace(engine_.directory().skills, e); }
  Answer On(const TeamConfigured& e) { return Replace(engine_.directory().teams, e); }
  Answer On(const PartnerConfigured& e) { return Replace(engine_.directory().partners, e); }
  Answer On(const ProfileConfigured& e) { return Replace(engine_.directory().profiles, e); }
  Answer On(const AgentConfigured& e) { return Replace(engine_.directory().agents, e); }
  Answer On(const QueueConfigured& e) {
    ConfigureQueue command{{}, e.config, RequirementOf(e.config.requirement), {}};
    if (IsThere(engine_.directory().queues, e.id)) command.id = e.id;
    return command;
  }
  template <class Id>
  Answer On(const Deleted<Id>& e) {
    return Delete<Id>{e.id, {}};
  }
  // Its changes follow, among what follows from them.
  Answer On(const RulesApplied& e) {
    const Event& begun = rest_.front();
    ApplyRules rules{{}, {}, e.note, e.restores};
    for (const Event& event : rest_.subspan(1)) {
      if (rules.changes.size() == e.changes) break;
      std::visit([&](const auto& body) { AddChange(body, rules); }, event.body);
    }
    if (rules.changes.size() < e.changes) return Unknown(begun);
    return rules;
  }
  template <class Body>
  void AddChange(const Body& e, ApplyRules& rules) {
    if constexpr (std::is_same_v<Body, RequirementDefined>) {
      defined_[e.id] = e.requirement;
    } else if constexpr (kChangesRules<Body>) {
      std::visit(
          [&](auto command) {
            if constexpr (std::is_constructible_v<RuleChange, decltype(command)>) {
              rules.changes.push_back(std::move(command));
            }
          },
          *On(e));
    }
  }

  Answer On(const OpeningsSet& e) { return SetOpenings{e.queue, e.openings}; }
  // A requirement is defined for what asks for it.
  Answer On(const RequirementDefined& e) {
    defined_[e.id] = e.requirement;
    return Next();
  }
  Answer On(const RequirementForgotten&) { return Next(); }

  // --- Work items ---
  Answer On(const ItemEntered& e) {
    const auto* consult = rest_.size() > 1 ? std::get_if<ConsultStarted>(&rest_[1].body) : nullptr;
    if (consult != nullptr && consult->consult == e.item) {
      StartConsult command{consult->agent, consult->item, {}, consult->to_agent};
      if (!consult->to_agent) command.to_queue = e.queue;
      return command;
    }
    CreateItem command;
    command.queue = e.redirected_from.value_or(e.queue);
    const QueueConfig& queue = engine_.directory().queues.Get(e.queue);
    if (e.channel != queue.channel) command.channel = e.channel;
    command.band = e.asked_band;
    if (e.own_requirement) command.requirement = RequirementOf(e.requirement);
    command.head_start = e.asked_head_start;
    command.contact = e.contact;
    command.customer = e.customer;
    command.continues = e.continues;
    command.preferred = e.preferred;
    command.topic = e.topic;
    command.not_before = e.not_before;
    command.not_after = e.not_after;
    command.fallback = e.fallback;
    command.waits = e.waits;
    return command;
  }
  Answer On(const ItemUpdated& e) {
    const Item* item = engine_.FindItem(e.item);
    if (item == nullptr) return Unknown();
    UpdateItem command{e.item, {}, {}, {}};
    if (e.band != item->band) command.band = e.band;
    if (e.head_start != item->head_start) command.head_start = e.head_start;
    if (e.requirement != item->requirement || e.own_requirement != item->own_requirement) {
      command.requirement = RequirementOf(e.requirement);
    }
    return command;
  }
  Answer On(const CallbackPromised& e) {
    return PromiseCallback{e.item, e.not_before, e.not_after};
  }
  // By itself it would have been released later.
  Answer On(const ItemReleased& e) { return ResumeItem{e.item}; }
  Answer On(const ItemPaused& e) { return PauseItem{e.item, e.until}; }
  Answer On(const WaitPromised& e) { return PromiseWait{e.item, e.wait}; }
  Answer On(const ItemAssigned& e) { return ForceAssign{e.item, e.agent}; }
  Answer On(const ItemPulledBack& e) { return PullBack{e.item}; }
  Answer On(const ItemInformed& e) { return InformItem{e.item, e.notice}; }
  Answer On(const ItemPostponed& e) { return MissCustomer{e.agent, e.item}; }
  Answer On(const SurgeBegun& e) { return SetSurge{e.queue, true}; }
  Answer On(const SurgeEnded& e) { return SetSurge{e.queue, false}; }
  Answer On(const StepOpened& e) { return OpenStep{e.queue, e.step}; }
  Answer On(const StepClosed& e) { return CloseStep{e.queue}; }
  // Of an interval that was over, or cut short: what came next says who asked.
  Answer On(const PartnersSettled&) { return Next(); }
  Answer On(const NoticeGiven& e) { return GiveNotice{e.content}; }
  Answer On(const NoticeWithdrawn& e) { return WithdrawNotice{e.notice}; }
  Answer On(const ItemAbandoned& e) { return AbandonItem{e.item}; }
  Answer On(const ItemCancelled& e) { return CancelItem{e.item}; }
  // Of an item that was offered, its end or move says who asked.
  Answer On(const OfferCancelled&) { return Next(); }
  Answer On(const ItemTransferred& e) {
    std::optional<QueueId> to_queue;
    if (!e.to_agent && !e.to_partner) to_queue = e.to_queue;
    if (e.from) return TransferAssignment{*e.from, e.item, to_queue, e.to_agent, e.to_partner};
    return TransferItem{e.item, to_queue, e.to_agent, std::nullopt, e.to_partner};
  }
  Answer On(const ItemReturned& e) {
    if (e.cause == ReturnCause::kNoAnswer) return MissAgent{e.agent, e.item};
    if (e.cause != ReturnCause::kByAgent) return Unknown();
    return ReturnItem{e.agent, e.item};
  }

  // --- Offers and assignments ---
  Answer On(const OfferAccepted& e) { return AcceptOffer{e.agent, e.offer}; }
  Answer On(const OfferDeclined& e) { return DeclineOffer{e.agent, e.offer}; }
  Answer On(const OfferRevoked&) { return Next(); }
  Answer On(const ItemHeld& e) { return HoldItem{AgentOf(e.item), e.item}; }
  Answer On(const ItemRetrieved& e) { return RetrieveItem{AgentOf(e.item), e.item}; }
  Answer On(const WrapUpStarted& e) { return WrapUpItem{AgentOf(e.item), e.item}; }
  Answer On(const ItemCompleted& e) {
    if (e.cause == CompletionCause::kNotReached) return MissCustomer{e.agent, e.item};
    if (e.cause != CompletionCause::kByAgent) return Unknown();
    return CompleteItem{e.agent, e.item, e.reason_codes};
  }

  // --- Consults and conversations ---
  Answer On(const ConsultEnded& e) {
    switch (e.cause) {
      case ConsultEndCause::kByAsker:
        return EndConsult{AgentOf(e.item), e.item};
      case ConsultEndCause::kHandedOver:
        return TransferConsult{AgentOf(e.item), e.item};
      case ConsultEndCause::kByConsulted:
        return Next();
      case ConsultEndCause::kItemLeft:
        return WhatBecameOf(e.item);
      case ConsultEndCause::kConnectionLost:
        break;
    }
    return Unknown();
  }
  Answer On(const ConferenceMarked& e) { return MarkConference{AgentOf(e.item), e.item, e.on}; }
  Answer On(const ItemSetAside& e) { return SetAside{e.agent, e.item}; }
  Answer On(const ItemWoken& e) {
    if (e.by_agent) return RetrieveItem{e.agent, e.item};
    return WakeItem{e.item};
  }
  Answer On(const ItemRequeued& e) { return WakeItem{e.item}; }

  // --- Presence ---
  Answer On(const AgentSignedIn& e) { return SignIn{e.agent, false}; }
  Answer On(const SessionTakenOver& e) { return SignIn{e.agent, true}; }
  Answer On(const PresenceChanged& e) { return Leave(e.agent, e.presence, e.away_reason); }
  Answer On(const PresenceQueued& e) {
    return Leave(e.agent, e.queued.presence, e.queued.away_reason);
  }
  Answer On(const LeaseLost& e) { return LoseLease{e.agent}; }
  Answer On(const LeaseRestored& e) {
    const auto* next = rest_.size() > 1 ? std::get_if<SessionTakenOver>(&rest_[1].body) : nullptr;
    if (next != nullptr && next->agent == e.agent) return SignIn{e.agent, true};
    return RestoreLease{e.agent};
  }

  template <class Other>
  Answer On(const Other&) {
    return Unknown();
  }

  static Answer Leave(AgentId agent, Presence presence, const std::string& away_reason) {
    if (presence == Presence::kOffline) return SignOut{agent};
    return SetPresence{agent, presence, away_reason};
  }

  template <class Id, class Config>
  Answer Replace(const ResourceTable<Id, Config>& table, const Configured<Id, Config>& e) {
    Configure<Id, Config> command{{}, e.config, {}};
    if (IsThere(table, e.id)) command.id = e.id;
    return command;
  }
  // By now: one that a set of rules makes may be changed by the same set.
  template <class Id, class Config>
  bool IsThere(const ResourceTable<Id, Config>& table, Id id) {
    if (table.Find(id) != nullptr) return true;
    const size_t kind = EventBody(Configured<Id, Config>()).index();
    return !made_.insert({kind, id.value()}).second;
  }

  Answer Next() {
    const Event& begun = rest_.front();
    rest_ = rest_.subspan(1);
    if (rest_.empty()) return Unknown(begun);
    return Read();
  }
  // The consult ended because of what follows about the item, behind what those took who were
  // freed.
  Answer WhatBecameOf(ItemId item) {
    const Event& begun = rest_.front();
    for (rest_ = rest_.subspan(1); !rest_.empty(); rest_ = rest_.subspan(1)) {
      const auto* defined = std::get_if<RequirementDefined>(&rest_.front().body);
      if (defined != nullptr) defined_[defined->id] = defined->requirement;
      const bool found = std::visit(
          [item](const auto& e) {
            using E = std::decay_t<decltype(e)>;
            constexpr bool kLeaves =
                std::is_same_v<E, WrapUpStarted> || std::is_same_v<E, ItemCompleted> ||
                std::is_same_v<E, ItemTransferred> || std::is_same_v<E, ItemReturned> ||
                std::is_same_v<E, ItemPulledBack> || std::is_same_v<E, ItemPostponed>;
            if constexpr (kLeaves) return e.item == item;
            return false;
          },
          rest_.front().body);
      if (found) return Read();
    }
    return Unknown(begun);
  }
  Answer Unknown() const { return Unknown(rest_.front()); }
  Answer Unknown(const Event& event) const {
    return absl::FailedPreconditionError(
        fmt::format("nobody can have asked for this: {}", Describe(event, engine_.directory())));
  }

  Requirement RequirementOf(RequirementId id) const {
    if (const auto defined = defined_.find(id); defined != defined_.end()) return defined->second;
    const Requirement* known = engine_.FindRequirement(id);
    return known == nullptr ? Requirement() : *known;
  }
  AgentId AgentOf(ItemId id) const {
    const Item* item = engine_.FindItem(id);
    return item == nullptr ? AgentId() : item->agent();
  }

  const Engine& engine_;
  std::span<const Event> rest_;
  std::map<RequirementId, Requirement> defined_;
  std::set<std::pair<size_t, uint32_t>> made_;  // by kind of event and id
};

}  // namespace

absl::StatusOr<CommandBody> CommandBehind(const Engine& engine, std::span<const Event> events) {
  return Reader(engine, events).Read();
}

}  // namespace wissel::forecasting
