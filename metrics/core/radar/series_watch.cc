#include "metrics/core/radar/series_watch.h"

#include <algorithm>
#include <cmath>

namespace wissel::metrics {
namespace {

// While an alarm stands its evidence is kept to this, so that it is gone soon after the cause; and
// the alarm ends when less than this is left.
constexpr double kMostOfAlarm = 100;
constexpr double kLeastOfAlarm = 1;
constexpr Duration kShortestAlarm = Duration::Minutes(5);
constexpr size_t kLeastShown = 5;
constexpr size_t kMostShown = 60;
constexpr double kOutside = 0.005;

}  // namespace

const Expectation& SeriesWatch::Prepare(const std::optional<UsualRate>& usual,
                                        double excess_variance) {
  usual_ = usual;
  expected_ = baseline_.Next(usual, excess_variance);
  return expected_;
}

void SeriesWatch::Close(int64_t count, double threshold, Instant end) {
  if (expected_.basis == Basis::kLearning) {
    up_.Reset();
    down_.Reset();
    alarm_.reset();
  } else {
    up_.Add(count, expected_.above(), expected_.size);
    down_.Add(count, expected_.below(), expected_.size);
  }
  bins_.push_back({count, expected_});
  if (bins_.size() > kBinsKept) bins_.pop_front();
  if (alarm_) {
    SequentialTest& test = alarm_->direction == Direction::kUp ? up_ : down_;
    test.Cap(kMostOfAlarm);
    const bool over = test.evidence() < kLeastOfAlarm && end - alarm_->named >= kShortestAlarm;
    if (over) {
      up_.Reset();
      down_.Reset();
      alarm_.reset();
    }
  } else if (up_.evidence() >= threshold) {
    Name(Direction::kUp, up_, end);
  } else if (down_.evidence() >= threshold) {
    Name(Direction::kDown, down_, end);
  }
  baseline_.Observe(count, usual_, alarm_ && end - alarm_->named < kNewUsual);
}

void SeriesWatch::Interrupt() {
  baseline_.Interrupt();
  up_.Reset();
  down_.Reset();
  alarm_.reset();
  expected_ = Expectation();
  bins_.push_back({});
  if (bins_.size() > kBinsKept) bins_.pop_front();
}

void SeriesWatch::Name(Direction direction, const SequentialTest& test, Instant end) {
  const int64_t bins = std::max<int64_t>(1, test.BinsSinceOnset());
  alarm_ = SeriesAlarm{direction, end - kRadarBin * bins, end};
}

Comparison SeriesWatch::OverAlarm(Instant now) const {
  if (!alarm_ || bins_.empty()) return {};
  const auto since = static_cast<size_t>((now - alarm_->onset).millis() / kRadarBin.millis());
  const size_t bins = std::min(std::clamp(since, kLeastShown, kMostShown), bins_.size());
  return Over(bins_.size() - bins, bins);
}

Comparison SeriesWatch::Over(size_t first_bin, size_t bins) const {
  Comparison all;
  double above = 0;
  double below = 0;
  double inverse_size = 0;
  for (size_t i = first_bin; i < std::min(first_bin + bins, bins_.size()); ++i) {
    const WatchedBin& bin = bins_[i];
    ++all.bins;
    all.observed += bin.count;
    if (bin.expected.basis == Basis::kLearning) continue;
    all.expected += bin.expected.mean;
    above += bin.expected.above();
    below += bin.expected.below();
    inverse_size = std::max(inverse_size, 1 / bin.expected.size);
  }
  if (inverse_size == 0) return all;
  all.low = Quantile(kOutside, below, 1 / inverse_size);
  all.high = Quantile(1 - kOutside, above, 1 / inverse_size);
  return all;
}

}  // namespace wissel::metrics
