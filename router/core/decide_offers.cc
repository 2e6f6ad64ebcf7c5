// Offers and assignments, by the agent who has them.
#include <algorithm>

#include "fmt/format.h"
#include "router/core/decider.h"

namespace wissel {
namespace {

// Beside what the agent holds, with the units that were fixed when it was offered.
bool StillFits(const RoutingProfile& profile, const Load& load, const Item& offered) {
  const ChannelCapacity* own = profile.Find(offered.channel);
  if (own == nullptr || load.items[IndexOf(offered.channel)] >= own->limit) return false;
  if (IsOverfull(profile, load)) return false;
  int32_t may_be_parked = 0;
  for (const ChannelCapacity& held : profile.channels) {
    if (!ChannelSet::FromBits(held.interrupted_by).Has(offered.channel)) continue;
    may_be_parked += load.active_units[IndexOf(held.channel)];
  }
  return load.units() + offered.units - may_be_parked <= profile.units;
}

}  // namespace

absl::StatusOr<const Item*> Decider::FindOffer(AgentId agent, OfferId offer) const {
  const State::AgentRow* row = s_.FindAgent(agent);
  if (row == nullptr) return Refuse(absl::StatusCode::kNotFound, "name", "there is no such agent");
  for (ItemId id : row->state.work) {
    const Item& item = ItemAt(id);
    if (item.decision && item.decision->offer == offer) {
      if (item.state == ItemState::kOffered) return &item;
      return Refuse(absl::StatusCode::kAborted, "name",
                    fmt::format("offers/{} was accepted already", offer.value()));
    }
  }
  if (offer.value() == 0 || offer.value() >= s_.next_offer) {
    return Refuse(absl::StatusCode::kNotFound, "name",
                  fmt::format("there is no offers/{}", offer.value()));
  }
  return Refuse(
      absl::StatusCode::kAborted, "name",
      fmt::format("offers/{} is no longer open for {}: it was declined, missed, withdrawn "
                  "or made to someone else",
                  offer.value(), NameOf(agent)));
}

absl::StatusOr<const Item*> Decider::FindAssigned(AgentId agent, ItemId id) const {
  const State::AgentRow* row = s_.FindAgent(agent);
  if (row == nullptr) return Refuse(absl::StatusCode::kNotFound, "name", "there is no such agent");
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindLiving(id));
  if (!IsWithAgent(item->state) || item->agent() != agent) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} does not handle {}", NameOf(agent), NameOf(id)));
  }
  return item;
}

void Decider::Accept(ItemId id) {
  const Item& accepted = ItemAt(id);
  SettlePartnersWhoAreThrough(accepted.queue);
  Emit(OfferAccepted{accepted.decision->offer, id, accepted.agent()});
  ParkFor(id);
}

// Active work makes room for what may interrupt it: the latest accepted first.
void Decider::ParkFor(ItemId id) {
  const AgentId agent = ItemAt(id).agent();
  const RoutingProfile& profile = s_.ProfileOf(agent);
  while (AgentAt(agent).load.units() > profile.units) {
    const Item* next = nullptr;
    for (ItemId held : AgentAt(agent).work) {
      const Item& item = ItemAt(held);
      const ChannelCapacity* capacity = profile.Find(item.channel);
      if (held == id || item.state != ItemState::kActive || capacity == nullptr) continue;
      if (!ChannelSet::FromBits(capacity->interrupted_by).Has(ItemAt(id).channel)) continue;
      if (next == nullptr ||
          std::pair(*next->accepted, next->id) < std::pair(*item.accepted, held)) {
        next = &item;
      }
    }
    if (next == nullptr) return;
    Emit(ItemParked{next->id, id});
  }
}

// An offer may have counted on interrupting work that can no longer be, or on room that a manager
// has filled. Those made first stand as long as they fit, so that none that is withdrawn would
// still fit.
void Decider::RevokeWhatNoLongerFits(AgentId agent) {
  if (changing_) {
    revoking_ = true;
    return;
  }
  const RoutingProfile& profile = s_.ProfileOf(agent);
  std::vector<ItemId> offered;
  Load load = AgentAt(agent).load;
  for (ItemId id : AgentAt(agent).work) {
    const Item& item = ItemAt(id);
    if (item.state != ItemState::kOffered) continue;
    offered.push_back(id);
    --load.items[IndexOf(item.channel)];
    load.fixed_units -= item.units;
  }
  std::vector<Looking> looking;
  for (ItemId id : offered) {
    const Item& item = ItemAt(id);
    if (StillFits(profile, load, item)) {
      ++load.items[IndexOf(item.channel)];
      load.fixed_units += item.units;
      continue;
    }
    Emit(OfferRevoked{item.decision->offer, id, agent, RevokeCause::kNoRoom});
    looking.push_back({OrderOf(item), true});
  }
  PlaceInOrder(std::move(looking));
}

void Decider::RevokeWhatNoLongerFits() {
  std::vector<AgentId> at_work;
  for (const State::AgentRow& row : s_.agents) {
    if (!row.state.work.empty()) at_work.push_back(row.state.id);
  }
  for (AgentId agent : at_work) RevokeWhatNoLongerFits(agent);
}

Decider::Subject Decider::On(const AcceptOffer& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindOffer(c.agent, c.offer));
  const ItemId id = item->id;
  Accept(id);
  // Parked work leaves room in another channel where its limit allows.
  Serve(c.agent);
  return id.value();
}

Decider::Subject Decider::On(const DeclineOffer& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindOffer(c.agent, c.offer));
  const ItemId id = item->id;
  Emit(OfferDeclined{c.offer, id, c.agent});
  if (ItemAt(id).keep) Emit(KeepEnded{id, c.agent, KeepEndCause::kDeclined});
  Place(id);
  Serve(c.agent);
  return id.value();
}

Decider::Subject Decider::On(const HoldItem& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindAssigned(c.agent, c.item));
  if (item->state != ItemState::kActive) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is {}; only an active contact is put on hold", NameOf(c.item),
                              wissel::NameOf(item->state)));
  }
  Emit(ItemHeld{c.item});
  RevokeWhatNoLongerFits(c.agent);
  Serve(c.agent);
  return c.item.value();
}

Decider::Subject Decider::On(const RetrieveItem& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindAssigned(c.agent, c.item));
  if (item->state == ItemState::kAwaitingCustomer) {
    const bool here = AgentAt(c.agent).signed_in() && !AgentAt(c.agent).connection_lost();
    const RoomCheck room = CheckRoom(s_.ProfileOf(c.agent), AgentAt(c.agent).load, item->channel);
    if (!here || room != RoomCheck::kRoom) {
      return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                    fmt::format("{} {}", NameOf(c.agent),
                                here ? "has no room for it now" : "is not signed in"));
    }
    WakeWithAgent(c.item, c.agent, /*by_agent=*/true);
    return c.item.value();
  }
  if (item->state != ItemState::kHeld) {
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "name",
        fmt::format("{} is {}, not on hold", NameOf(c.item), wissel::NameOf(item->state)));
  }
  Emit(ItemRetrieved{c.item});
  Serve(c.agent);
  return c.item.value();
}

Decider::Subject Decider::On(const WrapUpItem& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindAssigned(c.agent, c.item));
  WISSEL_RETURN_IF_ERROR(CheckNoConsult(*item, "complete it: there is no wrap-up"));
  const WrapUp& wrap_up = QueueOf(*item).wrap_up;
  if (wrap_up.mode == WrapUpMode::kNone) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} has no wrap-up", NameOf(item->queue)));
  }
  if (item->state != ItemState::kActive && item->state != ItemState::kHeld) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is {}; only an active contact goes to wrap-up", NameOf(c.item),
                              wissel::NameOf(item->state)));
  }
  std::optional<Instant> until;
  if (wrap_up.mode == WrapUpMode::kTimed) until = now_ + wrap_up.limit;
  EndConsultAbout(c.item);
  Emit(WrapUpStarted{c.item, until});
  RevokeWhatNoLongerFits(c.agent);
  Serve(c.agent);
  return c.item.value();
}

Decider::Subject Decider::On(const CompleteItem& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindAssigned(c.agent, c.item));
  const QueueConfig& queue = QueueOf(*item);
  if (item->state == ItemState::kParked) {
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "name",
        fmt::format("{} is parked; it resumes when what interrupted it ends", NameOf(c.item)));
  }
  const bool must_say = queue.wrap_up.mode == WrapUpMode::kMandatory && !item->question;
  if (c.reason_codes.empty() && must_say) {
    return RefuseField("reasonCodes", fmt::format("{} asks for a reason code", NameOf(item->queue)),
                       fmt::format("one of {}", fmt::join(queue.reason_codes, ", ")));
  }
  if (c.reason_codes.size() > 5) {
    return RefuseField("reasonCodes", "too many reason codes", "at most 5");
  }
  for (size_t i = 0; i < c.reason_codes.size(); ++i) {
    const auto& known = queue.reason_codes;
    if (std::find(known.begin(), known.end(), c.reason_codes[i]) != known.end()) continue;
    return RefuseField(
        fmt::format("reasonCodes[{}]", i),
        fmt::format("\"{}\" is no reason code of {}", c.reason_codes[i], NameOf(item->queue)),
        fmt::format("one of {}", fmt::join(known, ", ")));
  }
  const std::optional<Question> question = item->question;
  EndConsultAbout(c.item);
  if (question) Emit(ConsultEnded{question->item, c.item, ConsultEndCause::kByConsulted});
  Emit(ItemCompleted{c.item, c.agent, CompletionCause::kByAgent, c.reason_codes});
  Serve(c.agent);
  return c.item.value();
}

Decider::Subject Decider::On(const TransferAssignment& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindAssigned(c.agent, c.item));
  WISSEL_RETURN_IF_ERROR(CheckNoConsult(*item, "complete it"));
  WISSEL_ASSIGN_OR_RETURN(const Target target,
                          ResolveTarget(*item, c.to_queue, c.to_agent, c.to_partner));
  EndConsultAbout(c.item);
  Transfer(c.item, target, c.agent);
  Place(c.item);
  Serve(c.agent);
  return c.item.value();
}

Decider::Subject Decider::On(const ReturnItem& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindAssigned(c.agent, c.item));
  WISSEL_RETURN_IF_ERROR(CheckNoConsult(*item, "complete it"));
  EndConsultAbout(c.item);
  Emit(ItemReturned{c.item, c.agent, ReturnCause::kByAgent});
  Place(c.item);
  Serve(c.agent);
  return c.item.value();
}

Decider::Subject Decider::On(const MissAgent& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindAssigned(c.agent, c.item));
  WISSEL_RETURN_IF_ERROR(CheckNoConsult(*item, "complete it"));
  if (item->state != ItemState::kActive && item->state != ItemState::kHeld) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is {}; a phone that does not answer gives back what is active or "
                              "on hold",
                              NameOf(c.item), wissel::NameOf(item->state)));
  }
  EndConsultAbout(c.item);
  Emit(ItemReturned{c.item, c.agent, ReturnCause::kNoAnswer});
  // As after a missed offer: what waits for them alone, or at a step of theirs, waits in vain.
  AfterLeaving(c.agent, {c.item});
  Serve(c.agent);
  return c.item.value();
}

}  // namespace wissel
