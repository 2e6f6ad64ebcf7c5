// Opening hours: queues open and close, and what waited for it goes on.
#include <algorithm>

#include "fmt/format.h"
#include "router/core/decider.h"

namespace wissel {

void Decider::TurnHours(QueueId queue) {
  const bool was_open = s_.IsOpen(queue);
  const std::vector<Opening>& openings = s_.queues[queue.value()].openings;
  const bool hours = s_.directory.queues.Get(queue).hours.has_value();
  const bool open = !hours || std::any_of(openings.begin(), openings.end(), [&](const Opening& o) {
    return o.from <= now_ && now_ < o.to;
  });
  if (open && !was_open) Emit(QueueOpened{queue});
  if (!open && was_open) Emit(QueueClosed{queue});
  if (!open) return;
  const auto waiting = s_.lines.WaitingForHours(queue);
  std::vector<Looking> released;
  for (const OrderKey& key : waiting) {
    Emit(ItemReleased{key.id});
    released.push_back({key, true});
  }
  PlaceInOrder(std::move(released));
  if (!was_open) LookWhereItOverflows(queue);
}

// What has waited too long elsewhere, while this queue was closed, may go on now.
void Decider::LookWhereItOverflows(QueueId into) {
  std::vector<Looking> looking;
  s_.directory.queues.ForEach([&](QueueId id, const QueueConfig& queue) {
    if (!queue.overflow || queue.overflow->queue != into) return;
    for (const OrderKey& key : s_.WaitingInOrder(id, s_.lines.WaitingCount(id))) {
      looking.push_back({key, false});
    }
  });
  PlaceInOrder(std::move(looking));
}

Decider::Subject Decider::On(const SetOpenings& c) {
  const QueueConfig* queue = s_.directory.queues.Find(c.queue);
  if (queue == nullptr)
    return Refuse(absl::StatusCode::kNotFound, "queue", "there is no such queue");
  if (!queue->hours) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "queue", "the queue is always open");
  }
  for (size_t i = 0; i < c.openings.size(); ++i) {
    const bool apart = i == 0 || c.openings[i - 1].to <= c.openings[i].from;
    if (c.openings[i].from < c.openings[i].to && apart) continue;
    return RefuseField(fmt::format("openings[{}]", i), "is empty or out of order", "rising, apart");
  }
  Emit(OpeningsSet{c.queue, c.openings});
  TurnHours(c.queue);
  return c.queue.value();
}

}  // namespace wissel
