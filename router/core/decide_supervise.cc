// What a manager decides over the head of the rules.
#include "fmt/format.h"
#include "router/core/decider.h"
#include "router/core/version.h"

namespace wissel {
namespace {

absl::Status CheckUnchanged(uint64_t version, std::optional<uint64_t> if_version) {
  if (!if_version || *if_version == version) return absl::OkStatus();
  return Refuse(absl::StatusCode::kAborted, "etag", "someone else has changed it since",
                "the etag of what is there now");
}

}  // namespace

absl::Status Decider::CheckVersion(const Item& item, std::optional<uint64_t> if_version) const {
  return CheckUnchanged(VersionOf(item), if_version);
}

Decider::Subject Decider::On(const ForceAssign& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindLiving(c.item));
  WISSEL_RETURN_IF_ERROR(CheckVersion(*item, c.if_version));
  if (IsWithAgent(item->state)) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is {}, with {}", NameOf(c.item), wissel::NameOf(item->state),
                              NameOf(item->agent())),
                  IsAssigned(item->state) ? "pull it back first" : "transfer it");
  }
  if (item->state == ItemState::kScheduled) {
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "name",
        fmt::format("{} is scheduled; it can be assigned when its time has come", NameOf(c.item)));
  }
  WISSEL_ASSIGN_OR_RETURN(const AgentState* agent, FindSignedIn(c.agent));
  if (agent->connection_lost()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "agent",
                  fmt::format("{} has lost the connection", NameOf(c.agent)));
  }
  if (item->question && item->question->asked_by == c.agent) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "agent",
                  fmt::format("{} is who asks", NameOf(c.agent)));
  }
  std::optional<AgentId> freed;
  if (item->state == ItemState::kOffered) {
    freed = item->agent();
    Emit(OfferRevoked{item->decision->offer, c.item, *freed, RevokeCause::kByManager});
  }
  SettlePartnersWhoAreThrough(ItemAt(c.item).queue);
  Emit(ItemAssigned{OfferId(s_.next_offer), c.item, c.agent, DueWhenForced(c.item, c.agent)});
  if (freed && *freed != c.agent) Serve(*freed);
  // It makes room as any accepted item does; what does not fit even then is over the capacity.
  ParkFor(c.item);
  RevokeWhatNoLongerFits(c.agent);
  Serve(c.agent);
  return c.item.value();
}

Decider::Subject Decider::On(const PullBack& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindLiving(c.item));
  WISSEL_RETURN_IF_ERROR(CheckVersion(*item, c.if_version));
  if (IsUntouched(item->state)) {
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "name",
        fmt::format("{} is {}, with nobody", NameOf(c.item), wissel::NameOf(item->state)));
  }
  if (item->state == ItemState::kWrapping) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is wrapping up: the contact is over, and {} ends it",
                              NameOf(c.item), NameOf(item->agent())));
  }
  if (item->state == ItemState::kAwaitingCustomer) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} waits for its customer, not for an agent", NameOf(c.item)),
                  "transfer it");
  }
  if (IsAssigned(item->state)) {
    WISSEL_RETURN_IF_ERROR(CheckNoConsult(*item, "end the consult"));
  }
  EndConsultAbout(c.item);
  const AgentId agent = item->agent();
  if (item->state == ItemState::kOffered) {
    Emit(OfferRevoked{item->decision->offer, c.item, agent, RevokeCause::kByManager});
  }
  Emit(ItemPulledBack{c.item, agent});
  if (ItemAt(c.item).keep) Emit(KeepEnded{c.item, agent, KeepEndCause::kPulledBack});
  Place(c.item);
  Serve(agent);
  return c.item.value();
}

Decider::Subject Decider::On(const ForcePresence& c) {
  WISSEL_ASSIGN_OR_RETURN(const AgentState* agent, FindSignedIn(c.agent));
  WISSEL_RETURN_IF_ERROR(CheckUnchanged(VersionOf(*agent), c.if_version));
  if (c.presence != Presence::kOffline) {
    return On(SetPresence{c.agent, c.presence, c.away_reason});
  }
  if (!c.away_reason.empty()) {
    return RefuseField("awayReason", "who is signed out gives no reason", "no awayReason");
  }
  return On(SignOut{c.agent});
}

}  // namespace wissel
