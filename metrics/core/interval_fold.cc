#include "metrics/core/interval_fold.h"

#include <utility>
#include <variant>

namespace wissel::metrics {

Instant StartOfInterval(Instant t) {
  const int64_t interval = kInterval.millis();
  return Instant::FromMillis(t.millis() / interval * interval);
}

std::optional<QueueId> ArrivalAt(const ItemEntered& entered, Instant at) {
  const bool later = entered.not_before && *entered.not_before > at;
  if (later || entered.channel == Channel::kOutbound) return std::nullopt;
  return entered.redirected_from.value_or(entered.queue);
}

void IntervalFold::Begin(const Board& board) {
  version_ = board.version();
  last_.clear();
  board.directory().queues.ForEach([&](QueueId id, const QueueConfig&) {
    if (id.value() >= last_.size()) last_.resize(id.value() + 1);
    last_[id.value()] = board.FindQueue(id)->Ever();
  });
  batch_ = IntervalBatch();
  batch_.after = batch_.sequence = board.sequence();
}

void IntervalFold::Count(const Event& event, const Board& after) {
  const Instant start = StartOfInterval(event.at);
  const Directory& directory = after.directory();
  batch_.sequence = after.sequence();
  batch_.alive.insert(start);
  const std::string& zone = directory.center.time_zone;
  if (batch_.time_zone != zone) batch_.time_zone = zone;
  after.ForEachQueueSince(version_, [&](QueueId id) {
    if (id.value() >= last_.size()) last_.resize(id.value() + 1);
    const DayCounters ever = after.FindQueue(id)->Ever();
    DayCounters& last = last_[id.value()];
    if (ever == last) return;
    const DayCounters added = DayCounters(ever) -= last;
    const std::string& name = directory.queues.Get(id).name;
    for (IntervalCounts* counts : {&batch_.queues[{name, start}],
                                   &batch_.channels[{name, after.counted_channel(), start}]}) {
      counts->counters += added;
      counts->waiting = after.FindQueue(id)->waiting;
    }
    last = ever;
  });
  version_ = after.version();
  if (const auto* entered = std::get_if<ItemEntered>(&event.body)) {
    const auto queue = ArrivalAt(*entered, event.at);
    if (queue) CountArrival({*queue, entered->channel, entered->topic, start}, 1, directory);
  }
  if (const auto* consult = std::get_if<ConsultStarted>(&event.body)) {
    const LiveItem& item = *after.FindItem(consult->consult);
    CountArrival({item.queue, item.channel, item.topic, start}, -1, directory);
  }
}

void IntervalFold::CountArrival(const Arrival& arrival, int64_t many, const Directory& directory) {
  const QueueConfig* config = directory.queues.Find(arrival.queue);
  if (config == nullptr) return;
  batch_.queues[{config->name, arrival.start}].arrivals += many;
  batch_.channels[{config->name, arrival.channel, arrival.start}].arrivals += many;
  if (!arrival.topic.empty()) batch_.topics[{config->name, arrival.topic, arrival.start}] += many;
}

IntervalBatch IntervalFold::Take() {
  IntervalBatch next;
  next.after = next.sequence = batch_.sequence;
  next.time_zone = batch_.time_zone;
  return std::exchange(batch_, std::move(next));
}

}  // namespace wissel::metrics
