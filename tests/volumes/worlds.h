// Simulated queues: the rate of every interval is known, and counts are drawn around it from a
// seed.
#pragma once

#include <cstdint>
#include <vector>

#include "forecasting/core/volumes/series.h"

namespace wissel::volumes {

struct WorldOptions {
  int days = 200;
  int intervals = 20;
  double mean_of_day = 2000;
  bool weekends = false;          // open on Saturday and Sunday, too, with a third of the contacts
  double level_deviation = 0.1;   // of the logarithm of a day's level
  double level_decay = 0.7;       // of it that is left on the next day
  double noise_deviation = 0.02;  // of a single interval's rate
  double holiday_factor = 1;      // of the days in `special`
  SpecialDays special;
  uint64_t seed = 1;
};

struct World {
  Series series;
  Matrix expected;  // the rate before the day's level and noise are drawn
};

World MakeWorld(const WorldOptions& options);

}  // namespace wissel::volumes
