// How long items will wait, over a shard: keeps the pace of what became durable, for whoever asks.
//
// Construct before the shard is started (it adds an observer), before those who ask. `In` belongs
// to the sequencer thread: call it in a callback of the shard, with the engine given there.
#pragma once

#include <memory>

#include "router/core/pace.h"
#include "router/core/wait_estimate.h"
#include "router/service/shard.h"
#include "wissel/v1/common.pb.h"

namespace wissel {

class Waits {
 public:
  // `pace` as of the engine that the shard begins with.
  Waits(Shard& shard, Pace pace);

  // Lives no longer than the callback.
  WaitEstimator In(const Engine& engine) const;
  // On the sequencer thread: what gates by estimated wait look at goes with a new item.
  void Prepare(const Engine& engine, Instant now, CommandBody& command) const;

 private:
  const Shard& shard_;
  const std::shared_ptr<Pace> pace_;
};

void WriteEstimate(const WaitEstimate& wait, v1::EstimatedWait* out);

}  // namespace wissel
