#include "tests/reference/command_rules.h"

#include <algorithm>

#include "tests/reference/reference_router.h"

namespace wissel::reference {
namespace {

using Code = absl::StatusCode;

constexpr Verdict kOpen{Verdict::Kind::kOpen, std::nullopt};
constexpr Verdict kGrant{Verdict::Kind::kGrant, std::nullopt};
constexpr Verdict kRefuse{Verdict::Kind::kRefuse, std::nullopt};
constexpr Verdict RefuseWith(Code code) { return {Verdict::Kind::kRefuse, code}; }

class CommandRules {
 public:
  CommandRules(const Model& model, Instant now) : model_(model), now_(now) {}

  Verdict operator()(const auto&) const { return kOpen; }
  Verdict operator()(const CreateItem& c) const;
  Verdict operator()(const AbandonItem& c) const { return NotHandled(c.item); }
  Verdict operator()(const CancelItem& c) const { return NotHandled(c.item); }
  Verdict operator()(const TransferItem& c) const;
  Verdict operator()(const PromiseWait& c) const;
  Verdict operator()(const PromiseCallback& c) const;
  Verdict operator()(const PauseItem& c) const;
  Verdict operator()(const ResumeItem& c) const {
    return Find(c.item) != nullptr && Find(c.item)->paused_since ? kGrant : kRefuse;
  }
  Verdict operator()(const AcceptOffer& c) const { return OnOffer(c.agent, c.offer); }
  Verdict operator()(const DeclineOffer& c) const { return OnOffer(c.agent, c.offer); }
  Verdict operator()(const HoldItem& c) const { return OfAgent(c, {ItemState::kActive}); }
  Verdict operator()(const RetrieveItem& c) const {
    return OfAgent(c, {ItemState::kHeld}, {ItemState::kAwaitingCustomer});
  }
  Verdict operator()(const WrapUpItem& c) const;
  Verdict operator()(const CompleteItem& c) const;
  Verdict operator()(const TransferAssignment& c) const;
  Verdict operator()(const ReturnItem& c) const {
    if (IsConsult(c.item)) return kRefuse;
    return OfAgent(c, {ItemState::kActive, ItemState::kHeld, ItemState::kAwaitingCustomer},
                   {ItemState::kParked, ItemState::kWrapping});
  }
  Verdict operator()(const MissAgent& c) const {
    if (IsConsult(c.item)) return kRefuse;
    return OfAgent(c, {ItemState::kActive, ItemState::kHeld});
  }
  Verdict operator()(const SignIn& c) const;
  Verdict operator()(const SetPresence& c) const;
  Verdict operator()(const LoseLease& c) const;
  Verdict operator()(const ForceAssign& c) const;
  Verdict operator()(const PullBack& c) const;
  Verdict operator()(const ForcePresence& c) const;
  Verdict operator()(const OpenStep& c) const;
  Verdict operator()(const CloseStep& c) const {
    return model_.queues.contains(c.queue) ? kGrant : RefuseWith(Code::kNotFound);
  }
  Verdict operator()(const StartConsult& c) const;
  Verdict operator()(const TransferConsult& c) const;
  Verdict operator()(const EndConsult& c) const;
  Verdict operator()(const SetAside& c) const;
  Verdict operator()(const WakeItem& c) const;
  Verdict operator()(const ApplyRules& c) const;

 private:
  bool MayContinue(const CreateItem& c) const;
  bool IsConsult(ItemId id) const { return Find(id) != nullptr && Find(id)->about.has_value(); }
  // Whatever else is changed with it.
  bool CannotBe(const DeleteQueue& c) const;
  bool CannotBe(const DeleteAgent& c) const;
  bool CannotBe(const auto&) const { return false; }

  const ItemPicture* Find(ItemId id) const {
    auto it = model_.living.find(id);
    return it == model_.living.end() ? nullptr : &it->second;
  }
  const AgentPicture* Find(AgentId id) const {
    auto it = model_.agents.find(id);
    return it == model_.agents.end() ? nullptr : &it->second;
  }
  Verdict NotHandled(ItemId id) const {
    const ItemPicture* item = Find(id);
    if (item == nullptr || item->about) return kRefuse;
    const bool with_agent = item->agent && item->state != ItemState::kOffered;
    return with_agent ? kRefuse : kGrant;
  }
  // An offer's number is its fencing token.
  Verdict OnOffer(AgentId agent, OfferId offer) const {
    if (Find(agent) == nullptr) return kRefuse;
    for (const ItemPicture* item : model_.WorkOf(agent)) {
      if (item->state == ItemState::kOffered && item->offer == offer) return kGrant;
    }
    const bool ever = offer.value() > 0 && offer <= model_.last_offer;
    return ever ? RefuseWith(Code::kAborted) : RefuseWith(Code::kNotFound);
  }
  Verdict ToPartner(ItemId id, PartnerId partner) const;
  // Granted in one of `states`, left open in one of `open`, refused otherwise.
  Verdict OfAgent(const auto& c, std::initializer_list<ItemState> states,
                  std::initializer_list<ItemState> open = {}) const {
    const ItemPicture* item = Find(c.item);
    if (item == nullptr || item->agent != c.agent) return kRefuse;
    if (std::find(states.begin(), states.end(), item->state) != states.end()) return kGrant;
    if (std::find(open.begin(), open.end(), item->state) != open.end()) return kOpen;
    return kRefuse;
  }

  const Model& model_;
  Instant now_;
};

Verdict CommandRules::operator()(const CreateItem& c) const {
  auto queue = model_.queues.find(c.queue);
  if (queue == model_.queues.end()) return kRefuse;
  const QueueConfig* config = &queue->second.config;
  if (c.continues && !MayContinue(c)) return kRefuse;
  if (c.not_before && *c.not_before > now_) return kOpen;
  if (!queue->second.open && config->closed_action == ClosedActionKind::kRefuse) return kRefuse;
  if (!queue->second.open) return kOpen;
  const ReferenceRouter router(model_);
  const EntryGate* gate = router.FindGate(c.queue, c.band.value_or(config->default_band), c.waits);
  return gate != nullptr && gate->action == EntryGate::Action::kRefuse ? kRefuse : kOpen;
}

// Its own earlier item, that no agent has.
bool CommandRules::MayContinue(const CreateItem& c) const {
  const ItemPicture* earlier = Find(*c.continues);
  const std::string& customer = c.customer.empty() ? c.contact : c.customer;
  if (earlier == nullptr || customer.empty() || earlier->customer != customer) return false;
  return earlier->state == ItemState::kOffered || !earlier->agent;
}

Verdict CommandRules::operator()(const TransferItem& c) const {
  if (Find(c.item) == nullptr) return kRefuse;
  if (c.to_queue.has_value() + c.to_agent.has_value() + c.to_partner.has_value() != 1) {
    return kRefuse;
  }
  if (IsConsult(c.item) && IsAssigned(Find(c.item)->state)) return kRefuse;
  if (c.to_partner) return ToPartner(c.item, *c.to_partner);
  if (!c.to_agent) return kOpen;
  const AgentPicture* to = Find(*c.to_agent);
  if (to == nullptr) return kRefuse;
  return to->presence == Presence::kOffline ? RefuseWith(Code::kFailedPrecondition) : kOpen;
}

// Once an item, and a wait.
Verdict CommandRules::operator()(const PromiseWait& c) const {
  const ItemPicture* item = Find(c.item);
  if (item == nullptr || item->state != ItemState::kWaiting || item->promise) return kRefuse;
  const bool is_wait = Duration() <= c.wait.p50 && c.wait.p50 <= c.wait.p80;
  return is_wait ? kGrant : RefuseWith(Code::kInvalidArgument);
}

// Spread, it needs a slot with room.
Verdict CommandRules::operator()(const PromiseCallback& c) const {
  const ItemPicture* item = Find(c.item);
  if (item == nullptr) return kRefuse;
  if (item->state != ItemState::kWaiting && item->state != ItemState::kWaitingForHours) {
    return kRefuse;
  }
  const std::optional<RetryRule>& rule = model_.queues.at(item->queue).config.retry;
  if (!rule || item->customer.empty()) return kRefuse;
  if (!c.spread_over) return kOpen;
  if (rule->per_slot == 0) return RefuseWith(Code::kFailedPrecondition);
  if (*c.spread_over < Duration::Minutes(15)) return RefuseWith(Code::kInvalidArgument);
  const Instant from = c.not_before && *c.not_before > now_ ? *c.not_before : now_;
  const auto slot = ReferenceRouter(model_).FirstSlot(item->queue, from, from + *c.spread_over);
  return slot ? kGrant : RefuseWith(Code::kFailedPrecondition);
}

Verdict CommandRules::operator()(const PauseItem& c) const {
  const ItemPicture* item = Find(c.item);
  if (item == nullptr || IsConsult(c.item)) return kRefuse;
  if (item->state != ItemState::kWaiting && item->state != ItemState::kWaitingForHours) {
    return kRefuse;
  }
  const Duration longest = model_.queues.at(item->queue).config.longest_pause;
  if (longest == Duration()) return RefuseWith(Code::kFailedPrecondition);
  const Instant until = c.until.value_or(now_ + longest);
  const bool in_range = until > now_ && until <= now_ + longest;
  const bool leaves_time = !item->not_after || *item->not_after > until;
  return in_range && leaves_time ? kGrant : RefuseWith(Code::kInvalidArgument);
}

Verdict CommandRules::operator()(const WrapUpItem& c) const {
  if (IsConsult(c.item)) return kRefuse;
  const Verdict verdict = OfAgent(c, {ItemState::kActive, ItemState::kHeld}, {ItemState::kParked});
  if (verdict.kind != Verdict::Kind::kGrant) return verdict;
  const WrapUp& rule = model_.queues.at(Find(c.item)->queue).config.wrap_up;
  return rule.mode == WrapUpMode::kNone ? kRefuse : kGrant;
}

Verdict CommandRules::operator()(const CompleteItem& c) const {
  const Verdict verdict = OfAgent(
      c, {ItemState::kActive, ItemState::kHeld, ItemState::kWrapping, ItemState::kAwaitingCustomer},
      {ItemState::kParked});
  if (verdict.kind != Verdict::Kind::kGrant) return verdict;
  const ItemPicture* item = Find(c.item);
  const QueueConfig& queue = model_.queues.at(item->queue).config;
  for (const std::string& code : c.reason_codes) {
    if (std::count(queue.reason_codes.begin(), queue.reason_codes.end(), code) == 0) {
      return RefuseWith(Code::kInvalidArgument);
    }
  }
  if (item->about) return kGrant;
  if (queue.wrap_up.mode == WrapUpMode::kMandatory && c.reason_codes.empty()) {
    return item->state == ItemState::kWrapping ? kRefuse : kOpen;
  }
  return kGrant;
}

Verdict CommandRules::operator()(const TransferAssignment& c) const {
  const Verdict verdict =
      OfAgent(c, {ItemState::kActive, ItemState::kHeld},
              {ItemState::kParked, ItemState::kWrapping, ItemState::kAwaitingCustomer});
  if (verdict.kind == Verdict::Kind::kRefuse) return verdict;
  if (c.to_queue.has_value() + c.to_agent.has_value() + c.to_partner.has_value() != 1) {
    return kRefuse;
  }
  if (IsConsult(c.item)) return kRefuse;
  if (c.to_partner) return ToPartner(c.item, *c.to_partner);
  if (!c.to_agent) return kOpen;
  const AgentPicture* to = Find(*c.to_agent);
  if (to == nullptr) return kRefuse;
  return to->presence == Presence::kOffline ? RefuseWith(Code::kFailedPrecondition) : kOpen;
}

Verdict CommandRules::operator()(const SignIn& c) const {
  const AgentPicture* agent = Find(c.agent);
  if (agent == nullptr) return kRefuse;
  if (agent->presence == Presence::kOffline) return kGrant;
  return c.take_over ? kGrant : RefuseWith(Code::kFailedPrecondition);
}

Verdict CommandRules::operator()(const SetPresence& c) const {
  const AgentPicture* agent = Find(c.agent);
  if (agent == nullptr || agent->presence == Presence::kOffline) return kRefuse;
  if (agent->work_kept_until) return kOpen;
  if (c.presence == Presence::kAvailable) return c.away_reason.empty() ? kGrant : kOpen;
  const auto& reasons = model_.center.away_reasons;
  const bool known = std::count(reasons.begin(), reasons.end(), c.away_reason) > 0;
  return known ? kGrant : RefuseWith(Code::kInvalidArgument);
}

Verdict CommandRules::operator()(const LoseLease& c) const {
  const AgentPicture* agent = Find(c.agent);
  if (agent == nullptr) return kRefuse;
  return agent->here() ? kGrant : kOpen;
}

// Whoever is here may be given what waits or is offered, whatever they can do or hold.
Verdict CommandRules::operator()(const ForceAssign& c) const {
  const ItemPicture* item = Find(c.item);
  const AgentPicture* agent = Find(c.agent);
  if (item == nullptr || agent == nullptr || IsWithAgent(item->state)) return kRefuse;
  if (item->asked_by == c.agent) return kRefuse;
  if (item->state == ItemState::kScheduled) return RefuseWith(Code::kFailedPrecondition);
  return agent->here() ? kGrant : RefuseWith(Code::kFailedPrecondition);
}

Verdict CommandRules::operator()(const PullBack& c) const {
  const ItemPicture* item = Find(c.item);
  if (item == nullptr) return kRefuse;
  const bool talked = item->about && item->state != ItemState::kOffered;
  const bool with_somebody = item->agent.has_value() && item->state != ItemState::kWrapping &&
                             item->state != ItemState::kAwaitingCustomer && !talked;
  return with_somebody ? kGrant : RefuseWith(Code::kFailedPrecondition);
}

Verdict CommandRules::operator()(const OpenStep& c) const {
  const auto queue = model_.queues.find(c.queue);
  if (queue == model_.queues.end()) return RefuseWith(Code::kNotFound);
  const size_t steps = model_.requirements.at(queue->second.config.requirement).steps.size();
  const bool is_later = c.step > 0 && c.step < steps;
  return is_later ? kGrant : RefuseWith(Code::kInvalidArgument);
}

// Of what the agent has in contact; one at a time, and none about a consult.
Verdict CommandRules::operator()(const StartConsult& c) const {
  const Verdict verdict = OfAgent(c, {ItemState::kActive, ItemState::kHeld});
  if (verdict.kind != Verdict::Kind::kGrant) return verdict;
  const ItemPicture* item = Find(c.item);
  if (item->consult || item->about || c.to_queue.has_value() == c.to_agent.has_value()) {
    return kRefuse;
  }
  if (c.to_queue) {
    auto queue = model_.queues.find(*c.to_queue);
    return queue != model_.queues.end() && queue->second.open ? kGrant : kRefuse;
  }
  const AgentPicture* to = Find(*c.to_agent);
  if (to == nullptr || !to->here() || c.to_agent == c.agent) return kRefuse;
  for (const ChannelCapacity& capacity : model_.ProfileOf(*to).channels) {
    if (capacity.channel == item->channel) return kGrant;
  }
  return kRefuse;
}

// To who talks with the agent now.
Verdict CommandRules::operator()(const TransferConsult& c) const {
  const Verdict verdict = OfAgent(c, {ItemState::kActive, ItemState::kHeld});
  if (verdict.kind != Verdict::Kind::kGrant) return verdict;
  const ItemPicture* item = Find(c.item);
  if (!item->consult) return kRefuse;
  const ItemPicture& consult = model_.living.at(*item->consult);
  if (consult.state != ItemState::kActive) return kRefuse;
  return model_.agents.at(*consult.agent).here() ? kGrant : kRefuse;
}

Verdict CommandRules::operator()(const EndConsult& c) const {
  const ItemPicture* item = Find(c.item);
  return item != nullptr && item->agent == c.agent && item->consult ? kGrant : kRefuse;
}

Verdict CommandRules::operator()(const SetAside& c) const {
  const Verdict verdict = OfAgent(c, {ItemState::kActive, ItemState::kHeld});
  if (verdict.kind != Verdict::Kind::kGrant) return verdict;
  const ItemPicture* item = Find(c.item);
  const bool writes = item->channel == Channel::kMessage || item->channel == Channel::kEmail;
  return writes && !item->consult && !item->about ? kGrant : kRefuse;
}

Verdict CommandRules::operator()(const WakeItem& c) const {
  const ItemPicture* item = Find(c.item);
  if (item == nullptr) return kRefuse;
  return item->state == ItemState::kAwaitingCustomer ? kGrant : kRefuse;
}

// Where somebody of the partner takes the channel and meets any step of the requirement.
Verdict CommandRules::ToPartner(ItemId id, PartnerId partner) const {
  if (!model_.partners.contains(partner)) return kRefuse;
  const ItemPicture& item = *Find(id);
  for (const auto& [agent_id, agent] : model_.agents) {
    if (agent.config.partner != partner) continue;
    bool takes = false;
    for (const ChannelCapacity& capacity : model_.ProfileOf(agent).channels) {
      takes |= capacity.channel == item.channel;
    }
    // What an earlier transfer narrowed is widened first; that is not looked into here.
    if (takes) return kOpen;
  }
  return kRefuse;
}

Verdict CommandRules::operator()(const ForcePresence& c) const {
  const AgentPicture* agent = Find(c.agent);
  if (agent == nullptr || agent->presence == Presence::kOffline) return kRefuse;
  if (c.presence == Presence::kOffline) {
    return c.away_reason.empty() ? kGrant : RefuseWith(Code::kInvalidArgument);
  }
  return (*this)(SetPresence{c.agent, c.presence, c.away_reason});
}

bool CommandRules::CannotBe(const DeleteQueue& c) const {
  if (!model_.queues.contains(c.id)) return true;
  return std::any_of(model_.living.begin(), model_.living.end(),
                     [&](const auto& living) { return living.second.queue == c.id; });
}
bool CommandRules::CannotBe(const DeleteAgent& c) const {
  const AgentPicture* agent = Find(c.id);
  return agent == nullptr || agent->presence != Presence::kOffline;
}

// One that cannot be made refuses them all.
Verdict CommandRules::operator()(const ApplyRules& c) const {
  if (c.if_revision && *c.if_revision != model_.revision) return RefuseWith(Code::kAborted);
  if (c.changes.empty()) return RefuseWith(Code::kFailedPrecondition);
  for (const RuleChange& change : c.changes) {
    if (std::visit([&](const auto& one) { return CannotBe(one); }, change)) return kRefuse;
  }
  return kOpen;
}

}  // namespace

Verdict VerdictOn(const Model& model, const Command& command, Instant now) {
  return std::visit(CommandRules(model, now), command.body);
}

}  // namespace wissel::reference
