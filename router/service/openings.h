// Gives the engine the openings of queues with hours, as instants: when a queue's hours change, at
// start, when the center's time zone changes, and every day, so that they reach weeks ahead.
//
// A queue's openings are sent on the sequencer thread as soon as its change is durable and before
// that change is answered: whoever then uses the queue comes after them. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>

#include "base/time.h"
#include "router/service/shard.h"

namespace wissel {

class OpeningsKeeper : public std::enable_shared_from_this<OpeningsKeeper> {
 public:
  explicit OpeningsKeeper(Shard& shard) : shard_(shard) {}

  // The shard's observer.
  void Observe(const CommittedBatch& batch, const Engine& engine);
  // Sends what is due: all at the first call, later those of a day ago and those that failed.
  void Tick();

 private:
  void Send(QueueId queue, const QueueConfig& config, const Directory& directory);

  Shard& shard_;
  std::mutex mutex_;
  std::map<QueueId, Instant> sent_;  // the last that got through, or is on its way
};

}  // namespace wissel
