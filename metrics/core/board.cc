#include "metrics/core/board.h"

#include <algorithm>
#include <variant>

#include "base/invariant.h"

namespace wissel::metrics {

Board::Board(const Engine& engine, uint64_t sequence)
    : sequence_(sequence),
      version_(1),
      day_start_(engine.now()),
      advanced_to_(engine.now()),
      directory_(engine.directory()),
      forgotten_sequence_(sequence),
      actions_(engine.actions().next() - 1) {
  directory_.queues.ForEach([&](QueueId id, const QueueConfig&) {
    PutQueue(id, engine.IsOpen(id));
    Get(id).row.surge = engine.IsInSurge(id);
    Get(id).row.opened_step = engine.OpenedStep(id).value_or(0);
  });
  directory_.agents.ForEach([&](AgentId id, const AgentConfig&) {
    PutAgent(id);
    const AgentState& state = *engine.FindAgent(id);
    AgentRow& row = Get(id);
    SetPresence(row, state.presence);
    row.not_responding = state.not_responding;
    row.connection_lost = state.connection_lost();
    row.away_reason = state.away_reason;
    row.presence_since = state.presence_since;
    row.idle_since = state.idle_since;
    row.work = state.work;
  });
  engine.ForEachLivingItem(ItemId(1), [&](const Item& from) {
    LiveItem& item = items_[from.id];
    item.queue = from.queue;
    item.topic = from.topic;
    item.requirement = from.requirement;
    item.channel = from.channel;
    item.band = from.band;
    item.step = from.step;
    for (const Decision& decision : from.past_decisions) {
      item.refusals +=
          decision.outcome == OfferOutcome::kDeclined || decision.outcome == OfferOutcome::kMissed;
    }
    item.units = from.units;
    item.entered = from.entered;
    item.due = from.due;
    item.wait_from =
        from.answered && !IsWithAgent(from.state) ? from.state_since : from.promise_from;
    item.agent = from.agent();
    if (from.keep) item.kept_for = from.keep->agent;
    if (!from.answered && !from.not_before) item.promise = from.promise;
    item.state = ItemState::kWaiting;
    if (from.consult) {
      item.consult = from.consult->item;
      item.conference = from.consult->conference;
    }
    if (from.question) item.asks_about = from.question->item;
    if (IsWithAgent(from.state)) {
      item.accepted = *from.accepted;
      item.handling_since = from.state == ItemState::kParked ? from.state_since : *from.accepted;
      QueueRow& row = Get(from.queue).row;
      ++(from.state == ItemState::kAwaitingCustomer ? row.awaiting_customer
         : from.state == ItemState::kWrapping       ? row.wrapping
                                                    : row.active);
    } else if (from.state == ItemState::kScheduled) {
      ++Get(from.queue).row.scheduled;
      item.paused = from.paused;
    } else {
      BeginStay(from.id, item, from.queue);
      if (from.state == ItemState::kOffered) ++Get(from.queue).row.offered_now;
    }
    item.state = from.state;
    item.state_since = from.state_since;
    const WrapUp& wrap_up = directory_.queues.Get(from.queue).wrap_up;
    CountUnits(item, from.state == ItemState::kWrapping
                         ? wrap_up.blocks_capacity
                         : from.state == ItemState::kOffered ||
                               (IsAssigned(from.state) && from.state != ItemState::kParked));
    return true;
  });
}

void Board::Fold(uint64_t sequence, const Event& event) {
  INVARIANT(sequence == sequence_ + 1);
  sequence_ = sequence;
  ++version_;
  std::visit([&](const auto& body) { On(body, event.at); }, event.body);
}

void Board::StartDay(Instant start) {
  ++version_;
  day_start_ = start;
  for (uint32_t i = 0; i < queues_.size(); ++i) {
    if (!queues_[i]) continue;
    QueueRow& row = queues_[i]->row;
    row.earlier += row.today;
    row.today = DayCounters();
    row.today.offered = row.waiting;
    row.earlier -= row.today;
    TouchQueue(QueueId(i));
  }
  for (uint32_t i = 0; i < agents_.size(); ++i) {
    if (!agents_[i] || agents_[i]->completed == 0) continue;
    agents_[i]->completed = 0;
    TouchAgent(AgentId(i));
  }
}

void Board::Advance(Instant now) {
  if (now <= advanced_to_) return;
  advanced_to_ = now;
  if (promised_.empty() || promised_.begin()->first >= now) return;
  ++version_;
  while (!promised_.empty() && promised_.begin()->first < now) {
    LiveItem& item = items_.find(promised_.begin()->second)->second;
    promised_.erase(promised_.begin());
    item.overdue = true;
    ++Get(item.queue).row.overdue;
    TouchQueue(item.queue);
  }
}

void Board::SetStaffing(QueueId id, const Staffing& staffing) {
  if (FindQueue(id) == nullptr) return;
  QueueRow& row = Get(id).row;
  const bool same = row.agents_signed_in == staffing.signed_in && row.agents_free == staffing.free;
  if (same && row.staffing_known) return;
  ++version_;
  row.staffing_known = true;
  row.agents_signed_in = staffing.signed_in;
  row.agents_free = staffing.free;
  TouchQueue(id);
}

void Board::SetWait(QueueId id, const std::optional<WaitEstimate>& wait) {
  if (FindQueue(id) == nullptr || Get(id).row.wait == wait) return;
  ++version_;
  Get(id).row.wait = wait;
  TouchQueue(id);
}

// --- Reading

const QueueRow* Board::FindQueue(QueueId id) const {
  const bool has = id.value() < queues_.size() && queues_[id.value()];
  return has ? &queues_[id.value()]->row : nullptr;
}

const AgentRow* Board::FindAgent(AgentId id) const {
  const bool has = id.value() < agents_.size() && agents_[id.value()];
  return has ? &*agents_[id.value()] : nullptr;
}

const LiveItem* Board::FindItem(ItemId id) const {
  auto it = items_.find(id);
  return it == items_.end() ? nullptr : &it->second;
}

std::vector<ItemId> Board::FirstWaiting(QueueId id, size_t limit) const {
  if (FindQueue(id) == nullptr) return {};
  return queues_[id.value()]->waiting.First(limit);
}

std::optional<Instant> Board::LongestWaitingSince(QueueId id) const {
  if (FindQueue(id) == nullptr) return std::nullopt;
  return queues_[id.value()]->waiting.FirstEntry();
}

std::optional<Instant> Board::NextDue(QueueId id) const {
  if (FindQueue(id) == nullptr) return std::nullopt;
  return queues_[id.value()]->waiting.FirstDue();
}

std::optional<uint64_t> Board::RankOf(ItemId id) const {
  const LiveItem* item = FindItem(id);
  if (item == nullptr || !item->waits()) return std::nullopt;
  return queues_[item->queue.value()]->waiting.RankOf({item->band, item->due, id});
}

int64_t Board::WaitingOnTopic(QueueId id, const std::string& topic) const {
  if (FindQueue(id) == nullptr) return 0;
  const auto& topics = queues_[id.value()]->topics;
  auto it = topics.find(topic);
  return it == topics.end() ? 0 : it->second;
}

uint64_t Board::WaitingVersion(QueueId id) const {
  return FindQueue(id) == nullptr ? version_ : queues_[id.value()]->waiting_version;
}

std::optional<uint64_t> Board::VersionToResume(uint64_t sequence) const {
  if (sequence == 0 || sequence < forgotten_sequence_ || sequence > sequence_) return std::nullopt;
  uint64_t version =
      std::max(queue_order_.VersionBefore(sequence), agent_order_.VersionBefore(sequence));
  for (const Removal& removal : removals_) {
    if (removal.stamp.sequence < sequence) version = std::max(version, removal.stamp.version);
  }
  return version;
}

// --- Configuration

void Board::On(const CenterConfigured& e, Instant) { directory_.center = e.config; }
void Board::On(const TeamConfigured& e, Instant) { directory_.teams.Put(e.id, e.config); }
void Board::On(const TeamDeleted& e, Instant) { directory_.teams.Remove(e.id); }
void Board::On(const PartnerConfigured& e, Instant) { directory_.partners.Put(e.id, e.config); }
void Board::On(const PartnerDeleted& e, Instant) { directory_.partners.Remove(e.id); }

void Board::On(const QueueConfigured& e, Instant) {
  const QueueConfig* before = directory_.queues.Find(e.id);
  if (before != nullptr && before->name != e.config.name) Forget("queues/" + before->name);
  const bool had_hours = before != nullptr && before->hours;
  const bool blocked = before != nullptr && before->wrap_up.blocks_capacity;
  if (before == nullptr) PutQueue(e.id, true);
  directory_.queues.Put(e.id, e.config);
  // A queue that gets hours is closed until its openings are worked out.
  if (!e.config.hours) Get(e.id).row.open = true;
  if (e.config.hours && !had_hours) Get(e.id).row.open = false;
  if (Get(e.id).row.wrapping > 0 && blocked != e.config.wrap_up.blocks_capacity) {
    for (auto& [id, item] : items_) {
      if (item.queue != e.id || item.state != ItemState::kWrapping) continue;
      CountUnits(item, e.config.wrap_up.blocks_capacity);
      TouchAgent(item.agent);
    }
  }
  TouchQueue(e.id);
}

void Board::On(const QueueDeleted& e, Instant) {
  Forget("queues/" + directory_.queues.Get(e.id).name);
  directory_.queues.Remove(e.id);
  queues_[e.id.value()].reset();
  queue_order_.Remove(e.id.value());
}

void Board::On(const QueueOpened& e, Instant) {
  Get(e.queue).row.open = true;
  TouchQueue(e.queue);
}

void Board::On(const QueueClosed& e, Instant) {
  Get(e.queue).row.open = false;
  TouchQueue(e.queue);
}

// --- Parts

LiveItem& Board::Get(ItemId id) {
  auto it = items_.find(id);
  INVARIANT(it != items_.end());
  return it->second;
}

Board::Queue& Board::Get(QueueId id) {
  INVARIANT(FindQueue(id) != nullptr);
  return *queues_[id.value()];
}

AgentRow& Board::Get(AgentId id) {
  INVARIANT(FindAgent(id) != nullptr);
  return *agents_[id.value()];
}

void Board::TouchQueue(QueueId id) { queue_order_.Touch(id.value(), {version_, sequence_}); }
void Board::TouchAgent(AgentId id) { agent_order_.Touch(id.value(), {version_, sequence_}); }

void Board::Forget(std::string name) {
  removals_.push_back({{version_, sequence_}, std::move(name)});
  if (removals_.size() <= kRemovalsKept) return;
  forgotten_sequence_ = removals_.front().stamp.sequence;
  removals_.pop_front();
}

void Board::PutQueue(QueueId id, bool open) {
  if (id.value() >= queues_.size()) queues_.resize(id.value() + 1);
  queues_[id.value()].emplace();
  queues_[id.value()]->row.open = open;
  TouchQueue(id);
}

}  // namespace wissel::metrics
