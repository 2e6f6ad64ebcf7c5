#include "forecasting/core/draws.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace wissel::forecasting {
namespace {

constexpr double kLeastSeconds = 0.1;

Duration FromSeconds(double seconds) {
  // A month at most: what takes longer never ends in a period.
  return Duration::Millis(static_cast<int64_t>(std::min(seconds, 2.7e6) * 1000));
}

// Share of a standard normal variable above z.
double Above(double z) { return std::erfc(z / std::numbers::sqrt2) / 2; }

// The z above which lies `share`, at or above `low`: by bisection, since Above falls.
double WhereAbove(double share, double low) {
  double high = std::max(low, 0.0) + 40;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (Above(middle) > share ? low : high) = middle;
  }
  return high;
}

}  // namespace

Random::Random(std::initializer_list<uint64_t> parts) {
  for (uint64_t part : parts) {
    state_ ^= part + 0x9e3779b97f4a7c15u + (state_ << 6) + (state_ >> 2);
    state_ = Next();
  }
}

Duration LogNormal::DrawBeyond(Duration least, Random& random) const {
  const double open = 1 - random.Uniform();  // in (0, 1]
  const double floor = std::max(least.seconds(), 1e-9);
  // All durations are alike: what has gone on for longer ends at once.
  if (sd == 0) return std::max(FromSeconds(std::exp(mean)), least + Duration::Millis(1));
  const double low = (std::log(floor) - mean) / sd;
  const double z = WhereAbove(open * Above(low), std::max(low, -10.0));
  return std::max(FromSeconds(std::exp(mean + sd * z)), least + Duration::Millis(1));
}

void AddTo(LogSum& sum, Duration duration) {
  const double log = std::log(std::max(duration.seconds(), kLeastSeconds));
  ++sum.count;
  sum.sum += log;
  sum.squares += log * log;
}

std::optional<LogNormal> FitLogNormal(const LogSum& sum) {
  if (sum.count == 0) return std::nullopt;
  const auto n = static_cast<double>(sum.count);
  const double mean = sum.sum / n;
  return LogNormal{mean, std::sqrt(std::max(0.0, sum.squares / n - mean * mean))};
}

std::optional<Duration> Patience::DrawBeyond(Duration waited, Random& random) const {
  if (rate_per_s <= 0) return std::nullopt;
  // It has no memory: what is left is distributed as all of it was.
  const double more = -std::log1p(-random.Uniform()) / rate_per_s;
  return waited + FromSeconds(more) + Duration::Millis(1);
}

Habits::Habits(const Recording& recording) : recording_(recording) {
  Observed all;
  for (const auto& [queue, observed] : recording.observed) {
    by_queue_[queue] = Fit(observed);
    for (auto [sum, part] :
         {std::pair(&all.talk, &observed.talk), std::pair(&all.wrap_up, &observed.wrap_up)}) {
      sum->count += part->count;
      sum->sum += part->sum;
      sum->squares += part->squares;
    }
    all.completed += observed.completed;
    accept_after_.insert(accept_after_.end(), observed.accept_after.begin(),
                         observed.accept_after.end());
  }
  of_all_ = Fit(all);
  // Customers of one queue say nothing of the patience of another's.
  of_all_.patience = {};
}

Habits::Fitted Habits::Fit(const Observed& observed) {
  Fitted fitted;
  if (observed.waited_s > 0) {
    fitted.patience.rate_per_s = static_cast<double>(observed.abandoned) / observed.waited_s;
  }
  fitted.talk = FitLogNormal(observed.talk);
  fitted.wrap_up = FitLogNormal(observed.wrap_up);
  if (observed.completed > 0) {
    fitted.wrap_up_share =
        static_cast<double>(observed.wrap_up.count) / static_cast<double>(observed.completed);
  }
  return fitted;
}

const Habits::Fitted& Habits::Of(QueueId queue) const {
  auto it = by_queue_.find(queue);
  return it == by_queue_.end() ? of_all_ : it->second;
}

std::optional<Duration> Habits::Patience(QueueId queue, Duration waited, Random& random) const {
  return Of(queue).patience.DrawBeyond(waited, random);
}

std::optional<Duration> Habits::Talk(QueueId queue, Duration talked, Random& random) const {
  const std::optional<LogNormal>& fitted = Of(queue).talk ? Of(queue).talk : of_all_.talk;
  if (!fitted) return std::nullopt;
  return fitted->DrawBeyond(talked, random);
}

std::optional<Duration> Habits::WrapUp(QueueId queue, Duration wrapped, Random& random) const {
  const std::optional<LogNormal>& fitted = Of(queue).wrap_up ? Of(queue).wrap_up : of_all_.wrap_up;
  if (!fitted) return std::nullopt;
  return fitted->DrawBeyond(wrapped, random);
}

bool Habits::HasWrapUp(QueueId queue, Random& random) const {
  return random.Uniform() < Of(queue).wrap_up_share;
}

Duration Habits::AcceptAfter(QueueId queue, std::optional<Duration> open, Random& random) const {
  auto it = recording_.observed.find(queue);
  const bool own = it != recording_.observed.end() && !it->second.accept_after.empty();
  const std::vector<Duration>& seen = own ? it->second.accept_after : accept_after_;
  const Duration drawn = seen.empty() ? Duration() : seen[random.Below(seen.size())];
  if (!open || drawn > *open) return drawn;
  return *open + Duration::Millis(1) + drawn;
}

Duration Habits::BackAfter(Random& random) const {
  const std::vector<Duration>& seen = recording_.back_after;
  return seen.empty() ? Duration() : seen[random.Below(seen.size())];
}

}  // namespace wissel::forecasting
