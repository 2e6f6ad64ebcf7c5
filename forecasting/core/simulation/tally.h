// What is counted of a simulated time. Contacts count where and when they came; those that came
// last are followed to their end. Plain values; they add up.
#pragma once

#include <cstdint>
#include <vector>

#include "forecasting/core/staffing/fewest.h"

namespace wissel::simulation {

struct QueueTally {
  int64_t offered = 0;  // blocked and refused included
  int64_t blocked = 0;  // no line was free
  int64_t refused = 0;  // by a rule of the engine
  int64_t answered = 0;
  int64_t in_time = 0;  // answered within the threshold
  int64_t delayed = 0;  // answered, but not at once
  int64_t abandoned = 0;
  int64_t abandoned_in_time = 0;  // within the threshold
  int64_t short_abandoned = 0;
  int64_t otherwise = 0;  // ended in no other way, or waiting when the simulation ended
  int64_t answered_wait_ms = 0;
  int64_t abandoned_wait_ms = 0;
  int64_t handled_ms = 0;

  int64_t accepted() const { return offered - blocked; }
  QueueTally& operator+=(const QueueTally& other);
};

struct GroupTally {
  int64_t busy_ms = 0;
  int64_t staffed_ms = 0;
  GroupTally& operator+=(const GroupTally& other);
};

// Of one batch or interval: by queue, by group.
struct Tally {
  std::vector<QueueTally> queues;
  std::vector<GroupTally> groups;
  Tally& operator+=(const Tally& other);
};

// Numerator and denominator of a service level: of all offered, blocked and refused included.
struct Level {
  double good = 0;
  double all = 0;
};
Level LevelOf(const QueueTally& tally, staffing::ServiceLevel variant);

}  // namespace wissel::simulation
