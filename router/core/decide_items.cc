// Work items: they enter, change, move and leave.
#include <algorithm>

#include "fmt/format.h"
#include "router/core/decider.h"

namespace wissel {
namespace {

constexpr Duration kMostHeadStart = Duration::Days(30);
constexpr size_t kMostPreferred = 10;
constexpr Duration kLongestPromise = Duration::Days(30);
constexpr size_t kUnusedRequirementsKept = 1'000;
constexpr size_t kLongestTopic = 40;
constexpr Duration kMostAhead = Duration::Days(400);

absl::Status CheckBand(std::optional<uint8_t> band) {
  if (!band || *band <= 9) return absl::OkStatus();
  return RefuseField("band", fmt::format("{} is no band", *band), "a band from 0 to 9");
}

absl::Status CheckHeadStart(Duration head_start) {
  if (head_start >= Duration() && head_start <= kMostHeadStart) return absl::OkStatus();
  return RefuseField("headStart", "the head start is out of range", "from 0 to 30 days");
}

const char* WhyShut(EntryGate::When when) {
  if (when == EntryGate::When::kWaiting) return "has too many waiting";
  return when == EntryGate::When::kNobodySignedIn ? "has nobody signed in" : "has too long a wait";
}

OverflowCause CauseOf(EntryGate::When when) {
  if (when == EntryGate::When::kWaiting) return OverflowCause::kTooManyWait;
  return when == EntryGate::When::kNobodySignedIn ? OverflowCause::kNobodySignedIn
                                                  : OverflowCause::kLongWait;
}

}  // namespace

absl::StatusOr<const Item*> Decider::FindLiving(ItemId id) const {
  const ItemTable::Row* row = s_.items.Find(id);
  if (row == nullptr) {
    if (!s_.WasItem(id)) {
      return Refuse(absl::StatusCode::kNotFound, "name", fmt::format("there is no {}", NameOf(id)));
    }
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} has ended", NameOf(id)));
  }
  if (IsEnded(row->item.state)) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is {} already", NameOf(id), wissel::NameOf(row->item.state)));
  }
  return &row->item;
}

RequirementId Decider::Define(const Requirement& requirement) {
  if (auto known = s_.FindRequirement(requirement)) return *known;
  if (s_.unused_requirements > kUnusedRequirementsKept) {
    std::vector<RequirementId> unused;
    for (const auto& [id, requirement] : s_.requirements) {
      if (s_.requirement_uses[id.value()] == 0) unused.push_back(id);
    }
    for (RequirementId id : unused) Emit(RequirementForgotten{id});
  }
  // The lowest id that is free, so that tables by requirement stay dense.
  uint32_t id = 1;
  for (const auto& [used, row] : s_.requirements) {
    if (used.value() != id) break;
    ++id;
  }
  Emit(RequirementDefined{RequirementId(id), requirement});
  return RequirementId(id);
}

// Where there is no honest estimate of the wait, a gate that asks for it stands open.
bool Decider::Holds(const EntryGate& gate, QueueId queue,
                    const std::vector<QueueWait>& waits) const {
  switch (gate.when) {
    case EntryGate::When::kEstimatedWait: {
      const auto wait = std::find_if(waits.begin(), waits.end(),
                                     [&](const QueueWait& w) { return w.queue == queue; });
      return wait != waits.end() && wait->p80 > gate.wait;
    }
    case EntryGate::When::kWaiting:
      return s_.lines.WaitingCount(queue) >= static_cast<size_t>(gate.waiting);
    case EntryGate::When::kNobodySignedIn:
      return s_.StaffingOf(queue).signed_in == 0;
  }
  return false;
}

const EntryGate* Decider::FindGate(QueueId id, uint8_t band,
                                   const std::vector<QueueWait>& waits) const {
  const QueueConfig& queue = s_.directory.queues.Get(id);
  const auto holding = [&](const std::vector<EntryGate>& gates) -> const EntryGate* {
    for (const EntryGate& gate : gates) {
      if (band >= gate.from_band && Holds(gate, id, waits)) return &gate;
    }
    return nullptr;
  };
  if (s_.queues[id.value()].surge) {
    if (const EntryGate* gate = holding(queue.surge.gates)) return gate;
  }
  return holding(queue.entry_gates);
}

absl::Status Decider::RefuseEntry(const CreateItem& c, QueueId queue, const std::string& message,
                                  const char* otherwise) const {
  return WithAlternatives(
      Refuse(absl::StatusCode::kFailedPrecondition, "workItem.queue",
             message.empty() ? fmt::format("{} {}", NameOf(queue), otherwise) : message),
      InsteadOf(c, queue));
}

// What its queue's own rules would grant to who is refused there.
std::vector<Alternative> Decider::InsteadOf(const CreateItem& c, QueueId id) const {
  std::vector<Alternative> instead;
  const QueueConfig& queue = s_.directory.queues.Get(id);
  if (queue.overflow && s_.IsOpen(queue.overflow->queue)) {
    const QueueId other = queue.overflow->queue;
    const uint8_t band = c.band.value_or(s_.directory.queues.Get(other).default_band);
    if (FindGate(other, band, c.waits) == nullptr) {
      instead.push_back({Alternative::Kind::kOtherQueue, NameOf(other), std::nullopt});
    }
  }
  if (queue.retry) {
    const std::optional<Instant> slot = FindSlot(id, now_, now_ + kFurthestSlot);
    if (slot) instead.push_back({Alternative::Kind::kCallback, NameOf(id), slot});
  }
  if (!s_.IsOpen(id)) {
    const std::optional<Instant> opens = NextOpening(id);
    if (opens) instead.push_back({Alternative::Kind::kLater, NameOf(id), opens});
  }
  return instead;
}

absl::StatusOr<Decider::Entrance> Decider::FindEntrance(const CreateItem& c) const {
  Entrance entrance{c.queue, std::nullopt, 0};
  std::vector<QueueId> seen;
  for (;;) {
    const QueueConfig& queue = s_.directory.queues.Get(entrance.queue);
    std::optional<QueueId> next;
    OverflowCause cause = OverflowCause::kClosed;
    if (!s_.IsOpen(entrance.queue)) {
      if (queue.closed_action == ClosedActionKind::kRefuse) {
        return RefuseEntry(c, entrance.queue, queue.closed_message, "is closed");
      }
      if (queue.closed_action == ClosedActionKind::kRedirect) next = queue.closed_queue;
    } else {
      const EntryGate* gate =
          FindGate(entrance.queue, c.band.value_or(queue.default_band), c.waits);
      if (gate == nullptr) return entrance;
      if (gate->action == EntryGate::Action::kRefuse) {
        return RefuseEntry(c, entrance.queue, gate->message, WhyShut(gate->when));
      }
      next = gate->queue;
      cause = CauseOf(gate->when);
    }
    // Rules that lead in a circle, or on for ever, leave the item where they began to.
    seen.push_back(entrance.queue);
    const bool again = next && std::find(seen.begin(), seen.end(), *next) != seen.end();
    if (!next || again || entrance.hops >= s_.directory.center.most_hops) return entrance;
    entrance = {*next, cause, static_cast<uint8_t>(entrance.hops + 1)};
  }
}

absl::Status Decider::CheckFallback(const CreateItem& c) const {
  const Fallback& fallback = c.fallback;
  if (fallback.kind == FallbackKind::kNextBest) return absl::OkStatus();
  if (c.preferred.empty()) {
    return RefuseField("kind", "there is no preferred agent to fall back from",
                       "at least one of preferredAgents");
  }
  switch (fallback.kind) {
    case FallbackKind::kStay:
      if (!fallback.stay_for ||
          (*fallback.stay_for > Duration() && *fallback.stay_for <= kMostHeadStart)) {
        return absl::OkStatus();
      }
      return RefuseField("stayFor", "is out of range", "more than 0, at most 30 days");
    case FallbackKind::kBackupAgent: {
      if (!fallback.agent || s_.FindAgent(*fallback.agent) == nullptr) {
        return Refuse(absl::StatusCode::kNotFound, "agent", "there is no such agent");
      }
      const bool preferred =
          std::any_of(c.preferred.begin(), c.preferred.end(),
                      [&](const PreferredAgent& p) { return p.agent == *fallback.agent; });
      if (preferred) return RefuseField("agent", "is a preferred agent already", "another agent");
      return absl::OkStatus();
    }
    default:
      if (fallback.queue && s_.directory.queues.Find(*fallback.queue) != nullptr) {
        return absl::OkStatus();
      }
      return Refuse(absl::StatusCode::kNotFound, "queue", "there is no such queue");
  }
}

Decider::Subject Decider::On(const CreateItem& c) {
  const QueueConfig* queue = s_.directory.queues.Find(c.queue);
  if (queue == nullptr) {
    return Refuse(absl::StatusCode::kNotFound, "workItem.queue", "there is no such queue");
  }
  WISSEL_RETURN_IF_ERROR(WithFieldPrefix(CheckBand(c.band), "workItem"));
  WISSEL_RETURN_IF_ERROR(WithFieldPrefix(CheckHeadStart(c.head_start), "workItem"));
  if (c.requirement) {
    WISSEL_RETURN_IF_ERROR(WithFieldPrefix(Validate(*c.requirement), "workItem.requirement"));
    WISSEL_RETURN_IF_ERROR(WithFieldPrefix(CheckSkills(*c.requirement), "workItem.requirement"));
  }
  if (c.preferred.size() > kMostPreferred) {
    return RefuseField("workItem.preferredAgents", "too many preferred agents", "at most 10");
  }
  WISSEL_RETURN_IF_ERROR(WithFieldPrefix(CheckFallback(c), "workItem.fallback"));
  WISSEL_RETURN_IF_ERROR(WithFieldPrefix(CheckTimes(c), "workItem"));
  WISSEL_RETURN_IF_ERROR(CheckContinues(c));
  const bool scheduled = c.not_before && *c.not_before > now_;
  Entrance entrance{c.queue, std::nullopt, 0};
  // What is scheduled stands before no gate yet.
  if (!scheduled) {
    WISSEL_ASSIGN_OR_RETURN(entrance, FindEntrance(c));
  }
  queue = &s_.directory.queues.Get(entrance.queue);
  ItemEntered entered;
  entered.item = ItemId(s_.next_item);
  entered.queue = entrance.queue;
  entered.channel = c.channel.value_or(queue->channel);
  entered.band = c.band.value_or(queue->default_band);
  entered.own_requirement = c.requirement.has_value();
  entered.waits_for_hours = !scheduled && !s_.IsOpen(entrance.queue);
  entered.head_start = c.head_start;
  entered.contact = c.contact;
  entered.customer = c.customer;
  entered.continues = c.continues;
  entered.preferred = c.preferred;
  if (entrance.hops > 0) entered.redirected_from = c.queue;
  entered.redirected_cause = entrance.cause;
  entered.hops = entrance.hops;
  entered.topic = c.topic;
  entered.not_before = c.not_before;
  entered.not_after = c.not_after;
  entered.asked_band = c.band;
  entered.asked_head_start = c.head_start;
  entered.fallback = c.fallback;
  entered.waits = c.waits;
  const Instant promised_from = scheduled ? *c.not_before : now_;
  entered.due = promised_from + queue->answer_within - c.head_start;
  const std::vector<ItemId> earlier = FindEarlierOf(c, entrance.queue);
  for (ItemId id : earlier) {
    entered.band = std::min(entered.band, ItemAt(id).band);
    const Duration ahead = entered.due - std::min(entered.due, ItemAt(id).due);
    entered.head_start = entered.head_start + ahead;
    entered.due = entered.due - ahead;
  }
  entered.requirement = c.requirement ? Define(*c.requirement) : queue->requirement;
  const ItemId id = entered.item;
  Emit(std::move(entered));
  ReplaceEarlier(earlier, id);
  PromiseForOpening(id);
  return id.value();
}

absl::Status Decider::CheckContinues(const CreateItem& c) const {
  if (!c.continues) return absl::OkStatus();
  const absl::StatusOr<const Item*> earlier = FindLiving(*c.continues);
  if (!earlier.ok()) {
    return Refuse(earlier.status().code(), "workItem.continues",
                  std::string(earlier.status().message()));
  }
  const bool same = CustomerKey(**earlier) == (c.customer.empty() ? c.contact : c.customer);
  if (!same || CustomerKey(**earlier).empty()) {
    return RefuseField("workItem.continues",
                       fmt::format("{} is another customer's", NameOf(*c.continues)),
                       "an item of the same customer");
  }
  if ((*earlier)->question) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "workItem.continues",
                  fmt::format("{} is a consult", NameOf(*c.continues)),
                  "the item that it is about");
  }
  if (IsWithAgent((*earlier)->state)) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "workItem.continues",
                  fmt::format("{} is {}; an agent has it already", NameOf(*c.continues),
                              wissel::NameOf((*earlier)->state)));
  }
  return absl::OkStatus();
}

absl::Status Decider::CheckTimes(const CreateItem& c) const {
  if (c.topic.size() > kLongestTopic) {
    return RefuseField("topic", "the topic is too long", "at most 40 characters");
  }
  const Instant begins = std::max(now_, c.not_before.value_or(now_));
  if (begins > now_ + kMostAhead) {
    return RefuseField("notBeforeTime", "is too far ahead", "at most 400 days");
  }
  if (c.not_after && *c.not_after <= begins) {
    return RefuseField("notAfterTime", "leaves no time to answer it",
                       "later than now and than notBeforeTime");
  }
  return absl::OkStatus();
}

// What the customer goes on with, a callback that is still to be made, and in a surge whatever else
// the customer waits with in the queue: one customer has one place in line. But two calls at once
// are two people, of one number though they may be: neither is put off the line for the other.
std::vector<ItemId> Decider::FindEarlierOf(const CreateItem& c, QueueId queue) const {
  std::vector<ItemId> earlier;
  if (c.continues) earlier.push_back(*c.continues);
  const auto it = s_.by_customer.find(c.customer.empty() ? c.contact : c.customer);
  if (it == s_.by_customer.end()) return earlier;
  const bool merges =
      s_.queues[queue.value()].surge && s_.directory.queues.Get(queue).surge.merge_duplicates;
  const bool calls = c.channel.value_or(s_.directory.queues.Get(queue).channel) == Channel::kVoice;
  for (ItemId id : it->second) {
    const Item& item = ItemAt(id);
    if (IsWithAgent(item.state) || id == c.continues) continue;
    const bool both_call = calls && item.channel == Channel::kVoice;
    if (item.channel == Channel::kCallback || (merges && item.queue == queue && !both_call)) {
      earlier.push_back(id);
    }
  }
  return earlier;
}

// The new item has the place of the earlier ones, which end; then it looks for its agent.
void Decider::ReplaceEarlier(const std::vector<ItemId>& earlier, ItemId by) {
  std::vector<AgentId> freed;
  for (ItemId id : earlier) {
    const Item& item = ItemAt(id);
    if (item.state == ItemState::kOffered) {
      freed.push_back(item.agent());
      Emit(OfferCancelled{item.decision->offer, id, item.agent()});
    }
    Emit(ItemMerged{id, by});
  }
  // Who loses an offer may get the new item, after what goes before it for them.
  ServeTogether(freed, by);
  Place(by);
  ServeTogether(freed);
}

Decider::Subject Decider::On(const UpdateItem& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindLiving(c.item));
  WISSEL_RETURN_IF_ERROR(WithFieldPrefix(CheckVersion(*item, c.if_version), "workItem"));
  if (!IsUntouched(item->state)) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "workItem.name",
                  fmt::format("{} is {}; only what waits can be changed", NameOf(c.item),
                              wissel::NameOf(item->state)));
  }
  WISSEL_RETURN_IF_ERROR(WithFieldPrefix(CheckBand(c.band), "workItem"));
  if (c.head_start) {
    WISSEL_RETURN_IF_ERROR(WithFieldPrefix(CheckHeadStart(*c.head_start), "workItem"));
  }
  if (c.requirement) {
    WISSEL_RETURN_IF_ERROR(WithFieldPrefix(Validate(*c.requirement), "workItem.requirement"));
    WISSEL_RETURN_IF_ERROR(WithFieldPrefix(CheckSkills(*c.requirement), "workItem.requirement"));
  }
  const Duration head_start = c.head_start.value_or(item->head_start);
  const Instant due = item->due + item->head_start - head_start;
  const uint8_t band = c.band.value_or(item->band);
  const bool own = item->own_requirement || c.requirement.has_value();
  const RequirementId before = item->requirement;
  const RequirementId requirement = c.requirement ? Define(*c.requirement) : before;
  Emit(ItemUpdated{c.item, band, own, requirement, head_start, due});
  PlaceAgain(c.item);
  return c.item.value();
}

void Decider::EndUnanswered(ItemId id, EventBody how) {
  const Item& item = ItemAt(id);
  const bool offered = item.state == ItemState::kOffered;
  const AgentId agent = item.agent();
  if (offered) Emit(OfferCancelled{item.decision->offer, id, agent});
  Emit(std::move(how));
  if (offered) Serve(agent);
}

Decider::Subject Decider::On(const AbandonItem& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindLiving(c.item));
  WISSEL_RETURN_IF_ERROR(CheckNoConsult(*item, "end the consult"));
  if (IsWithAgent(item->state)) {
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "name",
        fmt::format("{} has been answered; {} ends it", NameOf(c.item), NameOf(item->agent())));
  }
  EndUnanswered(c.item, ItemAbandoned{c.item});
  return c.item.value();
}

Decider::Subject Decider::On(const CancelItem& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindLiving(c.item));
  WISSEL_RETURN_IF_ERROR(CheckNoConsult(*item, "end the consult"));
  if (IsWithAgent(item->state)) {
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "name",
        fmt::format("{} has been answered; {} ends it", NameOf(c.item), NameOf(item->agent())));
  }
  EndUnanswered(c.item, ItemCancelled{c.item});
  return c.item.value();
}

Decider::Subject Decider::On(const PromiseWait& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindLiving(c.item));
  if (item->state != ItemState::kWaiting) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} is {}; a wait is promised to what waits for an agent",
                              NameOf(c.item), wissel::NameOf(item->state)));
  }
  if (item->promise) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("the customer of {} has been told how long", NameOf(c.item)));
  }
  const auto [p50, p80] = c.wait;
  if (p50 < Duration() || p80 < p50 || p80 > kLongestPromise) {
    return RefuseField("wait", "this is no wait to promise", "0 <= p50 <= p80 <= 30 days");
  }
  Emit(WaitPromised{c.item, c.wait});
  return c.item.value();
}

}  // namespace wissel
