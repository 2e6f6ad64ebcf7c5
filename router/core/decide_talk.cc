// What an agent does with a contact beside answering it: asks a colleague and keeps it, hands it
// over, sets it aside until the customer writes.
#include <vector>

#include "fmt/format.h"
#include "router/core/decider.h"

namespace wissel {
// --- Consults

absl::Status Decider::CheckNoConsult(const Item& item, const char* instead) const {
  if (!item.question) return absl::OkStatus();
  return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                fmt::format("{} is a consult of {} about {}", NameOf(item.id),
                            NameOf(item.question->asked_by), NameOf(item.question->item)),
                instead);
}

Decider::Subject Decider::On(const StartConsult& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindAssigned(c.agent, c.item));
  WISSEL_RETURN_IF_ERROR(CheckNoConsult(*item, "ask about the item itself"));
  if (item->state != ItemState::kActive && item->state != ItemState::kHeld) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is {}; somebody is asked about an active contact or one on hold",
                              NameOf(c.item), wissel::NameOf(item->state)));
  }
  if (item->consult) {
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "name",
        fmt::format("{} has a consult already, {}", NameOf(c.item), NameOf(item->consult->item)),
        "end that one first");
  }
  WISSEL_ASSIGN_OR_RETURN(const Target target,
                          ResolveTarget(*item, c.to_queue, c.to_agent, std::nullopt));
  if (!target.agent && !s_.IsOpen(target.queue)) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "queue",
                  fmt::format("{} is closed", NameOf(target.queue)));
  }
  const QueueConfig& queue = s_.directory.queues.Get(target.queue);
  const bool own = target.agent.has_value();
  ItemEntered entered;
  entered.item = ItemId(s_.next_item);
  entered.queue = target.queue;
  entered.channel = item->channel;
  entered.band = item->band;
  entered.own_requirement = own && item->own_requirement;
  entered.requirement = own ? item->requirement : queue.requirement;
  // A customer is waiting with it: it has the place that the item would have here.
  entered.head_start = item->head_start + (now_ - item->promise_from);
  entered.due = now_ + queue.answer_within - entered.head_start;
  entered.contact = item->contact;
  entered.customer = item->customer;
  entered.topic = item->topic;
  const ItemId consult = entered.item;
  Emit(std::move(entered));
  Emit(ConsultStarted{c.item, consult, c.agent, target.agent});
  Place(consult);
  return consult.value();
}

// The item, which the agent has and asks about.
absl::StatusOr<const Item*> Decider::FindConsulted(AgentId agent, ItemId id) const {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindAssigned(agent, id));
  if (!item->consult) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("nobody is consulted about {}", NameOf(id)));
  }
  return item;
}

Decider::Subject Decider::On(const TransferConsult& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindConsulted(c.agent, c.item));
  if (item->state != ItemState::kActive && item->state != ItemState::kHeld) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is {}; an active contact or one on hold is handed over",
                              NameOf(c.item), wissel::NameOf(item->state)));
  }
  const Item& consult = ItemAt(item->consult->item);
  if (consult.state != ItemState::kActive) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{}, the consult about {}, is {}; it is handed over to whoever "
                              "talks with you",
                              NameOf(consult.id), NameOf(c.item), wissel::NameOf(consult.state)));
  }
  const AgentId to = consult.agent();
  if (AgentAt(to).connection_lost()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} has lost the connection", NameOf(to)));
  }
  ItemHandedOver handed_over;
  handed_over.offer = OfferId(s_.next_offer);
  handed_over.item = c.item;
  handed_over.from = c.agent;
  handed_over.to = to;
  handed_over.queue = consult.queue;
  handed_over.requirement = consult.requirement;
  handed_over.own_requirement = consult.own_requirement;
  handed_over.due = item->promise_from + QueueOf(consult).answer_within - item->head_start;
  // The consult's units become the item's: neither more nor less is held.
  handed_over.units = consult.units;
  CloseConsult(c.item, ConsultEndCause::kHandedOver);
  Emit(handed_over);
  Serve(c.agent);
  return c.item.value();
}

Decider::Subject Decider::On(const EndConsult& c) {
  WISSEL_RETURN_IF_ERROR(FindConsulted(c.agent, c.item).status());
  const std::optional<AgentId> freed = CloseConsult(c.item, ConsultEndCause::kByAsker);
  if (freed) Serve(*freed);
  return c.item.value();
}

Decider::Subject Decider::On(const MarkConference& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindConsulted(c.agent, c.item));
  const Item& consult = ItemAt(item->consult->item);
  if (c.on && consult.state != ItemState::kActive) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{}, the consult about {}, is {}; a conference is with whoever "
                              "talks with you",
                              NameOf(consult.id), NameOf(c.item), wissel::NameOf(consult.state)));
  }
  if (item->consult->conference != c.on) Emit(ConferenceMarked{c.item, c.on});
  return c.item.value();
}

std::optional<AgentId> Decider::CloseConsult(ItemId about, ConsultEndCause cause) {
  const ItemId id = ItemAt(about).consult->item;
  Emit(ConsultEnded{about, id, cause});
  const Item& consult = ItemAt(id);
  if (IsUntouched(consult.state)) {
    Emit(ItemCancelled{id});
    return std::nullopt;
  }
  const AgentId agent = consult.agent();
  if (consult.state == ItemState::kOffered) {
    Emit(OfferCancelled{consult.decision->offer, id, agent});
    Emit(ItemCancelled{id});
  } else {
    Emit(ItemCompleted{id, agent, CompletionCause::kConsultOver, {}});
  }
  return agent;
}

void Decider::EndConsultAbout(ItemId id) {
  if (!ItemAt(id).consult) return;
  const std::optional<AgentId> freed = CloseConsult(id, ConsultEndCause::kItemLeft);
  if (freed) Serve(*freed);
}

// Those that the agent asked for, and those that the agent took part in.
void Decider::EndConsultsOfLost(AgentId agent) {
  const std::vector<ItemId> work = AgentAt(agent).work;
  for (ItemId id : work) {
    EndConsultAbout(id);
    const Item& item = ItemAt(id);
    if (!item.question || !IsAssigned(item.state)) continue;
    Emit(ConsultEnded{item.question->item, id, ConsultEndCause::kConnectionLost});
    Emit(ItemCompleted{id, agent, CompletionCause::kConnectionLost, {}});
  }
}

// --- Set aside until the customer writes

Decider::Subject Decider::On(const SetAside& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindAssigned(c.agent, c.item));
  if (!MayBeSetAside(item->channel)) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is of channel {}; messages and mails are set aside",
                              NameOf(c.item), wissel::NameOf(item->channel)));
  }
  WISSEL_RETURN_IF_ERROR(CheckNoConsult(*item, "complete it"));
  if (item->state != ItemState::kActive && item->state != ItemState::kHeld) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is {}; an active conversation or one on hold is set aside",
                              NameOf(c.item), wissel::NameOf(item->state)));
  }
  if (item->consult) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} has a consult, {}", NameOf(c.item), NameOf(item->consult->item)),
                  "end that first");
  }
  Emit(ItemSetAside{c.item, c.agent, now_ + QueueOf(*item).conversation_expires});
  Serve(c.agent);
  return c.item.value();
}

Decider::Subject Decider::On(const WakeItem& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindLiving(c.item));
  if (item->state != ItemState::kAwaitingCustomer) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is {}; only what was set aside is woken", NameOf(c.item),
                              wissel::NameOf(item->state)));
  }
  const AgentId agent = item->agent();
  if (s_.free.RoomOf(agent).Has(item->channel)) {
    WakeWithAgent(c.item, agent, /*by_agent=*/false);
    return c.item.value();
  }
  const AgentState& there = AgentAt(agent);
  ItemRequeued requeued;
  requeued.item = c.item;
  requeued.agent = agent;
  requeued.due = now_ + QueueOf(*item).answer_within - item->head_start;
  const bool keeps = there.signed_in() && !there.connection_lost();
  if (keeps) requeued.kept_until = now_ + QueueOf(*item).wake_hold;
  requeued.waits_for_hours = !s_.IsOpen(item->queue);
  Emit(requeued);
  Place(c.item);
  return c.item.value();
}

void Decider::WakeWithAgent(ItemId id, AgentId agent, bool by_agent) {
  Emit(ItemWoken{id, agent, by_agent});
  ParkFor(id);
  Serve(agent);
}

}  // namespace wissel
