// Minutes of arrivals for the radar to watch: simulated ones whose truth is known, and real ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metrics/core/radar/series_watch.h"

namespace wissel::radar {

inline constexpr int kMinutesOfDay = 1440;

// Dice of their own, the same on every machine.
class Dice {
 public:
  explicit Dice(uint64_t seed);
  double Unit();  // in (0, 1)
  double Normal();
  double Gamma(double shape);  // of scale 1
  int64_t Poisson(double mean);
  // Variance mean + excess * mean^2.
  int64_t Count(double mean, double excess);

 private:
  uint64_t state_;
};

// One series from its first Monday 00:00 on, in minutes; nullopt: closed, or not known.
struct Series {
  std::string name;
  std::vector<std::optional<int32_t>> minutes;

  size_t days() const { return minutes.size() / kMinutesOfDay; }
};

struct World {
  double per_minute = 1;    // mean over the open day, of an ordinary one
  double excess = 0.02;     // of each minute
  double day_spread = 0.1;  // standard deviation of the log of a day's level
  bool flat = false;        // no shape of the day
};
// Open from 8 to 18 on weekdays, with two humps a day.
Series Simulate(const World& world, int weeks, uint64_t seed);

// Counts of a file `timestamp,count`, spread over the minutes of their intervals by dice; hours
// without rows are not known. None: the file is not there.
std::optional<Series> ReadCounts(const std::string& path, uint64_t seed);
// The folder of the real arrival data, beside the project; none: it is not there.
std::optional<std::string> RealData();

// What the watch over one series said, day by day, with profiles of the weeks before.
struct Said {
  size_t day = 0;
  metrics::SeriesAlarm alarm;
  metrics::Comparison comparison;
};
struct WatchOptions {
  double threshold = 0;
  bool history = true;    // false: today's own level only
  size_t first_day = 56;  // days before it are learned from, not judged
  // From this minute of a day on, arrivals are so many times as many; kept to that day.
  std::optional<int> change_at;
  double factor = 1;
  uint64_t seed = 1;
};
std::vector<Said> Watch(const Series& series, const WatchOptions& options);
size_t DaysJudged(const Series& series, size_t first_day);

}  // namespace wissel::radar
