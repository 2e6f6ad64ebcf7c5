#include "forecasting/core/tally.h"

#include <algorithm>
#include <string>
#include <utility>

namespace wissel::forecasting {

std::optional<double> Interval::ServiceLevel() const {
  const int64_t counted = answered + abandoned - short_abandoned;
  if (counted <= 0) return std::nullopt;
  return static_cast<double>(in_time) / static_cast<double>(counted);
}

std::optional<double> Interval::MeanWaitSeconds() const {
  if (answered == 0) return std::nullopt;
  return waited.seconds() / static_cast<double>(answered);
}

std::optional<double> Figures::WaitSeconds(int permille) const {
  if (waits_ms.empty()) return std::nullopt;
  const size_t rank = (waits_ms.size() * static_cast<size_t>(permille) + 999) / 1000;
  return waits_ms[std::max<size_t>(rank, 1) - 1] / 1000.0;
}

Tally::Tally(const Engine& engine, Instant from, Duration every)
    : from_(from), at_(from), every_(every) {
  engine.directory().queues.ForEach(
      [this](QueueId id, const QueueConfig& config) { SetRules(id, config); });
  engine.directory().agents.ForEach([&](AgentId id, const AgentConfig&) {
    const AgentState& agent = *engine.FindAgent(id);
    Person& person = Turn(id);
    person.available = agent.presence == Presence::kAvailable;
    person.leaving = agent.queued.has_value();
    person.lost = agent.connection_lost();
  });
  engine.ForEachLivingItem(ItemId(), [this](const Item& item) {
    TakeUp(item);
    return true;
  });
}

void Tally::TakeUp(const Item& item) {
  Living& living = items_[item.id];
  seen_.push_back(item.id);
  living.agent = item.agent();
  if (item.state == ItemState::kScheduled) {
    living.queue = item.queue;
    living.scheduled = true;
    return;
  }
  if (!IsWithAgent(item.state)) {
    return BeginStay(living, item.queue, item.answered ? item.state_since : item.entered);
  }
  living.queue = item.queue;
  living.waits = false;
  const bool stands =
      item.state == ItemState::kParked || item.state == ItemState::kAwaitingCustomer;
  if (!stands) StartWork(living);
}

void Tally::Fold(const Event& event) {
  at_ = event.at;
  ++events_;
  std::visit([this](const auto& e) { On(e); }, event.body);
}

void Tally::Finish(Instant until) {
  at_ = until;
  for (ItemId id : seen_) {
    if (auto item = items_.find(id); item != items_.end()) StopWork(item->second);
  }
  for (uint32_t agent = 0; agent < people_.size(); ++agent) Turn(AgentId(agent));
  std::sort(all_.waits_ms.begin(), all_.waits_ms.end());
  for (auto& [id, queue] : queues_) std::sort(queue.waits_ms.begin(), queue.waits_ms.end());
}

std::string Tally::NameOf(QueueId queue) const {
  return "queues/" + (queue.value() < rules_.size() ? rules_[queue.value()].name : "");
}

std::optional<double> Tally::Occupancy() const {
  if (staffed_ == Duration()) return std::nullopt;
  return busy_.seconds() / staffed_.seconds();
}

std::optional<double> Tally::OccupancyOf(QueueId queue) const {
  auto it = queues_.find(queue);
  if (it == queues_.end() || staffed_ == Duration()) return std::nullopt;
  return it->second.handled.seconds() / staffed_.seconds();
}

void Tally::SetRules(QueueId queue, const QueueConfig& config) {
  if (queue.value() >= rules_.size()) rules_.resize(queue.value() + 1);
  rules_[queue.value()] = {config.name, config.answer_within, config.short_abandon};
}

template <class Change>
void Tally::Count(const Living& item, Change change) {
  for (Figures* figures : {&all_, &queues_[item.queue]}) {
    change(figures->total);
    if (figures->intervals.size() <= item.interval) figures->intervals.resize(item.interval + 1);
    change(figures->intervals[item.interval]);
  }
}

void Tally::BeginStay(Living& item, QueueId queue, Instant wait_began) {
  item.queue = queue;
  item.waits = true;
  item.scheduled = false;
  item.wait_began = wait_began;
  item.interval = static_cast<uint32_t>((at_ - from_).millis() / every_.millis());
  Count(item, [](Interval& i) { ++i.offered; });
}

void Tally::On(const ItemEntered& e) {
  Living& item = items_[e.item];
  seen_.push_back(e.item);
  item.queue = e.queue;
  item.scheduled = e.not_before && *e.not_before > at_;
  if (!item.scheduled) BeginStay(item, e.queue, at_);
}

void Tally::On(const ItemTransferred& e) {
  Living& item = items_.at(e.item);
  const bool waited = item.waits;
  StopWork(item);
  if (waited && item.queue == e.to_queue) return;
  BeginStay(item, e.to_queue, waited ? item.wait_began : at_);
}

void Tally::On(const ItemOverflowed& e) {
  Living& item = items_.at(e.item);
  BeginStay(item, e.to_queue, item.wait_began);
}

// What was only offered waits already.
void Tally::On(const ItemPulledBack& e) {
  Living& item = items_.at(e.item);
  if (item.waits) return;
  StopWork(item);
  BeginStay(item, item.queue, at_);
}

void Tally::On(const ItemReturned& e) {
  Living& item = items_.at(e.item);
  StopWork(item);
  BeginStay(item, item.queue, at_);
}

void Tally::On(const ItemHandedOver& e) {
  Living& item = items_.at(e.item);
  StopWork(item);
  item.queue = e.queue;
  item.agent = e.to;
  StartWork(item);
}

void Tally::On(const ItemAbandoned& e) {
  Living& item = items_.at(e.item);
  const bool is_short = at_ - item.wait_began < rules_[item.queue.value()].short_abandon;
  Count(item, [is_short](Interval& i) {
    ++i.abandoned;
    i.short_abandoned += is_short;
  });
  items_.erase(e.item);
}

// A stay that ends otherwise.
void Tally::Drop(ItemId id) {
  StopWork(items_.at(id));
  items_.erase(id);
}

// What was scheduled is offered to its queue from now on.
void Tally::On(const ItemReleased& e) {
  Living& item = items_.at(e.item);
  if (!std::exchange(item.scheduled, false)) return;
  BeginStay(item, item.queue, at_);
}

void Tally::On(const CallbackPromised& e) {
  if (e.not_before && *e.not_before > at_) items_.at(e.item).scheduled = true;
}

void Tally::On(const ItemPostponed& e) {
  Living& item = items_.at(e.item);
  StopWork(item);
  item.scheduled = true;
}

void Tally::Answered(ItemId id, AgentId agent) {
  Living& item = items_.at(id);
  const Duration wait = at_ - item.wait_began;
  const bool in_time = wait <= rules_[item.queue.value()].answer_within;
  Count(item, [=](Interval& i) {
    ++i.answered;
    i.in_time += in_time;
    i.waited += wait;
  });
  for (Figures* figures : {&all_, &queues_[item.queue]}) {
    figures->waits_ms.push_back(static_cast<uint32_t>(wait.millis()));
  }
  item.waits = false;
  item.agent = agent;
  StartWork(item);
}

void Tally::On(const ItemCompleted& e) {
  Living& item = items_.at(e.item);
  StopWork(item);
  ++all_.completed;
  ++queues_[item.queue].completed;
  items_.erase(e.item);
}

void Tally::On(const PresenceChanged& e) {
  Person& person = Turn(e.agent);
  person.available = e.presence == Presence::kAvailable;
  person.leaving = false;
  if (e.presence == Presence::kOffline) person.lost = false;
}

Tally::Person& Tally::Turn(AgentId agent) {
  if (agent.value() >= people_.size()) people_.resize(agent.value() + 1);
  Person& person = people_[agent.value()];
  const Duration time = at_ - person.since;
  if (person.staffed()) staffed_ += time;
  if (person.working > 0) busy_ += time;
  person.since = at_;
  return person;
}

void Tally::StartWork(Living& item) {
  item.works = true;
  item.works_since = at_;
  ++Turn(item.agent).working;
}

void Tally::StopWork(Living& item) {
  if (!item.works) return;
  item.works = false;
  const Duration worked = at_ - item.works_since;
  all_.handled += worked;
  queues_[item.queue].handled += worked;
  --Turn(item.agent).working;
}

}  // namespace wissel::forecasting
