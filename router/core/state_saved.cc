// A state as one value, and from one: what is saved is facts, everything else follows from them.
#include <algorithm>
#include <utility>

#include "router/core/state.h"

namespace wissel {

SavedState State::Save() const {
  SavedState saved;
  saved.now = now;
  saved.next_item = next_item;
  saved.next_offer = next_offer;
  saved.next_session = next_session;
  saved.next_requirement = next_requirement;
  saved.directory = directory;
  for (const auto& [id, requirement] : requirements) {
    saved.requirements.push_back({id, requirement});
  }
  directory.queues.ForEach([&](QueueId id, const QueueConfig&) {
    const QueueRow& queue = queues[id.value()];
    saved.queues.push_back({id, queue.open, queue.openings, queue.share_credit, queue.surge,
                            queue.partners.accounts(), queue.partners.from(),
                            queue.partners.taken_by_others(), queue.opened_step});
  });
  items.ForEach(ItemId(), [&](const ItemTable::Row& row) {
    saved.items.push_back(row.item);
    return true;
  });
  saved.ended_order.assign(ended_order_.begin(), ended_order_.end());
  directory.agents.ForEach(
      [&](AgentId id, const AgentConfig&) { saved.agents.push_back(agents[id.value()].state); });
  for (const auto& [id, notice] : notices) saved.notices.push_back({id, notice});
  saved.next_notice = next_notice;
  requests.ForEach([&](Instant at, const RequestCarriedOut& request) {
    saved.requests.push_back({at, request});
  });
  saved.actions.assign(actions.oldest_first().begin(), actions.oldest_first().end());
  saved.next_action = actions.next();
  saved.settlements.assign(settlements.oldest_first().begin(), settlements.oldest_first().end());
  saved.next_settlement = settlements.next();
  saved.given_last = given_last;
  return saved;
}

void State::RestorePartners(SavedState::SavedQueue& saved) {
  const std::optional<PartnerAllocation>& allocation =
      directory.queues.Get(saved.queue).partner_allocation;
  if (!allocation) return;
  PartnerBook& book = queues[saved.queue.value()].partners;
  book.Begin(allocation);
  book.Restore(std::move(saved.partner_accounts), saved.partners_from, saved.taken_by_others);
  if (book.from()) {
    timers.Add(TimerKind::kPartnersSettle, book.until(), saved.queue.value());
  }
}

void State::Restore(SavedState saved) {
  now = clock = saved.now;
  next_item = saved.next_item;
  next_offer = saved.next_offer;
  next_session = saved.next_session;
  next_requirement = saved.next_requirement;
  directory = std::move(saved.directory);
  directory.skills.IndexNames();
  directory.teams.IndexNames();
  directory.partners.IndexNames();
  directory.profiles.IndexNames();
  directory.queues.IndexNames();
  directory.agents.IndexNames();
  for (const SavedState::SavedRequirement& r : saved.requirements) {
    AddRequirement(r.id, r.requirement);
  }
  queues.resize(directory.queues.next_id().value());
  directory.queues.ForEach([&](QueueId, const QueueConfig& queue) {
    Use(queue.requirement, 1);
    share_floors += queue.share_floor_permille > 0 ? 1 : 0;
  });
  for (SavedState::SavedQueue& o : saved.queues) {
    queues[o.queue.value()].open = o.open;
    queues[o.queue.value()].share_credit = o.share_credit;
    queues[o.queue.value()].surge = o.surge;
    queues[o.queue.value()].openings = std::move(o.openings);
    queues[o.queue.value()].opened_step = o.opened_step;
    RestorePartners(o);
    for (const Opening& opening : queues[o.queue.value()].openings) {
      timers.Add(TimerKind::kQueueHours, opening.from, o.queue.value());
      timers.Add(TimerKind::kQueueHours, opening.to, o.queue.value());
    }
  }
  directory.queues.ForEach([&](QueueId id, const QueueConfig&) { FollowSelection(id); });
  classes.RefreshAll(directory);
  for (Item& item : saved.items) {
    ItemTable::Row& row = items.Insert(item.id);
    row.item = std::move(item);
    // Of a state saved before these were kept.
    if (row.item.promise_from == Instant()) row.item.promise_from = row.item.entered;
    if (row.item.queued_since == Instant()) row.item.queued_since = row.item.entered;
    if (IsEnded(row.item.state)) continue;
    Use(row.item.requirement, 1);
    ++queues[row.item.queue.value()].living;
    RememberCustomer(row.item);
    Schedule(row);
    Reindex(row);
  }
  ended_order_.assign(saved.ended_order.begin(), saved.ended_order.end());
  agents.resize(directory.agents.next_id().value());
  for (AgentState& agent : saved.agents) {
    const AgentId id = agent.id;
    if (agent.work_kept_until)
      timers.Add(TimerKind::kReconnect, *agent.work_kept_until, id.value());
    agents[id.value()].state = std::move(agent);
    SetPool(id);
    Reindex(id);
  }
  next_notice = saved.next_notice;
  for (const NoticeGiven& given : saved.notices) Put(given.notice, given.content);
  for (const SavedState::SavedRequest& r : saved.requests) requests.Remember(r.at, r.request);
  for (RecordedAction& action : saved.actions) actions.Restore(std::move(action));
  actions.set_next(saved.next_action);
  for (RecordedSettlement& s : saved.settlements) settlements.Restore(std::move(s));
  settlements.set_next(saved.next_settlement);
  given_last = saved.given_last;
}

}  // namespace wissel
