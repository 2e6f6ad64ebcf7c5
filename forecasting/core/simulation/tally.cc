#include "forecasting/core/simulation/tally.h"

#include <algorithm>

namespace wissel::simulation {

QueueTally& QueueTally::operator+=(const QueueTally& o) {
  offered += o.offered;
  blocked += o.blocked;
  refused += o.refused;
  answered += o.answered;
  in_time += o.in_time;
  delayed += o.delayed;
  abandoned += o.abandoned;
  abandoned_in_time += o.abandoned_in_time;
  short_abandoned += o.short_abandoned;
  otherwise += o.otherwise;
  answered_wait_ms += o.answered_wait_ms;
  abandoned_wait_ms += o.abandoned_wait_ms;
  handled_ms += o.handled_ms;
  return *this;
}

GroupTally& GroupTally::operator+=(const GroupTally& o) {
  busy_ms += o.busy_ms;
  staffed_ms += o.staffed_ms;
  return *this;
}

Tally& Tally::operator+=(const Tally& o) {
  queues.resize(std::max(queues.size(), o.queues.size()));
  groups.resize(std::max(groups.size(), o.groups.size()));
  for (size_t i = 0; i < o.queues.size(); ++i) queues[i] += o.queues[i];
  for (size_t i = 0; i < o.groups.size(); ++i) groups[i] += o.groups[i];
  return *this;
}

Level LevelOf(const QueueTally& t, staffing::ServiceLevel variant) {
  const auto level = [](int64_t good, int64_t all) {
    return Level{static_cast<double>(good), static_cast<double>(all)};
  };
  switch (variant) {
    case staffing::ServiceLevel::kOfOffered:
      return level(t.in_time, t.offered);
    case staffing::ServiceLevel::kLessShort:
      return level(t.in_time, t.offered - t.short_abandoned);
    case staffing::ServiceLevel::kGoneIsGood:
      return level(t.in_time + t.abandoned_in_time, t.offered);
    case staffing::ServiceLevel::kOfAnswered:
      return level(t.in_time, t.answered);
  }
  return {};
}

}  // namespace wissel::simulation
