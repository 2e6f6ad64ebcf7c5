#include "router/service/openings.h"

#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "router/service/hours.h"

namespace wissel {
namespace {

constexpr Duration kRefresh = Duration::Days(1);

}  // namespace

void OpeningsKeeper::Observe(const CommittedBatch& batch, const Engine& engine) {
  const Directory& directory = engine.directory();
  for (const Event& event : batch.events) {
    if (const auto* configured = std::get_if<QueueConfigured>(&event.body)) {
      const QueueConfig* config = directory.queues.Find(configured->id);
      if (config != nullptr && config->hours) Send(configured->id, *config, directory);
    } else if (const auto* deleted = std::get_if<QueueDeleted>(&event.body)) {
      std::lock_guard lock(mutex_);
      sent_.erase(deleted->id);
    } else if (std::holds_alternative<CenterConfigured>(event.body)) {
      // Thousands of queues may follow the center's zone: at the next tick, on its thread.
      std::lock_guard lock(mutex_);
      sent_.clear();
    }
  }
}

void OpeningsKeeper::Tick() {
  const Instant now = shard_.now();
  std::vector<QueueId> due;
  const std::shared_ptr<const Directory> directory = shard_.directory();
  {
    std::lock_guard lock(mutex_);
    directory->queues.ForEach([&](QueueId id, const QueueConfig& config) {
      if (!config.hours) return;
      auto sent = sent_.find(id);
      if (sent == sent_.end() || sent->second + kRefresh <= now) due.push_back(id);
    });
  }
  // Worked out on the sequencer thread, each in a moment of its own: there the hours cannot be
  // older than those that an observer has sent.
  for (const QueueId id : due) {
    shard_.Read([self = shared_from_this(), id](const Engine& engine) {
      const QueueConfig* config = engine.directory().queues.Find(id);
      if (config != nullptr && config->hours) self->Send(id, *config, engine.directory());
    });
  }
}

void OpeningsKeeper::Send(QueueId queue, const QueueConfig& config, const Directory& directory) {
  const Instant now = shard_.now();
  {
    std::lock_guard lock(mutex_);
    sent_[queue] = now;
  }
  SetOpenings command = {queue, ExpandHours(*config.hours, directory.center.time_zone, now)};
  shard_.Submit(
      {std::move(command), std::nullopt},
      [self = shared_from_this(), queue](const absl::StatusOr<Outcome>& outcome, const Engine&) {
        if (outcome.ok()) return;
        // A full inbox, or a queue that has gone: the next tick sees which.
        std::lock_guard lock(self->mutex_);
        self->sent_.erase(queue);
      });
}

}  // namespace wissel
