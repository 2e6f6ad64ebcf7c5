#include "tests/reference/event_rules.h"

#include <algorithm>

#include "fmt/format.h"
#include "tests/reference/reference_router.h"

namespace wissel::reference {
namespace {

class EventRules {
 public:
  EventRules(const Model& model, const Event& event, const Surroundings& around,
             std::vector<std::string>& faults)
      : model_(model), router_(model), at_(event.at), around_(around), faults_(faults) {}

  void Check(const OfferMade& e);
  void Check(const StepReached& e);
  void Check(const ItemKept& e);
  void Check(const KeepEnded& e);
  void Check(const StayBegun& e);
  void Check(const StayEnded& e);
  void Check(const ItemParked& e);
  void Check(const ItemResumed& e);
  void Check(const ItemReturned& e);
  void Check(const ItemTransferred& e);
  void Check(const ItemEntered& e);
  void Check(const ItemOverflowed& e);
  void Check(const ItemShown& e);
  void Check(const LeaseRestored& e);
  void Check(const ItemAssigned& e);
  void Check(const auto&) {}

 private:
  template <class... Args>
  void Fault(fmt::format_string<Args...> format, Args&&... args) {
    faults_.push_back("oracle: " + fmt::format(format, std::forward<Args>(args)...));
  }
  // Null when there is none; the shadow model says so itself.
  const ItemPicture* Find(ItemId id) const {
    auto it = model_.living.find(id);
    return it == model_.living.end() ? nullptr : &it->second;
  }
  const AgentPicture* Find(AgentId id) const {
    auto it = model_.agents.find(id);
    return it == model_.agents.end() ? nullptr : &it->second;
  }
  void CheckChoice(const OfferMade& e, const ItemPicture& item, const AgentPicture& agent);
  void CheckReason(const OfferMade& e, const ItemPicture& item, const AgentPicture& agent);
  void CheckPromiseForOpening(const ItemEntered& e, const QueuePicture& queue);
  void CheckFallback(const ItemPicture& item);
  void CheckAutoAccept(const OfferMade& e, const ItemPicture& item, const AgentPicture& agent);

  const Model& model_;
  ReferenceRouter router_;
  Instant at_;
  const Surroundings& around_;
  std::vector<std::string>& faults_;
};

void EventRules::Check(const OfferMade& e) {
  const ItemPicture* item = Find(e.item);
  const AgentPicture* agent = Find(e.agent);
  if (item == nullptr || agent == nullptr) return;
  if (!router_.CouldTake(*agent, *item, at_)) {
    return Fault("item {} is offered to agent {}, who may not have it", e.item.value(),
                 e.agent.value());
  }
  CheckChoice(e, *item, *agent);
  CheckReason(e, *item, *agent);
  CheckAutoAccept(e, *item, *agent);
}

// The first item for the agent, and the best agent for the item: at rest nobody idle stands
// beside waiting work, so both must hold for every offer. After a change of configuration, where
// many meet at once, one of them must.
void EventRules::CheckChoice(const OfferMade& e, const ItemPicture& item,
                             const AgentPicture& agent) {
  const std::optional<ItemId> smallest = router_.BestItemFor(agent);
  const auto turn = item.keep ? std::nullopt : router_.PreferredTurn(item);
  const std::optional<AgentId> best = item.keep   ? item.keep->agent
                                      : item.stay ? e.agent
                                      : turn      ? turn->agent
                                                  : router_.BestAgentFor(item);
  if (around_.reconfigured && (smallest == e.item || best == e.agent)) return;
  // Ranks and shares order what an agent takes who becomes free; one who stood free is found by the
  // items, and of several that look at one moment the earliest promise looks first.
  auto before = around_.room_before.find(e.agent);
  const bool stood_free = before != around_.room_before.end() && before->second.Has(item.channel);
  const bool looked_first = stood_free && router_.FirstToLookAt(agent) == e.item;
  if (smallest != e.item && !looked_first) {
    Fault("agent {} is offered item {}, but item {} goes first for them", e.agent.value(),
          e.item.value(), smallest ? smallest->value() : 0);
  }
  // Of several who become free at one moment, the best for it may have something else to take
  // first.
  const auto others = best ? around_.room_before.find(*best) : around_.room_before.end();
  const bool freed_too = others != around_.room_before.end() && !others->second.Has(item.channel);
  if (!stood_free && freed_too && smallest == e.item && best != e.agent && !turn && !item.keep &&
      router_.BestItemFor(model_.agents.at(*best)) != e.item) {
    return;
  }
  if (best != e.agent || (turn && turn->keep_until)) {
    Fault("item {} is offered to agent {}, but agent {} comes first{}", e.item.value(),
          e.agent.value(), best ? best->value() : 0, turn ? ", as a preferred one" : "");
  }
}

void EventRules::CheckReason(const OfferMade& e, const ItemPicture& item,
                             const AgentPicture& agent) {
  auto same = [&](bool equal, const char* what) {
    if (!equal) Fault("offer {} gives a wrong reason: {}", e.offer.value(), what);
  };
  const auto turn = item.keep ? std::nullopt : router_.PreferredTurn(item);
  std::optional<size_t> preference = ReferenceRouter::TurnOf(item, e.agent);
  if (turn) preference = turn->preference;
  const bool in_turn = preference && *preference < kKeptByWake;
  if (auto fit = in_turn ? router_.FitInTurn(item, item.Turns().at(*preference))
                         : router_.FitOf(item, agent)) {
    same(e.reason.ring == fit->ring, "ring");
    same(e.reason.score == fit->score, "score");
  }
  same(e.reason.load_permille == router_.LoadPermille(agent), "load");
  same(e.reason.idle_since == agent.idle_since, "idle since");
  same(e.reason.config_revision == model_.revision, "revision");
  same(e.reason.band == item.band, "band");
  same(e.reason.due == item.due, "due");
  same(e.reason.rank == router_.RankOf(item, agent), "rank");
  same(e.reason.owed_share == router_.IsOwedShare(item.queue), "owed a share");
  same(e.stood_by == router_.StandingBy(item, agent), "who stood by");
  same(e.reason.partner_due == router_.PartnerDueFor(item, agent, false), "whose turn it was");
  const auto& chain = model_.queues.at(item.queue).config.selection;
  const bool by_weight = std::count(chain.begin(), chain.end(), SelectionKey::kWeighted) > 0;
  same(e.reason.given == (by_weight ? std::optional(agent.given) : std::nullopt), "given");
  same(e.reason.preference == preference, "preference");
  // In the turn of a preferred agent nobody else is looked at.
  const size_t eligible =
      item.stay || router_.PreferredTurn(item) ? 1 : router_.AgentsFor(item).size();
  if (item.turns_open && !turn && !item.keep && !item.stay && !around_.reconfigured) {
    CheckFallback(item);
  }
  if (!around_.reconfigured && e.reason.eligible != eligible) {
    Fault("offer {} counts {} eligible agents, not {}", e.offer.value(), e.reason.eligible,
          eligible);
  }
}

// It has just begun to wait, its preferred agents have passed, and it is offered like any other.
void EventRules::CheckFallback(const ItemPicture& item) {
  if (item.preferred.empty()) return;
  if (item.fallback.kind == FallbackKind::kStay && router_.IsAnyoneLeftFor(item)) {
    Fault("item {} does not stay for its preferred agents", item.id.value());
  }
  if (item.fallback.kind != FallbackKind::kBackupQueue || item.queue == *item.fallback.queue) {
    return;
  }
  const auto backup = model_.queues.find(*item.fallback.queue);
  if (backup == model_.queues.end() || !backup->second.open) return;
  if (item.hops < model_.center.most_hops) {
    Fault("item {} does not go to its backup queue", item.id.value());
  }
}

void EventRules::CheckAutoAccept(const OfferMade& e, const ItemPicture& item,
                                 const AgentPicture& agent) {
  for (const ChannelCapacity& capacity : model_.ProfileOf(agent).channels) {
    if (capacity.channel != item.channel || !capacity.auto_accept) continue;
    const auto* accepted = around_.next ? std::get_if<OfferAccepted>(&around_.next->body) : nullptr;
    if (accepted == nullptr || accepted->offer != e.offer) {
      Fault("offer {} is not accepted by itself", e.offer.value());
    }
  }
}

void EventRules::Check(const StepReached& e) {
  const ItemPicture* item = Find(e.item);
  if (item == nullptr || item->state != ItemState::kWaiting || e.step == 0) return;
  const RequirementStep& step = model_.RequirementOf(*item).steps[e.step - 1u];
  if (at_ >= item->step_since + step.expires_after) return;
  if (step.skip_if_none && !router_.AnyoneHereQualifies(*item)) return;
  const std::optional<int> opened = model_.queues.at(item->queue).opened_step;
  if (opened && !item->own_requirement && e.step <= *opened) return;
  Fault("item {} reaches step {} before its time", e.item.value(), e.step);
}

void EventRules::Check(const ItemKept& e) {
  const ItemPicture* item = Find(e.item);
  if (item == nullptr || e.preference >= kKeptByWake) return;
  const auto turn = router_.PreferredTurn(*item);
  if (!turn || turn->agent != e.agent || turn->keep_until != e.until ||
      turn->preference != e.preference) {
    Fault("item {} is kept for agent {}, whose turn it is not", e.item.value(), e.agent.value());
  }
}

void EventRules::Check(const StayBegun& e) {
  const ItemPicture* item = Find(e.item);
  if (item == nullptr) return;
  if (router_.PreferredTurn(*item)) Fault("item {} stays before its turns", e.item.value());
  if (!router_.IsAnyoneLeftFor(*item)) Fault("item {} stays for nobody", e.item.value());
}

void EventRules::Check(const StayEnded& e) {
  const ItemPicture* item = Find(e.item);
  if (item == nullptr || e.cause == StayEndCause::kTimePassed) return;
  if (router_.IsAnyoneLeftFor(*item)) Fault("item {} no longer stays", e.item.value());
}

void EventRules::Check(const KeepEnded& e) {
  const ItemPicture* item = Find(e.item);
  const AgentPicture* agent = Find(e.agent);
  if (item == nullptr || agent == nullptr || !item->keep) return;
  bool right = true;
  if (e.cause == KeepEndCause::kTimePassed) right = item->keep->until && *item->keep->until <= at_;
  if (e.cause == KeepEndCause::kDeclined) right = item->refusals.contains(e.agent);
  if (e.cause == KeepEndCause::kAgentGone) {
    right = !agent->here() || (item->keep->preference < kKeptByWake && !agent->open_for_work());
  }
  if (e.cause == KeepEndCause::kPulledBack) right = item->refusals.contains(e.agent);
  if (!right) Fault("item {} ceases to be kept for no reason", e.item.value());
}

// The latest accepted interruptible item is parked first, and only while units are short.
void EventRules::Check(const ItemParked& e) {
  const ItemPicture* item = Find(e.item);
  const ItemPicture* by = Find(e.interrupted_by);
  if (item == nullptr || by == nullptr || !item->agent || item->agent != by->agent) {
    return Fault("item {} is parked by item {} of someone else", e.item.value(),
                 e.interrupted_by.value());
  }
  const AgentPicture& agent = model_.agents.at(*item->agent);
  const RoutingProfile& profile = model_.ProfileOf(agent);
  if (model_.HoldingOf(agent.id).units() <= profile.units) {
    Fault("item {} is parked although all fits", e.item.value());
  }
  const ItemPicture* latest = nullptr;
  for (const ItemPicture* other : model_.WorkOf(agent.id)) {
    bool interruptible = false;
    for (const ChannelCapacity& c : profile.channels) {
      if (c.channel == other->channel) {
        interruptible = (c.interrupted_by >> IndexOf(by->channel) & 1) != 0;
      }
    }
    if (other == by || other->state != ItemState::kActive || !interruptible) continue;
    // By rising id: of equal times the highest stays.
    if (latest == nullptr || other->accepted >= latest->accepted) latest = other;
  }
  if (latest != item) Fault("item {} is parked out of turn", e.item.value());
}

void EventRules::Check(const ItemResumed& e) {
  const ItemPicture* item = Find(e.item);
  if (item == nullptr || !item->agent) return;
  const int free = model_.ProfileOf(model_.agents.at(*item->agent)).units -
                   model_.HoldingOf(*item->agent).units();
  if (item->units > free) Fault("item {} resumes without room", e.item.value());
  for (const ItemPicture* other : model_.WorkOf(*item->agent)) {
    const bool earlier =
        std::tuple(other->accepted, other->id) < std::tuple(item->accepted, item->id);
    if (other->state == ItemState::kParked && earlier && other->units <= free) {
      Fault("item {} resumes before item {}", e.item.value(), other->id.value());
    }
  }
}

// Gates and hours of every queue on the way, and no further.
void EventRules::Check(const ItemEntered& e) {
  if (e.hops > model_.center.most_hops) {
    Fault("item {} enters after {} hops", e.item.value(), e.hops);
  }
  if ((e.hops > 0) != e.redirected_from.has_value()) {
    Fault("item {} does not say where it was meant to go", e.item.value());
  }
  const QueuePicture& queue = model_.queues.at(e.queue);
  if (e.not_before && *e.not_before > at_) return;
  // A person asks; what they ask passes no gate.
  const auto* asked = around_.next ? std::get_if<ConsultStarted>(&around_.next->body) : nullptr;
  if (asked != nullptr) return;
  if (e.waits_for_hours == queue.open) Fault("item {} mistakes the hours", e.item.value());
  CheckPromiseForOpening(e, queue);
  // Who comes again may have come in a lower band than they asked for.
  const bool merges =
      around_.next != nullptr && (std::holds_alternative<ItemMerged>(around_.next->body) ||
                                  std::holds_alternative<OfferCancelled>(around_.next->body));
  if (merges) return;
  const EntryGate* gate = queue.open ? router_.FindGate(e.queue, e.band, e.waits) : nullptr;
  if (gate != nullptr && gate->action == EntryGate::Action::kRefuse) {
    Fault("item {} passes a gate", e.item.value());
  }
}

// A closed queue may promise a callback for its next opening; then nothing else comes first but
// what the item replaces.
void EventRules::CheckPromiseForOpening(const ItemEntered& e, const QueuePicture& queue) {
  if (queue.open || queue.config.closed_action != ClosedActionKind::kCallback) return;
  if (!queue.config.retry || (e.customer.empty() && e.contact.empty()) || around_.next == nullptr)
    return;
  std::optional<Instant> opens;
  for (const Opening& o : queue.openings) {
    if (o.from > at_ && (!opens || o.from < *opens)) opens = o.from;
  }
  if (!opens || (e.not_after && *e.not_after <= *opens)) return;
  const Instant until = e.not_after.value_or(*opens + queue.config.retry->expires_after);
  const auto* promised = std::get_if<CallbackPromised>(&around_.next->body);
  const bool replaces = std::holds_alternative<ItemMerged>(around_.next->body) ||
                        std::holds_alternative<OfferCancelled>(around_.next->body);
  if (replaces) return;
  if (promised == nullptr || promised->not_before != opens || promised->not_after != until) {
    Fault("item {} is promised no callback for the opening", e.item.value());
  }
}

void EventRules::Check(const ItemOverflowed& e) {
  const ItemPicture* item = Find(e.item);
  if (item == nullptr) return;
  if (e.cause == OverflowCause::kPreferredPassed) {
    const bool right = item->fallback.kind == FallbackKind::kBackupQueue &&
                       item->fallback.queue == e.to_queue && item->turns_open &&
                       !router_.PreferredTurn(*item) && model_.queues.at(e.to_queue).open &&
                       item->hops < model_.center.most_hops;
    if (!right) Fault("item {} goes to a backup queue for no reason", e.item.value());
    return;
  }
  const auto rule = model_.OverflowOf(*item);
  if (!rule || rule->queue != e.to_queue || at_ < item->queued_since + rule->after) {
    Fault("item {} overflows against its queue's rule", e.item.value());
  }
}

void EventRules::Check(const ItemShown& e) {
  const ItemPicture* item = Find(e.item);
  if (item == nullptr) return;
  const std::vector<Duration> delays = model_.DelaysFor(*item);
  if (std::find(delays.begin(), delays.end(), e.delay) == delays.end()) {
    Fault("item {} is shown after a delay that nobody has", e.item.value());
  }
  if (at_ < item->queued_since + e.delay) Fault("item {} is shown too soon", e.item.value());
}

void EventRules::Check(const ItemAssigned& e) {
  const ItemPicture* item = Find(e.item);
  const AgentPicture* agent = Find(e.agent);
  if (item == nullptr || agent == nullptr) return;
  if (e.partner_due != router_.PartnerDueFor(*item, *agent, true)) {
    Fault("item {} is assigned with a wrong word of whose turn it was", e.item.value());
  }
}

void EventRules::Check(const ItemReturned& e) {
  const AgentPicture* agent = Find(e.agent);
  if (agent == nullptr || e.cause != ReturnCause::kConnectionLost) return;
  if (!agent->work_kept_until || at_ < *agent->work_kept_until) {
    Fault("item {} is taken from agent {} within the grace", e.item.value(), e.agent.value());
  }
}

// To a partner: in the queue where it is, and for nobody else's people.
void EventRules::Check(const ItemTransferred& e) {
  const ItemPicture* item = Find(e.item);
  if (item == nullptr || !e.to_partner) return;
  if (e.to_queue != item->queue || !e.own_requirement) {
    Fault("item {} goes to a partner and leaves its queue", e.item.value());
  }
  const Requirement& requirement = model_.requirements.at(e.requirement);
  const int last = static_cast<int>(requirement.steps.size()) - 1;
  bool somebody = false;
  for (const auto& [id, agent] : model_.agents) {
    const bool fits = FitOf(requirement, last, agent.config, model_).has_value();
    somebody |= fits;
    if (fits && agent.config.partner != e.to_partner) {
      Fault("item {} goes to a partner, and agent {} of another could take it", e.item.value(),
            id.value());
    }
  }
  if (!somebody) Fault("item {} goes to a partner of whom nobody could take it", e.item.value());
}

void EventRules::Check(const LeaseRestored& e) {
  const AgentPicture* agent = Find(e.agent);
  if (agent != nullptr && agent->work_kept_until && at_ >= *agent->work_kept_until) {
    Fault("agent {} comes back after the grace", e.agent.value());
  }
}

}  // namespace

bool IsConfiguration(const Event& event) {
  return std::visit(
      Overloaded{[](const CenterConfigured&) { return true; },
                 []<class Id, class Config>(const Configured<Id, Config>&) { return true; },
                 []<class Id>(const Deleted<Id>&) { return true; },
                 [](const auto&) { return false; }},
      event.body);
}

void CheckEvent(const Model& model, const Event& event, const Surroundings& around,
                std::vector<std::string>& faults) {
  EventRules rules(model, event, around, faults);
  std::visit([&](const auto& body) { rules.Check(body); }, event.body);
}

}  // namespace wissel::reference
