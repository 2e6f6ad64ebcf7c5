// What a manager does over the head of the rules, as the shadow model sees it.
#include <algorithm>

#include "tests/reference/model.h"

namespace wissel::reference {
namespace {

constexpr Duration kLeastGap = Duration::Seconds(5);

}  // namespace

// No skill, presence or capacity is asked for: only that the agent is here.
void Model::On(const ItemAssigned& e, Instant at) {
  ItemPicture* item = Living(e.item, "ItemAssigned");
  AgentPicture* agent = Configured(e.agent, "ItemAssigned");
  if (item == nullptr || agent == nullptr) return;
  if (e.offer <= last_offer) Fault("an offer's number is used again");
  last_offer = e.offer;
  Expect(item->state == ItemState::kWaiting || item->state == ItemState::kWaitingForHours, *item,
         "assigned by force, but does not wait");
  Expect(!item->agent, *item, "has a second holder");
  if (!agent->here()) Fault("an item is assigned to one who is not here");
  const RoutingProfile& profile = ProfileOf(*agent);
  item->units = profile.units;  // of a channel that the profile does not take
  for (const ChannelCapacity& c : profile.channels) {
    if (c.channel == item->channel) item->units = c.cost;
  }
  item->ForgetPreferred();
  item->state = ItemState::kActive;
  item->agent = e.agent;
  item->offer = e.offer;
  item->accepted = at;
  item->partner_due = e.partner_due;
  CountPartners(*item, at);
  agent->over_by_change |= !IsWithinCapacity(*agent);
}

void Model::On(const ItemPulledBack& e, Instant at) {
  ItemPicture* item = Living(e.item, "ItemPulledBack");
  if (item == nullptr || Configured(e.agent, "ItemPulledBack") == nullptr) return;
  Expect(item->state != ItemState::kWaitingForHours && item->state != ItemState::kWrapping, *item,
         "taken back from nobody, or after its end");
  // Nobody's refusal: it is not counted, and after the gap the agent is like any other.
  Refusal& gap = item->refusals[e.agent];
  gap.agent = e.agent;
  gap.retry_at = at + std::max(queues.at(item->queue).config.decline_gap, kLeastGap);
  if (item->agent) {
    Expect(item->agent == e.agent, *item, "taken back from someone who does not have it");
    LetGo(*item, at);
    item->not_after.reset();
  }
  item->state = ItemState::kWaiting;
  item->turns_open = true;
}

void Model::On(const ActionTaken& e, Instant) {
  if (e.by.empty() || e.subjects.empty()) Fault("an action of nobody, or about nothing");
  ++actions;
}

}  // namespace wissel::reference
