#include "router/core/pace.h"

#include <algorithm>
#include <variant>

#include "router/core/engine.h"

namespace wissel {
namespace {

// How much one promise moves the factor: a hundred of them forget what was learnt before.
constexpr double kGain = 0.05;
constexpr double kSmallestFactor = 0.2;
constexpr double kLargestFactor = 5;

int64_t PieceOf(Instant at) { return at.millis() / Pace::kPiece.millis(); }

}  // namespace

void Stretch::Learn(bool kept) {
  factor_ *= kept ? 1 - kGain * (1 - share_) : 1 + kGain * share_;
  factor_ = std::clamp(factor_, kSmallestFactor, kLargestFactor);
}

Pace::Counts& Pace::Counts::operator+=(const Counts& other) {
  entered += other.entered;
  answered += other.answered;
  abandoned += other.abandoned;
  freed += other.freed;
  rung += other.rung;
  waited += other.waited;
  occupied += other.occupied;
  return *this;
}

Pace::Pace(const Engine& engine) : began_(engine.now()) {
  engine.directory().queues.ForEach([&](QueueId id, const QueueConfig& config) {
    QueueAt(id).wrap_up_blocks = config.wrap_up.blocks_capacity;
  });
  engine.ForEachLivingItem(ItemId(1), [&](const Item& item) {
    Open& open = open_[item.id];
    open.queue = item.queue;
    open.since = item.answered ? item.state_since : item.entered;
    if (item.decision) open.offered = item.decision->at;
    if (item.state == ItemState::kParked) open.parked = item.state_since;
    if (IsAssigned(item.state)) open.occupies_since = item.decision->at;
    if (!item.answered && !item.not_before) open.promise = item.promise;
    return true;
  });
}

void Pace::Fold(const Event& event) {
  if (!began_) began_ = event.at;
  std::visit([&](const auto& body) { On(body, event.at); }, event.body);
}

Pace::Counts Pace::Recent(QueueId queue, Instant now, size_t pieces) const {
  Counts sum;
  if (queue.value() >= queues_.size()) return sum;
  const int64_t last = PieceOf(now);
  for (const Piece& piece : queues_[queue.value()].pieces) {
    if (piece.number > last - static_cast<int64_t>(pieces)) sum += piece.counts;
  }
  return sum;
}

Duration Pace::Covered(Instant now, size_t pieces) const {
  if (!began_) return Duration();
  const int64_t first = PieceOf(now) - static_cast<int64_t>(pieces) + 1;
  return now - std::max(*began_, Instant::FromMillis(first * kPiece.millis()));
}

const Pace::Stretches& Pace::StretchesOf(QueueId queue) const {
  static const Stretches kNone;
  return queue.value() < queues_.size() ? queues_[queue.value()].stretches : kNone;
}

// --- What happens

void Pace::On(const QueueConfigured& e, Instant) {
  QueueAt(e.id).wrap_up_blocks = e.config.wrap_up.blocks_capacity;
}
void Pace::On(const QueueDeleted& e, Instant) { QueueAt(e.id) = OfQueue(); }

void Pace::On(const ItemEntered& e, Instant at) {
  Open& open = open_[e.item];
  open.queue = e.queue;
  if (!e.waits_for_hours) BeginWait(open, e.queue, at);
}

void Pace::On(const ItemReleased& e, Instant at) {
  if (Open* open = Find(e.item)) BeginWait(*open, open->queue, at);
}

void Pace::On(const ItemTransferred& e, Instant at) {
  Open* open = Find(e.item);
  if (open == nullptr) return;
  Free(*open, at);
  open->queue = e.to_queue;
  if (!e.waits_for_hours) BeginWait(*open, e.to_queue, at);
}

void Pace::On(const ItemReturned& e, Instant at) {
  Open* open = Find(e.item);
  if (open == nullptr) return;
  Free(*open, at);
  BeginWait(*open, open->queue, at);
}

void Pace::On(const ItemOverflowed& e, Instant at) {
  Open* open = Find(e.item);
  if (open == nullptr) return;
  open->queue = e.to_queue;
  ++Now(e.to_queue, at).entered;
}

void Pace::On(const ItemAbandoned& e, Instant at) {
  Open* open = Find(e.item);
  if (open == nullptr) return;
  Counts& counts = Now(open->queue, at);
  ++counts.abandoned;
  counts.waited += at - open->since;
  Learn(*open, at, false);
  open_.erase(e.item);
}

void Pace::On(const ItemCancelled& e, Instant) { open_.erase(e.item); }
void Pace::On(const ItemExpired& e, Instant) { open_.erase(e.item); }
void Pace::On(const ItemMerged& e, Instant) { open_.erase(e.item); }
void Pace::On(const ItemInformed& e, Instant) { open_.erase(e.item); }

// Who is called later has been told another time instead.
void Pace::On(const CallbackPromised& e, Instant at) {
  Open* open = Find(e.item);
  if (open != nullptr && e.not_before && *e.not_before > at) open->promise.reset();
}

// Who does not want it now was not told a wrong wait.
void Pace::On(const ItemPaused& e, Instant) {
  if (Open* open = Find(e.item)) open->promise.reset();
}

void Pace::On(const ItemPostponed& e, Instant at) {
  if (Open* open = Find(e.item)) Free(*open, at);
}

void Pace::On(const OfferMade& e, Instant at) {
  if (Open* open = Find(e.item)) open->offered = at;
}

void Pace::On(const OfferAccepted& e, Instant at) {
  Open* open = Find(e.item);
  if (open == nullptr) return;
  Counts& counts = Now(open->queue, at);
  ++counts.answered;
  counts.waited += at - open->since;
  counts.rung += at - open->offered;
  open->occupies_since = open->offered;
  Learn(*open, at, true);
}

void Pace::On(const ItemAssigned& e, Instant at) {
  Open* open = Find(e.item);
  if (open == nullptr) return;
  Counts& counts = Now(open->queue, at);
  ++counts.answered;
  counts.waited += at - open->since;
  open->occupies_since = at;
  Learn(*open, at, true);
}

// What was only offered waited all the while.
void Pace::On(const ItemPulledBack& e, Instant at) {
  Open* open = Find(e.item);
  if (open == nullptr || !open->occupies_since) return;
  Free(*open, at);
  BeginWait(*open, open->queue, at);
}

void Pace::On(const ItemHandedOver& e, Instant at) {
  Open* open = Find(e.item);
  if (open == nullptr) return;
  Free(*open, at);
  open->queue = e.queue;
  open->occupies_since = at;
}

void Pace::On(const ItemSetAside& e, Instant at) {
  if (Open* open = Find(e.item)) Free(*open, at);
}

void Pace::On(const ItemWoken& e, Instant at) {
  if (Open* open = Find(e.item)) open->occupies_since = at;
}

void Pace::On(const ItemRequeued& e, Instant at) {
  Open* open = Find(e.item);
  if (open != nullptr && !e.waits_for_hours) BeginWait(*open, open->queue, at);
}

void Pace::On(const ItemParked& e, Instant at) {
  if (Open* open = Find(e.item)) open->parked = at;
}

void Pace::On(const ItemResumed& e, Instant at) {
  Open* open = Find(e.item);
  if (open == nullptr || !open->occupies_since) return;
  open->occupies_since = *open->occupies_since + (at - open->parked);
}

void Pace::On(const WrapUpStarted& e, Instant at) {
  Open* open = Find(e.item);
  if (open != nullptr && !QueueAt(open->queue).wrap_up_blocks) Free(*open, at);
}

void Pace::On(const ItemCompleted& e, Instant at) {
  Open* open = Find(e.item);
  if (open == nullptr) return;
  Free(*open, at);
  open_.erase(e.item);
}

void Pace::On(const WaitPromised& e, Instant at) {
  if (Open* open = Find(e.item)) open->promise = Promise{at, e.wait};
}

// --- Parts

Pace::OfQueue& Pace::QueueAt(QueueId queue) {
  if (queue.value() >= queues_.size()) queues_.resize(queue.value() + 1);
  return queues_[queue.value()];
}

Pace::Counts& Pace::Now(QueueId queue, Instant at) {
  const int64_t number = PieceOf(at);
  Piece& piece = QueueAt(queue).pieces[static_cast<size_t>(number) % kPieces];
  if (piece.number != number) piece = {number, Counts()};
  return piece.counts;
}

Pace::Open* Pace::Find(ItemId item) {
  auto it = open_.find(item);
  return it == open_.end() ? nullptr : &it->second;
}

void Pace::BeginWait(Open& open, QueueId queue, Instant at) {
  open.since = at;
  ++Now(queue, at).entered;
}

void Pace::Free(Open& open, Instant at) {
  if (!open.occupies_since) return;
  Counts& counts = Now(open.queue, at);
  ++counts.freed;
  counts.occupied += at - *open.occupies_since;
  open.occupies_since.reset();
}

void Pace::Learn(Open& open, Instant at, bool answered) {
  if (!open.promise) return;
  const Duration waited = at - open.promise->at;
  Stretches& stretches = QueueAt(open.queue).stretches;
  const auto learn = [&](Stretch& stretch, Duration told) {
    const PromiseOutcome outcome = OutcomeOf(told, waited, answered);
    if (outcome != PromiseOutcome::kLeft) stretch.Learn(outcome == PromiseOutcome::kKept);
  };
  learn(stretches.p50, open.promise->wait.p50);
  learn(stretches.p80, open.promise->wait.p80);
  open.promise.reset();
}

}  // namespace wissel
