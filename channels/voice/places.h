// What callers who wait are told: their place, and how long it will be. Looked up in the engine for
// all calls at once, on the sequencer thread.
//
// Nobody is told a wait before it is on record that they were (PromiseWait): the first estimate is
// promised, and told at the next look, when the promise is durable.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "router/service/shard.h"
#include "router/service/waits.h"

namespace wissel::voice {

struct Place {
  uint64_t call = 0;
  int64_t place = 0;
  std::optional<std::pair<int64_t, int64_t>> minutes;  // P50 and P80, rounded up
};
using Waiting = std::map<QueueId, std::map<ItemId, uint64_t>>;

std::vector<Place> LookAtPlaces(const Engine& engine, const Waiting& waiting, Shard& shard,
                                const Waits* waits);

}  // namespace wissel::voice
