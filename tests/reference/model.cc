#include "tests/reference/model.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

namespace wissel::reference {
namespace {

void Earliest(std::optional<Instant>& best, Instant t) {
  if (!best || t < *best) best = t;
}

}  // namespace

int Holding::units() const {
  int sum = standing_units;
  for (int u : active_units) sum += u;
  return sum;
}

void Model::Apply(const Event& event) {
  if (event.at < now) Fault("time goes back");
  now = event.at;
  const uint64_t revision_before = revision;
  if (changes_to_come > 0 && std::holds_alternative<OfferMade>(event.body)) {
    Fault("an offer in the midst of changes that are made together");
  }
  std::visit([&](const auto& body) { On(body, event.at); }, event.body);
  if (revision > revision_before && changes_to_come > 0) --changes_to_come;
}

void Model::EndTurns() {
  if (changes_to_come > 0) Fault("changes that were to be made together are missing");
  for (auto& [id, item] : living) item.turns_open = false;
  for (auto& [id, agent] : agents) {
    if (agent.over_by_change) agent.over_by_change = !IsWithinCapacity(agent);
  }
}

bool Model::IsWithinCapacity(const AgentPicture& agent) const {
  const RoutingProfile& profile = ProfileOf(agent);
  const Holding holding = HoldingOf(agent.id);
  std::array<int, kChannelCount> limits = {};
  for (const ChannelCapacity& c : profile.channels) limits[IndexOf(c.channel)] = c.limit;
  for (size_t i = 0; i < limits.size(); ++i) {
    if (holding.items[i] > limits[i]) return false;
  }
  return holding.assigned_units <= profile.units;
}

void Model::NoteChangedCapacity() {
  for (auto& [id, agent] : agents) agent.over_by_change |= !IsWithinCapacity(agent);
}

std::vector<std::string> Model::TakeFaults() { return std::exchange(faults_, {}); }

void Model::Fault(std::string text) { faults_.push_back("shadow model: " + std::move(text)); }

const RoutingProfile& Model::ProfileOf(const AgentPicture& agent) const {
  return profiles.at(agent.config.profile);
}

const Requirement& Model::RequirementOf(const ItemPicture& item) const {
  return requirements.at(item.requirement);
}

Holding Model::HoldingOf(AgentId agent) const {
  Holding holding;
  for (const ItemPicture* item : WorkOf(agent)) {
    const int channel = IndexOf(item->channel);
    const bool frees_all = item->state == ItemState::kWrapping &&
                           !queues.at(item->queue).config.wrap_up.blocks_capacity;
    // It takes no room until its customer writes.
    if (item->state == ItemState::kAwaitingCustomer) continue;
    ++(item->state == ItemState::kOffered ? holding.offered : holding.assigned);
    if (frees_all) continue;
    ++holding.items[channel];
    if (item->state == ItemState::kParked) continue;
    if (item->state == ItemState::kActive) {
      holding.active_units[channel] += item->units;
    } else {
      holding.standing_units += item->units;
    }
    if (item->state != ItemState::kOffered) holding.assigned_units += item->units;
  }
  return holding;
}

QueueHelp Model::HelpOf(const RoutingProfile& profile, QueueId queue, Channel channel) {
  QueueHelp help;
  for (const QueuePreference& preference : profile.queues) {
    if (preference.queue == queue && !preference.channel) help = preference.help;
  }
  for (const QueuePreference& preference : profile.queues) {
    if (preference.queue == queue && preference.channel == channel) help = preference.help;
  }
  return help;
}

std::vector<Duration> Model::DelaysFor(const ItemPicture& item) const {
  std::vector<Duration> delays;
  for (const auto& [id, profile] : profiles) {
    delays.push_back(HelpOf(profile, item.queue, item.channel).delay);
  }
  std::sort(delays.begin(), delays.end());
  return delays;
}

std::optional<Overflow> Model::OverflowOf(const ItemPicture& item) const {
  const std::optional<Overflow>& rule = queues.at(item.queue).config.overflow;
  if (!rule || item.hops >= center.most_hops || !queues.at(rule->queue).open) return std::nullopt;
  return rule;
}

std::vector<const ItemPicture*> Model::WorkOf(AgentId agent) const {
  std::vector<const ItemPicture*> work;
  for (const auto& [id, item] : living) {
    if (item.agent == agent) work.push_back(&item);
  }
  return work;
}

std::optional<Instant> Model::NextDue() const {
  std::optional<Instant> next;
  for (const auto& [id, item] : living) {
    if (item.state == ItemState::kOffered) Earliest(next, item.deadline);
    if (item.state == ItemState::kWrapping && item.wrap_until) Earliest(next, *item.wrap_until);
    if (item.awaited_until) Earliest(next, *item.awaited_until);
    if (item.state == ItemState::kScheduled) Earliest(next, *item.not_before);
    if (item.not_after && IsUntouched(item.state)) Earliest(next, *item.not_after);
    if (item.state != ItemState::kWaiting) continue;
    if (item.keep && item.keep->until) Earliest(next, *item.keep->until);
    if (item.stay && item.stay->until) Earliest(next, *item.stay->until);
    if (item.keep || item.stay) continue;
    for (Duration delay : DelaysFor(item)) {
      if (delay > item.shown) Earliest(next, item.queued_since + delay);
    }
    if (auto rule = OverflowOf(item)) Earliest(next, item.queued_since + rule->after);
    const auto& steps = RequirementOf(item).steps;
    const size_t step = static_cast<size_t>(item.step);
    if (step + 1 < steps.size()) Earliest(next, item.step_since + steps[step].expires_after);
  }
  for (const auto& [id, notice] : notices) {
    if (notice.until) Earliest(next, *notice.until);
  }
  for (const auto& [id, agent] : agents) {
    if (agent.work_kept_until) Earliest(next, *agent.work_kept_until);
  }
  for (const auto& [id, queue] : queues) {
    if (queue.interval) {
      Earliest(next, *queue.interval + queue.config.partner_allocation->interval);
    }
    for (const Opening& opening : queue.openings) {
      if (opening.from > now) Earliest(next, opening.from);
      if (opening.to > now) Earliest(next, opening.to);
    }
  }
  return next;
}

// --- Items

ItemPicture* Model::Living(ItemId id, const char* event) {
  auto it = living.find(id);
  if (it != living.end()) return &it->second;
  Fault(fmt::format("{} of item {}, which does not live", event, id.value()));
  return nullptr;
}

bool Model::Expect(bool condition, const ItemPicture& item, const char* what) {
  if (!condition) {
    Fault(fmt::format("item {} ({}): {}", item.id.value(), static_cast<int>(item.state), what));
  }
  return condition;
}

void Model::On(const ItemEntered& e, Instant at) {
  if (living.contains(e.item) || ended.contains(e.item)) return Fault("an item entered twice");
  if (!queues.contains(e.queue)) return Fault("an item entered no queue");
  if (!requirements.contains(e.requirement)) return Fault("an item entered without a requirement");
  ItemPicture& item = living[e.item];
  item.id = e.item;
  item.queue = e.queue;
  item.requirement = e.requirement;
  item.own_requirement = e.own_requirement;
  item.channel = e.channel;
  item.state = e.waits_for_hours ? ItemState::kWaitingForHours : ItemState::kWaiting;
  item.band = e.band;
  item.entered = at;
  item.due = e.due;
  BeginStay(item, at);
  item.hops = e.hops;
  item.customer = e.customer.empty() ? e.contact : e.customer;
  item.topic = e.topic;
  item.not_before = e.not_before;
  item.not_after = e.not_after;
  item.promise_from = at;
  if (e.not_before && *e.not_before > at) {
    item.promise_from = *e.not_before;
    item.state = ItemState::kScheduled;
    Expect(!e.waits_for_hours, item, "is scheduled and waits for hours");
  }
  item.head_start = e.head_start;
  item.preferred = e.preferred;
  item.fallback = e.fallback;
  item.turns_open = true;
  ++items_entered;
  Expect(e.due == item.promise_from + queues[e.queue].config.answer_within - e.head_start, item,
         "wrong due");
}
void Model::On(const ItemReleased& e, Instant at) {
  ItemPicture* item = Living(e.item, "ItemReleased");
  if (item == nullptr) return;
  const bool scheduled = item->state == ItemState::kScheduled;
  Expect(scheduled || item->state == ItemState::kWaitingForHours, *item,
         "released, but waited for nothing");
  if (scheduled && !item->paused_since) {
    Expect(*item->not_before <= at, *item, "released before its time");
  }
  if (item->paused_since) {
    const Duration paused = at - *item->paused_since;
    item->due = item->due + paused;
    item->promise_from = item->promise_from + paused;
    item->paused_since.reset();
  }
  Expect(e.waits_for_hours == !queues[item->queue].open, *item, "mistakes the hours");
  item->state = e.waits_for_hours ? ItemState::kWaitingForHours : ItemState::kWaiting;
  item->turns_open = true;
  BeginStay(*item, at);
}
void Model::On(const ItemUpdated& e, Instant at) {
  ItemPicture* item = Living(e.item, "ItemUpdated");
  if (item == nullptr) return;
  if (!requirements.contains(e.requirement)) return Fault("updated to no requirement");
  if (item->requirement != e.requirement) {
    item->step = 0;
    item->step_since = at;
  }
  // The promise made at the entry stands, whatever the queue promises by now.
  Expect(e.due == item->due + item->head_start - e.head_start, *item, "wrong due after an update");
  item->band = e.band;
  item->own_requirement = e.own_requirement;
  item->requirement = e.requirement;
  item->head_start = e.head_start;
  item->due = e.due;
}
void Model::On(const StepReached& e, Instant at) {
  ItemPicture* item = Living(e.item, "StepReached");
  if (item == nullptr) return;
  Expect(e.step == item->step + 1, *item, "skipped over a step");
  Expect(e.step < RequirementOf(*item).steps.size(), *item, "reached a step that is not there");
  Expect(item->state == ItemState::kWaiting, *item, "reached a step while it does not wait");
  item->step = e.step;
  item->step_since = at;
}
void Model::On(const ItemKept& e, Instant) {
  ItemPicture* item = Living(e.item, "ItemKept");
  if (item == nullptr || Configured(e.agent, "ItemKept") == nullptr) return;
  Expect(item->state == ItemState::kWaiting, *item, "kept, but does not wait");
  if (e.preference < kKeptByWake) {
    Expect(e.preference < item->Turns().size() && e.preference >= item->next_preference, *item,
           "kept for a preference that is not to come");
    item->next_preference = e.preference + 1u;
  }
  item->keep = Keep{e.agent, e.until, e.preference};
}
void Model::On(const KeepEnded& e, Instant) {
  ItemPicture* item = Living(e.item, "KeepEnded");
  if (item == nullptr) return;
  Expect(item->keep && item->keep->agent == e.agent, *item, "is not kept for that agent");
  item->keep.reset();
  item->turns_open = true;
}

std::vector<PreferredAgent> ItemPicture::Turns() const {
  std::vector<PreferredAgent> turns = preferred;
  if (fallback.kind == FallbackKind::kBackupAgent) {
    turns.push_back({*fallback.agent, fallback.hold_for});
  }
  return turns;
}
void ItemPicture::ForgetPreferred() {
  next_preference = Turns().size();
  keep.reset();
  stay.reset();
  fallback = Fallback();
}
void Model::On(const StayBegun& e, Instant at) {
  ItemPicture* item = Living(e.item, "StayBegun");
  if (item == nullptr) return;
  Expect(item->state == ItemState::kWaiting && !item->keep && !item->stay, *item,
         "begins to stay, but does not wait for everybody");
  Expect(item->fallback.kind == FallbackKind::kStay, *item, "was not to stay");
  const std::optional<Duration>& most = item->fallback.stay_for;
  Expect(e.until == (most ? std::optional(at + *most) : std::nullopt), *item, "stays otherwise");
  item->stay = Stay{e.until};
  item->next_preference = item->Turns().size();
}
void Model::On(const StayEnded& e, Instant at) {
  ItemPicture* item = Living(e.item, "StayEnded");
  if (item == nullptr) return;
  if (!Expect(item->stay.has_value(), *item, "does not stay")) return;
  const bool passed = item->stay->until && *item->stay->until <= at;
  Expect(passed == (e.cause == StayEndCause::kTimePassed), *item, "stays no longer for no reason");
  item->stay.reset();
  item->fallback = Fallback();
}

void Model::End(ItemId id, ItemState state) {
  ended[id] = state;
  living.erase(id);
}
void Model::On(const ItemAbandoned& e, Instant) {
  ItemPicture* item = Living(e.item, "ItemAbandoned");
  if (item == nullptr) return;
  Expect(!item->agent, *item, "abandoned while an agent has it");
  End(e.item, ItemState::kAbandoned);
}
void Model::On(const ItemCancelled& e, Instant) {
  ItemPicture* item = Living(e.item, "ItemCancelled");
  if (item == nullptr) return;
  Expect(!item->agent, *item, "cancelled while an agent has it");
  End(e.item, ItemState::kCancelled);
}

void Model::Refused(ItemPicture& item, AgentId agent, Instant at) {
  Refusal& refusal = item.refusals[agent];
  refusal.agent = agent;
  ++refusal.count;
  refusal.retry_at = at + queues.at(item.queue).config.decline_gap;
}

void Model::LetGo(ItemPicture& item, Instant at) {
  AgentPicture* agent = Configured(*item.agent, "end of work");
  // What was set aside was no work any more.
  const bool worked = item.state != ItemState::kAwaitingCustomer;
  if (agent != nullptr && worked) agent->idle_since = at;
  item.awaited_until.reset();
  item.agent.reset();
  item.wrap_until.reset();
}

void Model::On(const ItemTransferred& e, Instant at) {
  ItemPicture* item = Living(e.item, "ItemTransferred");
  if (item == nullptr) return;
  if (!queues.contains(e.to_queue)) return Fault("transferred to no queue");
  Expect(item->state != ItemState::kOffered, *item, "transferred while offered");
  Expect(item->agent == e.from, *item, "transferred from someone who does not have it");
  Expect(!item->consult, *item, "transferred while the consult goes on");
  item->queue = e.to_queue;
  item->requirement = e.requirement;
  item->own_requirement = e.own_requirement;
  item->due = e.due;
  Expect(e.due == item->promise_from + queues[e.to_queue].config.answer_within - item->head_start,
         *item, "wrong due after a transfer");
  Expect(item->state != ItemState::kScheduled, *item, "transferred while it is scheduled");
  if (item->agent) {
    Refused(*item, *item->agent, at);
    LetGo(*item, at);
    item->not_after.reset();  // it has been answered
  }
  item->state = e.waits_for_hours ? ItemState::kWaitingForHours : ItemState::kWaiting;
  item->ForgetPreferred();
  BeginStay(*item, at);
  if (e.to_agent) item->keep = Keep{*e.to_agent, std::nullopt, kKeptByTransfer};
}
void Model::On(const ItemOverflowed& e, Instant at) {
  ItemPicture* item = Living(e.item, "ItemOverflowed");
  if (item == nullptr) return;
  if (!queues.contains(e.to_queue)) return Fault("overflowed into no queue");
  Expect(item->state == ItemState::kWaiting && !item->keep && !item->stay, *item,
         "overflowed from no line");
  Expect(e.hops == item->hops + 1, *item, "wrong number of hops");
  Expect(e.due == item->promise_from + queues[e.to_queue].config.answer_within - item->head_start,
         *item, "wrong due after an overflow");
  Expect(e.requirement ==
             (item->own_requirement ? item->requirement : queues[e.to_queue].config.requirement),
         *item, "wrong requirement after an overflow");
  item->queue = e.to_queue;
  item->requirement = e.requirement;
  item->due = e.due;
  item->hops = e.hops;
  if (e.cause == OverflowCause::kPreferredPassed) item->ForgetPreferred();
  BeginStay(*item, at);
}
void Model::On(const ItemShown& e, Instant) {
  ItemPicture* item = Living(e.item, "ItemShown");
  if (item == nullptr) return;
  Expect(item->state == ItemState::kWaiting, *item, "shown while it does not wait");
  Expect(e.delay > item->shown, *item, "shown again");
  item->shown = e.delay;
}
void Model::On(const CallbackPromised& e, Instant at) {
  ItemPicture* item = Living(e.item, "CallbackPromised");
  if (item == nullptr) return;
  Expect(item->state == ItemState::kWaiting || item->state == ItemState::kWaitingForHours, *item,
         "promised a callback, but does not wait");
  Expect(!item->customer.empty(), *item, "promised a callback to nobody");
  Expect(e.not_after > at, *item, "promised a callback in the past");
  item->channel = Channel::kCallback;
  item->not_before = e.not_before;
  item->not_after = e.not_after;
  if (!e.not_before || *e.not_before <= at) return;
  item->state = ItemState::kScheduled;
  item->keep.reset();
  item->stay.reset();
}
void Model::On(const ItemPaused& e, Instant at) {
  ItemPicture* item = Living(e.item, "ItemPaused");
  if (item == nullptr) return;
  Expect(item->state == ItemState::kWaiting || item->state == ItemState::kWaitingForHours, *item,
         "paused, but does not wait");
  const Duration longest = queues[item->queue].config.longest_pause;
  Expect(e.until > at && e.until <= at + longest, *item, "paused for too long");
  item->state = ItemState::kScheduled;
  item->not_before = e.until;
  item->paused_since = at;
  item->keep.reset();
  item->stay.reset();
}
void Model::On(const ItemPostponed& e, Instant at) {
  ItemPicture* item = Living(e.item, "ItemPostponed");
  if (item == nullptr) return;
  if (!Expect(item->state == ItemState::kActive && item->agent == e.agent, *item,
              "postponed by someone who does not handle it")) {
    return;
  }
  Expect(e.until > at && e.attempts == item->attempts + 1, *item, "postponed wrongly");
  LetGo(*item, at);
  item->state = ItemState::kScheduled;
  item->not_before = e.until;
  item->attempts = e.attempts;
}
void Model::On(const ItemExpired& e, Instant at) {
  ItemPicture* item = Living(e.item, "ItemExpired");
  if (item == nullptr) return;
  Expect(!item->agent && item->not_after && *item->not_after <= at, *item,
         "expired before its time");
  End(e.item, ItemState::kExpired);
}
void Model::On(const ItemMerged& e, Instant) {
  ItemPicture* item = Living(e.item, "ItemMerged");
  ItemPicture* into = Living(e.into, "ItemMerged");
  if (item == nullptr || into == nullptr) return;
  Expect(!item->agent, *item, "merged while an agent has it");
  Expect(!item->customer.empty() && item->customer == into->customer, *item,
         "merged into another customer's");
  Expect(into->band <= item->band && into->due <= item->due, *into, "lost the place");
  End(e.item, ItemState::kMerged);
}
void Model::On(const ItemInformed& e, Instant) {
  ItemPicture* item = Living(e.item, "ItemInformed");
  if (item == nullptr) return;
  Expect(!item->agent && notices.contains(e.notice), *item, "answered by no notice");
  End(e.item, ItemState::kInformed);
}
void Model::On(const SurgeBegun& e, Instant) { queues.at(e.queue).surge = true; }
void Model::On(const SurgeEnded& e, Instant) { queues.at(e.queue).surge = false; }
void Model::On(const NoticeGiven& e, Instant) { notices[e.notice] = e.content; }
void Model::On(const NoticeWithdrawn& e, Instant) {
  if (notices.erase(e.notice) == 0) Fault("a notice was withdrawn that did not stand");
}
void Model::BeginStay(ItemPicture& item, Instant at) {
  item.step = 0;
  item.step_since = item.queued_since = at;
  item.shown = Duration();
}

void Model::On(const ItemReturned& e, Instant at) {
  ItemPicture* item = Living(e.item, "ItemReturned");
  if (item == nullptr) return;
  if (!Expect(IsWithAgent(item->state) && item->agent == e.agent && !item->consult, *item,
              "returned by someone who does not hold it")) {
    return;
  }
  // A lost connection is nobody's refusal.
  if (e.cause != ReturnCause::kConnectionLost) Refused(*item, e.agent, at);
  if (e.cause == ReturnCause::kNoAnswer) agents[e.agent].not_responding = true;
  LetGo(*item, at);
  item->not_after.reset();
  item->state = ItemState::kWaiting;
  item->turns_open = true;
}

}  // namespace wissel::reference
