// Items move: to a queue, an agent or a partner's agents.
#include "fmt/format.h"
#include "router/core/decider.h"

namespace wissel {

absl::StatusOr<Decider::Target> Decider::ResolveTarget(const Item& item,
                                                       std::optional<QueueId> queue,
                                                       std::optional<AgentId> agent,
                                                       std::optional<PartnerId> partner) const {
  if (int{queue.has_value()} + int{agent.has_value()} + int{partner.has_value()} != 1) {
    return RefuseField("queue", "there is one target", "a queue, an agent or a partner");
  }
  if (partner) return NarrowTo(item, *partner);
  if (queue) {
    if (s_.directory.queues.Find(*queue) == nullptr) {
      return Refuse(absl::StatusCode::kNotFound, "queue", "there is no such queue");
    }
    return Target{*queue, std::nullopt, std::nullopt, std::nullopt};
  }
  const State::AgentRow* row = s_.FindAgent(*agent);
  if (row == nullptr) {
    return Refuse(absl::StatusCode::kNotFound, "agent", "there is no such agent");
  }
  if (!row->state.signed_in() || row->state.connection_lost()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "agent",
                  fmt::format("{} is not signed in", NameOf(*agent)));
  }
  if (s_.ProfileOf(*agent).Find(item.channel) == nullptr) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "agent",
                  fmt::format("{} does not take {}", NameOf(*agent), wissel::NameOf(item.channel)));
  }
  if (item.decision && item.agent() == *agent) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "agent",
                  fmt::format("{} has it already", NameOf(*agent)));
  }
  if (item.question && item.question->asked_by == *agent) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "agent",
                  fmt::format("{} is who asks", NameOf(*agent)));
  }
  return Target{item.queue, agent, std::nullopt, std::nullopt};
}

// What the item asks for, of the partner's agents alone; in the place of another partner to which
// it was narrowed before.
absl::StatusOr<Decider::Target> Decider::NarrowTo(const Item& item, PartnerId id) const {
  const NamedConfig* partner = s_.directory.partners.Find(id);
  if (partner == nullptr) {
    return Refuse(absl::StatusCode::kNotFound, "partner", "there is no such partner");
  }
  Requirement requirement = s_.RequirementOf(item);
  for (RequirementStep& step : requirement.steps) {
    if (item.partner) {
      const Constraint before = *step.constraint;
      step.constraint.reset();
      if (before.children.size() > 1) step.constraint = before.children.front();
    }
    Constraint narrow{Constraint::Kind::kAll, {}, "", {}, 0};
    if (step.constraint) narrow.children.push_back(*step.constraint);
    narrow.children.push_back(
        {Constraint::Kind::kEquals, {}, "partner", {"partners/" + partner->name}, 0});
    step.constraint = std::move(narrow);
  }
  if (!Validate(requirement).ok()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "partner",
                  fmt::format("the requirement of {} is too deep to be narrowed", NameOf(item.id)));
  }
  bool somebody = false;
  s_.directory.agents.ForEach([&](AgentId agent, const AgentConfig& config) {
    if (somebody || config.partner != id) return;
    const AgentFacts& facts = s_.pools.Get(*s_.AgentAt(agent).pool).facts;
    const int last = static_cast<int>(requirement.steps.size()) - 1;
    somebody = s_.ProfileOf(agent).Find(item.channel) != nullptr &&
               FindMatch(requirement, last, facts).has_value();
  });
  if (!somebody) {
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "partner",
        fmt::format("no agent of partners/{} could ever take {}", partner->name, NameOf(item.id)));
  }
  return Target{item.queue, std::nullopt, id, std::move(requirement)};
}

void Decider::Transfer(ItemId id, const Target& target, std::optional<AgentId> from) {
  const QueueConfig& queue = s_.directory.queues.Get(target.queue);
  // What was narrowed to a partner is for everyone again in a queue that somebody names.
  const bool widens = ItemAt(id).partner && !target.agent;
  const bool moves = target.queue != ItemAt(id).queue || widens;
  RequirementId requirement = moves ? queue.requirement : ItemAt(id).requirement;
  if (target.requirement) requirement = Define(*target.requirement);
  const Item& item = ItemAt(id);
  const bool own = target.partner || (!moves && item.own_requirement);
  const Instant due = item.promise_from + queue.answer_within - item.head_start;
  const bool waits_for_hours = !target.agent && !s_.IsOpen(target.queue);
  Emit(ItemTransferred{id, from, target.queue, target.agent, requirement, own, waits_for_hours, due,
                       target.partner});
}

Decider::Subject Decider::On(const TransferItem& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindLiving(c.item));
  WISSEL_RETURN_IF_ERROR(CheckVersion(*item, c.if_version));
  WISSEL_ASSIGN_OR_RETURN(const Target target,
                          ResolveTarget(*item, c.to_queue, c.to_agent, c.to_partner));
  if (item->state == ItemState::kScheduled) {
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "name",
        fmt::format("{} is scheduled; it can be moved when its time has come", NameOf(c.item)));
  }
  if (IsWithAgent(item->state)) {
    WISSEL_RETURN_IF_ERROR(CheckNoConsult(*item, "end the consult"));
  }
  std::optional<AgentId> from;
  std::optional<AgentId> freed;
  if (IsWithAgent(item->state)) from = item->agent();
  EndConsultAbout(c.item);
  if (item->state == ItemState::kOffered) {
    freed = item->agent();
    Emit(OfferRevoked{item->decision->offer, c.item, *freed, RevokeCause::kItemMoved});
  }
  Transfer(c.item, target, from);
  // Who loses the offer may get the item again, after what goes before it for them.
  if (freed) Serve(*freed, c.item);
  Place(c.item);
  if (freed) Serve(*freed);
  if (from) Serve(*from);
  return c.item.value();
}

}  // namespace wissel
