#include "router/core/state.h"

#include <algorithm>

#include "base/digest.h"
#include "router/core/agent_facts.h"

namespace wissel {
namespace {

uint32_t ItemsIn(const Load& load) {
  uint32_t items = 0;
  for (const int16_t of_channel : load.items) items += static_cast<uint32_t>(of_channel);
  return items;
}

}  // namespace

State::State(EngineOptions options)
    : requests(options.requests_kept, options.requests_kept_for),
      actions(options.actions_kept),
      settlements(options.settlements_kept),
      lines(pools, classes),
      options_(options) {
  queues.resize(1);
  agents.resize(1);
}

const State::AgentRow* State::FindAgent(AgentId id) const {
  return directory.agents.Find(id) == nullptr ? nullptr : &agents[id.value()];
}

bool State::IsOpen(QueueId queue) const {
  return !directory.queues.Get(queue).hours || queues[queue.value()].open;
}

std::optional<RequirementId> State::FindRequirement(const Requirement& requirement) const {
  auto [begin, end] = requirement_by_digest_.equal_range(DigestOf(requirement));
  for (auto it = begin; it != end; ++it) {
    if (pools.RequirementOf(it->second) == requirement) return it->second;
  }
  return std::nullopt;
}

std::optional<PoolMatch> State::MatchOf(const Item& item, AgentId agent) const {
  const AgentRow& row = agents[agent.value()];
  if (!row.pool) return std::nullopt;
  auto match = pools.FindMatch(item.requirement, *row.pool);
  if (!match || match->ring > item.step) return std::nullopt;
  return match;
}

std::optional<PoolMatch> State::MatchOf(const Item& item, const PreferredAgent& preferred) const {
  if (auto match = MatchOf(item, preferred.agent)) return match;
  const AgentRow& row = agents[preferred.agent.value()];
  if (!preferred.skip_skills || !row.pool) return std::nullopt;
  const auto match =
      FindMatchWithoutSkills(RequirementOf(item), item.step, pools.Get(*row.pool).facts);
  if (!match) return std::nullopt;
  return PoolMatch{*row.pool, match->ring, match->score};
}

Staffing State::StaffingOf(QueueId queue) const {
  Staffing staffing;
  const QueueConfig& config = directory.queues.Get(queue);
  for (const PoolMatch& match : pools.MatchesOf(config.requirement)) {
    const Pool& pool = pools.Get(match.pool);
    if (directory.profiles.Get(pool.profile).Find(config.channel) == nullptr) continue;
    staffing.signed_in += pool.signed_in;
    staffing.free += free.CountOf(match.pool, config.channel);
  }
  return staffing;
}

std::vector<OrderKey> State::WaitingInOrder(QueueId queue, size_t limit) const {
  return lines.WaitingInOrder(queue, limit, [this](ItemId id, LineId l, const OrderKey& key) {
    return StillAt(id, l, key);
  });
}

std::vector<OrderKey> State::ItemsOfGroup(LineGroupId group) const {
  return lines.ItemsOf(
      group, [this](ItemId id, LineId l, const OrderKey& key) { return StillAt(id, l, key); });
}

double State::WaitingBefore(LineGroupId group, const OrderKey& key) const {
  return lines.CountBefore(group, key, [this](ItemId id, LineId l, const OrderKey& standing) {
    return StillAt(id, l, standing);
  });
}

void State::Use(RequirementId id, int64_t by) {
  int64_t& uses = requirement_uses[id.value()];
  if (uses == 0) --unused_requirements;
  uses += by;
  if (uses == 0) ++unused_requirements;
  INVARIANT(uses >= 0);
}

void State::AddRequirement(RequirementId id, const Requirement& requirement) {
  requirements[id] = requirement;
  requirement_by_digest_.emplace(DigestOf(requirement), id);
  pools.AddRequirement(id, requirement);
  if (id.value() >= requirement_uses.size()) requirement_uses.resize(id.value() + 1);
  ++unused_requirements;
}

void State::Forget(RequirementId id) {
  auto it = requirements.find(id);
  INVARIANT(it != requirements.end() && requirement_uses[id.value()] == 0);
  auto [begin, end] = requirement_by_digest_.equal_range(DigestOf(it->second));
  for (auto d = begin; d != end; ++d) {
    if (d->second == id) {
      requirement_by_digest_.erase(d);
      break;
    }
  }
  lines.RequirementRemoved(id);
  pools.RemoveRequirement(id);
  requirements.erase(it);
  --unused_requirements;
}

void State::CountShares(QueueId served, const std::vector<QueueId>& stood_by) {
  // Where floors add up to more than there is, debts do not grow for ever.
  constexpr int32_t kMostCredit = 10'000;
  for (QueueId queue : stood_by) {
    int32_t& credit = queues[queue.value()].share_credit;
    credit += directory.queues.Get(queue).share_floor_permille;
    if (queue == served) credit = std::max(credit - 1000, 0);
    credit = std::min(credit, kMostCredit);
  }
}

void State::QueueRow::Follow(const std::optional<PartnerAllocation>& before,
                             const QueueConfig& after) {
  if (!SharesAlike(before, after.partner_allocation))
    return partners.Begin(after.partner_allocation);
  if (!partners.empty()) {
    partners.SetFloor(after.partner_allocation->service_level_floor_permille);
  }
}

void State::CountPartners(const Item& item, AgentId agent, const std::optional<PartnerDue>& due) {
  PartnerBook& book = queues[item.queue.value()].partners;
  if (book.empty()) return;
  // What was answered before and given back has been late or in time already.
  const bool in_time =
      item.answered || now - item.promise_from <= directory.queues.Get(item.queue).answer_within;
  const bool begins = !book.from();
  book.Take(PartnerOf(agent), in_time, due, now);
  if (begins) timers.Add(TimerKind::kPartnersSettle, book.until(), item.queue.value());
}

void State::Put(NoticeId id, const Notice& notice) {
  notices[id] = notice;
  if (notice.until) timers.Add(TimerKind::kNoticeEnds, *notice.until, id.value());
}

void State::RememberCustomer(const Item& item) {
  const std::string& customer = CustomerKey(item);
  if (!customer.empty() && !item.question) by_customer[customer].push_back(item.id);
}

void State::ForgetCustomer(const Item& item) {
  const auto it = by_customer.find(CustomerKey(item));
  if (it == by_customer.end()) return;
  std::erase(it->second, item.id);
  if (it->second.empty()) by_customer.erase(it);
}

void State::CountCallback(ItemTable::Row& row) {
  const Item& item = row.item;
  std::optional<Instant> slot;
  if (item.state == ItemState::kScheduled && item.channel == Channel::kCallback) {
    slot = SlotOf(*item.not_before);
  }
  if (slot == row.slot) return;
  std::map<Instant, int32_t>& callbacks = queues[item.queue.value()].callbacks;
  if (row.slot && --callbacks[*row.slot] == 0) callbacks.erase(*row.slot);
  if (slot) ++callbacks[*slot];
  row.slot = slot;
}

void State::Reindex(ItemTable::Row& row) {
  const Item& item = row.item;
  if (row.slot || item.state == ItemState::kScheduled) CountCallback(row);
  WaitPlace place;
  if (item.state == ItemState::kWaiting) {
    place.queue = item.queue;
    place.order = OrderOf(item);
    if (item.keep) {
      place.kind = WaitPlace::Kind::kKept;
      place.agent = item.keep->agent;
    } else if (item.stay) {
      place.kind = WaitPlace::Kind::kStaying;
    } else {
      place.kind = item.is_picky() ? WaitPlace::Kind::kPicky : WaitPlace::Kind::kPlain;
      place.line = lines.LineFor(item.queue, {classes.Of(item.queue, item.channel), item.channel,
                                              item.requirement, item.step, item.shown});
    }
  } else if (item.state == ItemState::kWaitingForHours) {
    place = {WaitPlace::Kind::kHours, item.queue, LineId(), AgentId(), OrderOf(item)};
  }
  if (place == row.place) return;
  const WaitPlace before = row.place;
  row.place = place;
  lines.Remove(before, item.preferred,
               [this](ItemId id, LineId l, const OrderKey& key) { return StillAt(id, l, key); });
  lines.Add(place, item.preferred);
}

Load State::LoadOf(const AgentState& agent) const {
  Load load;
  for (ItemId id : agent.work) {
    const Item& item = items.Get(id).item;
    const bool wrapping = item.state == ItemState::kWrapping;
    if (item.state == ItemState::kAwaitingCustomer) continue;
    if (wrapping && !directory.queues.Get(item.queue).wrap_up.blocks_capacity) continue;
    ++load.items[IndexOf(item.channel)];
    if (IsAssigned(item.state) && item.state != ItemState::kParked) {
      load.assigned_units += item.units;
    }
    if (item.state == ItemState::kActive) {
      load.active_units[IndexOf(item.channel)] += item.units;
    } else if (item.state != ItemState::kParked) {
      load.fixed_units += item.units;
    }
  }
  return load;
}

void State::Reindex(AgentId id) {
  AgentRow& row = agents[id.value()];
  if (!row.pool) return;
  row.state.load = LoadOf(row.state);
  Recount(id);
  const RoutingProfile& profile = ProfileOf(id);
  const ChannelSet room =
      row.state.open_for_work() ? RoomFor(profile, row.state.load) : ChannelSet();
  free.Set(id, *row.pool, room,
           {LoadPermille(profile, row.state.load), row.state.idle_since,
            directory.agents.Get(id).order, row.state.given});
}

void State::Recount(AgentId id) {
  AgentRow& row = agents[id.value()];
  Pool& pool = pools.Get(*row.pool);
  const bool signed_in = row.state.signed_in() && !row.state.connection_lost();
  const bool present = row.state.open_for_work();
  pool.signed_in += static_cast<uint32_t>(signed_in) - static_cast<uint32_t>(row.counted_signed_in);
  pool.present += static_cast<uint32_t>(present) - static_cast<uint32_t>(row.counted_present);
  const uint32_t busy_with = present ? ItemsIn(row.state.load) : 0;
  pool.busy_with += busy_with - row.counted_busy_with;
  row.counted_signed_in = signed_in;
  row.counted_present = present;
  row.counted_busy_with = busy_with;
}

void State::LeavePool(AgentId id) {
  AgentRow& row = agents[id.value()];
  if (!row.pool) return;
  free.Set(id, *row.pool, ChannelSet(), {});
  Pool& pool = pools.Get(*row.pool);
  pool.signed_in -= static_cast<uint32_t>(row.counted_signed_in);
  pool.present -= static_cast<uint32_t>(row.counted_present);
  pool.busy_with -= row.counted_busy_with;
  row.counted_signed_in = row.counted_present = false;
  row.counted_busy_with = 0;
  if (pools.Leave(*row.pool)) lines.PoolRemoved(*row.pool);
  row.pool.reset();
}

void State::SetPool(AgentId id) {
  const AgentConfig& config = directory.agents.Get(id);
  LeavePool(id);
  const Pools::Joined joined = pools.Join(FactsOf(directory, config), config.profile);
  agents[id.value()].pool = joined.pool;
  if (joined.is_new) lines.PoolAdded(joined.pool);
}

void State::FollowSelection(QueueId id) {
  QueueRow& row = queues[id.value()];
  std::vector<SelectionKey> chain;
  for (SelectionKey key : directory.queues.Get(id).selection) {
    if (std::find(chain.begin(), chain.end(), key) == chain.end()) chain.push_back(key);
  }
  if (chain == row.chain) return;
  row.chain = std::move(chain);
  row.default_chain = row.chain == QueueConfig().selection;
  row.by_weight =
      std::find(row.chain.begin(), row.chain.end(), SelectionKey::kWeighted) != row.chain.end();
  const std::optional<size_t> order = free.FindOrder(FreeAgents::OrderOfChain(row.chain));
  if (order) {
    row.order = *order;
  } else {
    RefreshOrders();
  }
}

// Orders that no queue needs any longer go.
void State::RefreshOrders() {
  std::vector<FreeAgents::Order> orders;
  directory.queues.ForEach([&](QueueId id, const QueueConfig&) {
    const FreeAgents::Order order = FreeAgents::OrderOfChain(queues[id.value()].chain);
    const auto it = std::find(orders.begin(), orders.end(), order);
    queues[id.value()].order = static_cast<size_t>(it - orders.begin());
    if (it == orders.end()) orders.push_back(order);
  });
  free.SetOrders(std::move(orders));
}

void State::MoveBetweenLines() {
  items.ForEachRow([&](ItemTable::Row& row) {
    if (row.item.state != ItemState::kWaiting) return;
    Schedule(row);
    Reindex(row);
  });
}

void State::ScheduleWaiting() {
  items.ForEachRow([&](ItemTable::Row& row) {
    if (row.item.state == ItemState::kWaiting) Schedule(row);
  });
}

void State::Schedule(ItemTable::Row& row) {
  const Item& item = row.item;
  const uint64_t id = item.id.value();
  const auto once = [&](TimerKind kind, Instant due, Instant& set_for) {
    if (due != set_for) timers.Add(kind, due, id);
    set_for = due;
  };
  // Of what does not wait, the hints may be swept away.
  if (item.state != ItemState::kWaiting) row.ForgetTimers();
  if (item.not_after && IsUntouched(item.state)) {
    timers.Add(TimerKind::kExpire, *item.not_after, id);
  }
  if (item.state == ItemState::kScheduled) timers.Add(TimerKind::kRelease, *item.not_before, id);
  if (item.state == ItemState::kOffered) {
    timers.Add(TimerKind::kOfferDeadline, item.decision->deadline, id);
  } else if (item.state == ItemState::kWrapping && item.wrap_until) {
    timers.Add(TimerKind::kWrapUp, *item.wrap_until, id);
  } else if (item.state == ItemState::kAwaitingCustomer) {
    timers.Add(TimerKind::kSilence, *item.awaited_until, id);
  } else if (item.state == ItemState::kWaiting) {
    const Requirement& requirement = RequirementOf(item);
    if (item.keep && item.keep->until) timers.Add(TimerKind::kKeep, *item.keep->until, id);
    if (item.stay && item.stay->until) timers.Add(TimerKind::kKeep, *item.stay->until, id);
    if (item.step + 1u < requirement.steps.size()) {
      once(TimerKind::kStep, item.step_since + requirement.steps[item.step].expires_after,
           row.step_timer);
    }
    if (const std::optional<Duration> delay = NextDelay(item)) {
      once(TimerKind::kShow, item.queued_since + *delay, row.show_timer);
    }
    if (const std::optional<Overflow>& overflow = directory.queues.Get(item.queue).overflow) {
      once(TimerKind::kOverflow, item.queued_since + overflow->after, row.overflow_timer);
    }
    for (const Refusal& refusal : item.refusals) {
      if (refusal.retry_at > now) timers.Add(TimerKind::kRetry, refusal.retry_at, id);
    }
  }
  SweepTimers();
}

void State::SweepTimers() {
  if (!timers.sweep_due()) return;
  const auto in_state = [this](ItemState state) {
    return [this, state](const Timer& timer) {
      const ItemTable::Row* row = items.Find(ItemId(timer.subject));
      return row != nullptr && row->item.state == state;
    };
  };
  timers.Sweep(TimerKind::kOfferDeadline, [this](const Timer& timer) {
    const ItemTable::Row* row = items.Find(ItemId(timer.subject));
    return row != nullptr && row->item.state == ItemState::kOffered &&
           row->item.decision->deadline == timer.due;
  });
  timers.Sweep(TimerKind::kWrapUp, in_state(ItemState::kWrapping));
  timers.Sweep(TimerKind::kSilence, in_state(ItemState::kAwaitingCustomer));
  timers.Sweep(TimerKind::kKeep, in_state(ItemState::kWaiting));
  timers.Sweep(TimerKind::kStep, in_state(ItemState::kWaiting));
  timers.Sweep(TimerKind::kRetry, in_state(ItemState::kWaiting));
  timers.Sweep(TimerKind::kShow, in_state(ItemState::kWaiting));
  timers.Sweep(TimerKind::kOverflow, in_state(ItemState::kWaiting));
  timers.Swept();
}

void State::ForgetOldestEnded() {
  while (ended_order_.size() > options_.ended_items_kept) {
    items.Erase(ended_order_.front());
    ended_order_.pop_front();
  }
}

}  // namespace wissel
