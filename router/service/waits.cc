#include "router/service/waits.h"

#include <utility>

#include "router/service/convert_basics.h"

namespace wissel {

Waits::Waits(Shard& shard, Pace pace)
    : shard_(shard), pace_(std::make_shared<Pace>(std::move(pace))) {
  shard.AddObserver([pace = pace_](const CommittedBatch& batch, const Engine&) {
    for (const Event& event : batch.events) pace->Fold(event);
  });
}

WaitEstimator Waits::In(const Engine& engine) const {
  return WaitEstimator(engine, *pace_, shard_.now());
}

void Waits::Prepare(const Engine& engine, Instant now, CommandBody& command) const {
  if (auto* create = std::get_if<CreateItem>(&command)) AddWaits(engine, *pace_, now, *create);
}

void WriteEstimate(const WaitEstimate& wait, v1::EstimatedWait* out) {
  WriteDuration(wait.p50, out->mutable_p50());
  WriteDuration(wait.p80, out->mutable_p80());
}

}  // namespace wissel
