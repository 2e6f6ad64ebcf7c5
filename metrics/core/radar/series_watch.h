// One series under watch: bin after bin it is compared with what is expected of it, in both
// directions, and an alarm stands from the moment it is named until the evidence has gone.
//
// For each bin: Prepare (what is expected, before the count is known), then Close (its count).
// Pure; a plain value. Times are those of bins, of one minute each.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.h"
#include "metrics/core/radar/baseline.h"
#include "metrics/core/radar/sequential_test.h"

namespace wissel::metrics {

inline constexpr Duration kRadarBin = Duration::Minutes(1);

struct WatchedBin {
  int64_t count = 0;
  Expectation expected;
};

struct SeriesAlarm {
  Direction direction = Direction::kUp;
  Instant onset;  // estimated: when the bin began in which the change did
  Instant named;  // when it was first said
};

// Counts against expectation over some bins.
struct Comparison {
  int64_t bins = 0;
  int64_t observed = 0;
  double expected = 0;
  // 99 of 100 times in here when nothing is unusual.
  int64_t low = 0;
  int64_t high = 0;
};

class SeriesWatch {
 public:
  static constexpr size_t kBinsKept = 180;
  // An alarm of this age is how things are now: the day's level begins to follow it.
  static constexpr Duration kNewUsual = Duration::Hours(3);

  const Expectation& Prepare(const std::optional<UsualRate>& usual, double excess_variance);
  // The bin that ends at `end`. `threshold`: how much evidence names an alarm.
  void Close(int64_t count, double threshold, Instant end);
  // In place of both, while nobody can arrive or nobody was watching.
  void Interrupt();

  const std::optional<SeriesAlarm>& alarm() const { return alarm_; }
  // From the alarm's onset on, at least 5 and at most 60 minutes, up to now.
  Comparison OverAlarm(Instant now) const;
  Comparison Over(size_t first_bin, size_t bins) const;
  // The newest last.
  const std::deque<WatchedBin>& bins() const { return bins_; }

 private:
  void Name(Direction direction, const SequentialTest& test, Instant end);

  Baseline baseline_;
  SequentialTest up_{Direction::kUp};
  SequentialTest down_{Direction::kDown};
  std::optional<UsualRate> usual_;
  Expectation expected_;
  std::deque<WatchedBin> bins_;
  std::optional<SeriesAlarm> alarm_;
};

}  // namespace wissel::metrics
