// Consults, contacts handed over, and conversations set aside, as the shadow model sees them.
#include "tests/reference/model.h"

namespace wissel::reference {

void Model::On(const ConsultStarted& e, Instant) {
  ItemPicture* item = Living(e.item, "ConsultStarted");
  ItemPicture* consult = Living(e.consult, "ConsultStarted");
  if (item == nullptr || consult == nullptr) return;
  Expect(item->agent == e.agent, *item, "asked about by someone who does not have it");
  Expect(item->state == ItemState::kActive || item->state == ItemState::kHeld, *item,
         "asked about while there is no contact");
  Expect(!item->consult && !item->about, *item, "has a second consult, or is one");
  Expect(consult->customer == item->customer && consult->channel == item->channel, *consult,
         "is a consult of another contact");
  Expect(consult->band == item->band, *consult, "has another band than what it is about");
  const Duration promised = queues.at(consult->queue).config.answer_within;
  Expect(consult->due == item->promise_from + promised - item->head_start, *consult,
         "does not have the place that the item would have");
  Expect(e.to_agent != e.agent, *consult, "is asked of who asks");
  item->consult = e.consult;
  consult->about = e.item;
  consult->asked_by = e.agent;
  consult->customer.clear();  // it is no second place in line
  if (e.to_agent) consult->keep = Keep{*e.to_agent, std::nullopt, kKeptByTransfer};
}

void Model::On(const ConsultEnded& e, Instant) {
  ItemPicture* item = Living(e.item, "ConsultEnded");
  ItemPicture* consult = Living(e.consult, "ConsultEnded");
  if (item == nullptr || consult == nullptr) return;
  Expect(item->consult == e.consult && consult->about == e.item, *item, "ended another's consult");
  item->consult.reset();
  item->conference = false;
}

void Model::On(const ConferenceMarked& e, Instant) {
  ItemPicture* item = Living(e.item, "ConferenceMarked");
  if (item == nullptr) return;
  Expect(item->consult.has_value(), *item, "is a conference without a consult");
  Expect(item->conference != e.on, *item, "is marked twice");
  if (e.on && item->consult) {
    ItemPicture* consult = Living(*item->consult, "ConferenceMarked");
    if (consult != nullptr) {
      Expect(consult->state == ItemState::kActive, *consult, "is a conference that nobody is in");
    }
  }
  item->conference = e.on;
}

// No offer stood before; who gets it had as many units in the consult, which has just ended.
void Model::On(const ItemHandedOver& e, Instant at) {
  ItemPicture* item = Living(e.item, "ItemHandedOver");
  AgentPicture* to = Configured(e.to, "ItemHandedOver");
  if (item == nullptr || to == nullptr || Configured(e.from, "ItemHandedOver") == nullptr) return;
  if (e.offer <= last_offer) Fault("an offer's number is used again");
  last_offer = e.offer;
  Expect(item->agent == e.from, *item, "handed over by someone who does not have it");
  Expect(item->state == ItemState::kActive || item->state == ItemState::kHeld, *item,
         "handed over while there is no contact");
  Expect(!item->consult, *item, "handed over while the consult goes on");
  if (!to->here()) Fault("an item is handed over to one who is not here");
  Expect(e.due == item->promise_from + queues.at(e.queue).config.answer_within - item->head_start,
         *item, "wrong due when handed over");
  const int before = HoldingOf(e.to).assigned_units;
  item->queue = e.queue;
  Refused(*item, e.from, at);
  LetGo(*item, at);
  item->requirement = e.requirement;
  item->own_requirement = e.own_requirement;
  item->due = e.due;
  BeginStay(*item, at);
  item->ForgetPreferred();
  item->state = ItemState::kActive;
  item->agent = e.to;
  item->offer = e.offer;
  item->accepted = at;
  item->units = e.units;
  Expect(HoldingOf(e.to).assigned_units == before + e.units, *item, "counts twice");
}

void Model::On(const ItemSetAside& e, Instant at) {
  ItemPicture* item = Living(e.item, "ItemSetAside");
  AgentPicture* agent = Configured(e.agent, "ItemSetAside");
  if (item == nullptr || agent == nullptr) return;
  Expect(item->agent == e.agent, *item, "set aside by someone who does not have it");
  Expect(item->state == ItemState::kActive || item->state == ItemState::kHeld, *item,
         "set aside while there is no contact");
  Expect(item->channel == Channel::kMessage || item->channel == Channel::kEmail, *item,
         "is of a channel that is not set aside");
  Expect(!item->consult && !item->about, *item, "set aside during a consult");
  Expect(e.until == at + queues.at(item->queue).config.conversation_expires, *item,
         "is awaited for another time");
  item->awaited_until = e.until;
  agent->idle_since = at;
  item->state = ItemState::kAwaitingCustomer;
}

void Model::On(const ItemWoken& e, Instant at) {
  ItemPicture* item = Living(e.item, "ItemWoken");
  AgentPicture* agent = Configured(e.agent, "ItemWoken");
  if (item == nullptr || agent == nullptr) return;
  Expect(item->state == ItemState::kAwaitingCustomer && item->agent == e.agent, *item,
         "woken, but not set aside by this agent");
  if (!e.by_agent && !agent->open_for_work()) Fault("an item is woken with one who is not there");
  const RoutingProfile& profile = ProfileOf(*agent);
  item->units = profile.units;
  for (const ChannelCapacity& c : profile.channels) {
    if (c.channel == item->channel) item->units = c.cost;
  }
  item->awaited_until.reset();
  item->accepted = at;
  item->state = ItemState::kActive;
}

void Model::On(const ItemRequeued& e, Instant at) {
  ItemPicture* item = Living(e.item, "ItemRequeued");
  AgentPicture* agent = Configured(e.agent, "ItemRequeued");
  if (item == nullptr || agent == nullptr) return;
  Expect(item->state == ItemState::kAwaitingCustomer && item->agent == e.agent, *item,
         "waits again, but was not set aside by this agent");
  const QueuePicture& queue = queues.at(item->queue);
  Expect(e.due == at + queue.config.answer_within - item->head_start, *item,
         "waits again by another promise than the queue's");
  Expect(e.waits_for_hours == !queue.open, *item, "mistakes the hours");
  Expect(e.kept_until.has_value() == agent->here(), *item, "kept for one who is not here");
  if (e.kept_until) {
    Expect(*e.kept_until == at + queue.config.wake_hold, *item, "kept for another time");
  }
  item->agent.reset();
  item->awaited_until.reset();
  item->due = e.due;
  item->promise_from = at;
  item->not_after.reset();
  item->refusals.clear();
  item->ForgetPreferred();
  BeginStay(*item, at);
  if (e.kept_until) item->keep = Keep{e.agent, e.kept_until, kKeptByWake};
  item->state = e.waits_for_hours ? ItemState::kWaitingForHours : ItemState::kWaiting;
}

}  // namespace wissel::reference
