#include "channels/voice/places.h"

#include <algorithm>

namespace wissel::voice {
namespace {

// Who is further back is told nothing yet.
constexpr size_t kPlacesTold = 1'000;
// Estimates further back cost more than they say.
constexpr int64_t kEstimated = 50;
constexpr int64_t kMinute = 60'000;

std::optional<std::pair<int64_t, int64_t>> MinutesFor(const Engine& engine, ItemId item,
                                                      Shard& shard,
                                                      const WaitEstimator& estimator) {
  const WaitAnswer answer = estimator.OfItem(item);
  if (!answer.wait) return std::nullopt;
  if (!engine.FindItem(item)->promise) {
    // Refused, it no longer waits, and there is nothing to be told.
    shard.Submit(Command{PromiseWait{item, *answer.wait}, std::nullopt, ""},
                 [](const absl::StatusOr<Outcome>&, const Engine&) {});
    return std::nullopt;
  }
  const auto up = [](Duration d) {
    return std::max<int64_t>(1, (d.millis() + kMinute - 1) / kMinute);
  };
  return std::pair(up(answer.wait->p50), up(answer.wait->p80));
}

}  // namespace

std::vector<Place> LookAtPlaces(const Engine& engine, const Waiting& waiting, Shard& shard,
                                const Waits* waits) {
  std::vector<Place> places;
  for (const auto& [queue, calls] : waiting) {
    int64_t place = 0;
    for (ItemId item : engine.WaitingInOrder(queue, kPlacesTold)) {
      ++place;
      const auto it = calls.find(item);
      if (it == calls.end()) continue;
      Place& told = places.emplace_back(Place{it->second, place, std::nullopt});
      if (waits == nullptr || place > kEstimated) continue;
      told.minutes = MinutesFor(engine, item, shard, waits->In(engine));
    }
  }
  return places;
}

}  // namespace wissel::voice
