// Offers, assignments and presence, as the shadow model sees them.
#include <algorithm>

#include "fmt/format.h"
#include "tests/reference/model.h"

namespace wissel::reference {

// --- Offers

void Model::On(const OfferMade& e, Instant at) {
  ItemPicture* item = Living(e.item, "OfferMade");
  AgentPicture* agent = Configured(e.agent, "OfferMade");
  if (item == nullptr || agent == nullptr) return;
  if (e.offer <= last_offer) Fault("an offer's number is used again");
  last_offer = e.offer;
  Expect(item->state == ItemState::kWaiting, *item, "offered, but does not wait");
  Expect(!item->agent, *item, "has a second holder");
  const ChannelCapacity* capacity = nullptr;
  for (const ChannelCapacity& c : ProfileOf(*agent).channels) {
    if (c.channel == item->channel) capacity = &c;
  }
  if (!Expect(capacity != nullptr, *item, "offered to one who does not take its channel")) return;
  Expect(e.deadline == at + capacity->offer_timeout, *item, "wrong deadline");
  // Preferences up to the one who is asked have had their turn; all of them, when it is nobody's.
  const std::vector<PreferredAgent> turns = item->Turns();
  size_t next = turns.size();
  for (size_t i = turns.size(); item->turns_open && i-- > item->next_preference;) {
    if (turns[i].agent == e.agent) next = i + 1;
  }
  if (!item->keep && !item->stay) item->next_preference = next;
  for (QueueId id : e.stood_by) {
    QueuePicture& queue = queues.at(id);
    queue.share_credit += queue.config.share_floor_permille;
    if (id == item->queue) queue.share_credit = std::max(0, queue.share_credit - 1000);
    queue.share_credit = std::min(queue.share_credit, 10'000);
  }
  item->state = ItemState::kOffered;
  item->agent = e.agent;
  item->offer = e.offer;
  item->deadline = e.deadline;
  item->units = capacity->cost;
  item->partner_due = e.reason.partner_due;
}

ItemPicture* Model::TakeOffer(OfferId offer, ItemId id, AgentId agent, const char* event) {
  ItemPicture* item = Living(id, event);
  if (item == nullptr || Configured(agent, event) == nullptr) return nullptr;
  if (!Expect(item->state == ItemState::kOffered, *item, event)) return nullptr;
  if (!Expect(item->agent == agent && item->offer == offer, *item, "is another's offer")) {
    return nullptr;
  }
  item->state = ItemState::kWaiting;
  item->turns_open = true;
  item->agent.reset();
  return item;
}
void Model::On(const OfferAccepted& e, Instant at) {
  ItemPicture* item = TakeOffer(e.offer, e.item, e.agent, "OfferAccepted");
  if (item == nullptr) return;
  item->state = ItemState::kActive;
  item->agent = e.agent;
  item->accepted = at;
  item->keep.reset();
  CountPartners(*item, at);
  item->stay.reset();
  // In proportion: who weighs twice as much has to be given two for as much.
  const std::vector<SelectionKey>& chain = queues.at(item->queue).config.selection;
  if (std::count(chain.begin(), chain.end(), SelectionKey::kWeighted) == 0) return;
  AgentPicture& agent = agents.at(e.agent);
  given_last = agent.given;
  agent.given += 1'000'000 / agent.config.weight;
}
void Model::On(const OfferDeclined& e, Instant at) {
  ItemPicture* item = TakeOffer(e.offer, e.item, e.agent, "OfferDeclined");
  if (item != nullptr) Refused(*item, e.agent, at);
}
void Model::On(const OfferMissed& e, Instant at) {
  ItemPicture* item = TakeOffer(e.offer, e.item, e.agent, "OfferMissed");
  if (item == nullptr) return;
  Expect(at >= item->deadline, *item, "missed before its deadline");
  Refused(*item, e.agent, at);
  agents[e.agent].not_responding = true;
}
void Model::On(const OfferRevoked& e, Instant) {
  TakeOffer(e.offer, e.item, e.agent, "OfferRevoked");
}
void Model::On(const OfferCancelled& e, Instant) {
  TakeOffer(e.offer, e.item, e.agent, "OfferCancelled");
}

// --- Assignments

void Model::Move(ItemId id, std::initializer_list<ItemState> from, ItemState to,
                 const char* event) {
  ItemPicture* item = Living(id, event);
  if (item == nullptr) return;
  Expect(std::find(from.begin(), from.end(), item->state) != from.end(), *item, event);
  item->state = to;
}
void Model::On(const ItemHeld& e, Instant) {
  Move(e.item, {ItemState::kActive}, ItemState::kHeld, "ItemHeld");
}
void Model::On(const ItemRetrieved& e, Instant) {
  Move(e.item, {ItemState::kHeld}, ItemState::kActive, "ItemRetrieved");
}
void Model::On(const ItemParked& e, Instant) {
  Move(e.item, {ItemState::kActive}, ItemState::kParked, "ItemParked");
}
void Model::On(const ItemResumed& e, Instant) {
  Move(e.item, {ItemState::kParked}, ItemState::kActive, "ItemResumed");
}
void Model::On(const WrapUpStarted& e, Instant at) {
  Move(e.item, {ItemState::kActive, ItemState::kHeld}, ItemState::kWrapping, "WrapUpStarted");
  ItemPicture* item = Living(e.item, "WrapUpStarted");
  if (item == nullptr) return;
  const WrapUp& rule = queues[item->queue].config.wrap_up;
  Expect(rule.mode != WrapUpMode::kNone, *item, "wraps up where there is no wrap-up");
  const bool timed = rule.mode == WrapUpMode::kTimed;
  Expect(e.until == (timed ? std::optional(at + rule.limit) : std::nullopt), *item,
         "wrong end of wrap-up");
  item->wrap_until = e.until;
}
void Model::On(const ItemCompleted& e, Instant at) {
  ItemPicture* item = Living(e.item, "ItemCompleted");
  if (item == nullptr) return;
  if (!Expect(IsWithAgent(item->state) && item->agent == e.agent && !item->consult, *item,
              "completed by someone who does not hold it, or during a consult")) {
    return;
  }
  const bool silent = e.cause == CompletionCause::kCustomerSilent;
  if (silent) Expect(item->awaited_until && at >= *item->awaited_until, *item, "silent too soon");
  if (e.cause == CompletionCause::kConsultOver) {
    Expect(item->about.has_value(), *item, "is no consult, and over like one");
  }
  if (e.cause == CompletionCause::kWrapUpTimePassed) {
    Expect(item->wrap_until && at >= *item->wrap_until, *item, "wrap-up ended before its time");
  }
  LetGo(*item, at);
  End(e.item, ItemState::kCompleted);
}

// --- Presence

AgentPicture* Model::Configured(AgentId id, const char* event) {
  auto it = agents.find(id);
  if (it != agents.end()) return &it->second;
  Fault(fmt::format("{} of agent {}, who is not configured", event, id.value()));
  return nullptr;
}
void Model::On(const AgentSignedIn& e, Instant at) {
  AgentPicture* agent = Configured(e.agent, "AgentSignedIn");
  if (agent == nullptr) return;
  if (agent->presence != Presence::kOffline) Fault("signed in twice");
  agent->presence = Presence::kAway;
  agent->away_reason.clear();
  agent->idle_since = at;
  agent->session = e.session;
}
void Model::On(const SessionTakenOver& e, Instant) {
  AgentPicture* agent = Configured(e.agent, "SessionTakenOver");
  if (agent == nullptr) return;
  if (agent->presence == Presence::kOffline) Fault("took over the session of one signed out");
  if (e.session <= agent->session) Fault("a session's number is used again");
  agent->session = e.session;
}
void Model::On(const PresenceChanged& e, Instant) {
  AgentPicture* agent = Configured(e.agent, "PresenceChanged");
  if (agent == nullptr) return;
  if (agent->presence == Presence::kOffline) Fault("presence of one who is signed out changed");
  if (agent->presence == Presence::kAway && e.presence == Presence::kAvailable) {
    agent->given = std::max(agent->given, given_last);
  }
  agent->presence = e.presence;
  agent->away_reason = e.away_reason;
  agent->not_responding = false;
  agent->queued.reset();
  if (e.presence != Presence::kOffline) return;
  agent->work_kept_until.reset();
  const Holding left = HoldingOf(e.agent);
  if (left.assigned + left.offered > 0) Fault("signed out with work in hand");
}
void Model::On(const PresenceQueued& e, Instant) {
  AgentPicture* agent = Configured(e.agent, "PresenceQueued");
  if (agent == nullptr) return;
  if (HoldingOf(e.agent).assigned == 0) Fault("a presence is queued behind no work");
  agent->queued = e.queued;
}
void Model::On(const LeaseLost& e, Instant at) {
  AgentPicture* agent = Configured(e.agent, "LeaseLost");
  if (agent == nullptr) return;
  if (!agent->here()) Fault("a lease was lost that did not stand");
  if (e.work_kept_until != at + center.reconnect_grace) Fault("wrong end of the reconnect grace");
  agent->work_kept_until = e.work_kept_until;
}
void Model::On(const LeaseRestored& e, Instant at) {
  AgentPicture* agent = Configured(e.agent, "LeaseRestored");
  if (agent == nullptr) return;
  if (!agent->work_kept_until) return Fault("a lease was restored that was not lost");
  if (at > *agent->work_kept_until) Fault("a lease was restored after the grace");
  agent->work_kept_until.reset();
}
void Model::On(const RequestCarriedOut&, Instant) {}
void Model::On(const WaitPromised& e, Instant at) {
  ItemPicture* item = Living(e.item, "WaitPromised");
  if (item == nullptr) return;
  Expect(item->state == ItemState::kWaiting, *item, "is told a wait and does not wait");
  Expect(!item->promise, *item, "is told a wait twice");
  Expect(Duration() <= e.wait.p50 && e.wait.p50 <= e.wait.p80, *item, "is told no wait");
  item->promise = Promise{at, e.wait};
}

}  // namespace wissel::reference
