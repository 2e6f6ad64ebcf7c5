// What the record does not say is drawn: how long somebody would have waited who was answered, how
// long a contact would have taken that was abandoned. From distributions that are fitted to the
// record by queue, and from a seed: the same item gives the same draw in every run of that seed,
// whatever else happens.
//
// Pure.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>

#include "absl/container/btree_map.h"
#include "forecasting/core/recording.h"

namespace wissel::forecasting {

// splitmix64 (Steele, Lea, Flood 2014).
class Random {
 public:
  // Streams with different parts are independent.
  Random(std::initializer_list<uint64_t> parts);
  // The n-th of a family that a stream names.
  static Random Nth(uint64_t stream, uint64_t n) {
    Random random;
    random.state_ = stream ^ (n * 0xd1342543de82ef95u);
    return random;
  }
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // In [0, 1).
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  uint64_t Below(uint64_t n) { return Next() % n; }

 private:
  Random() = default;
  uint64_t state_ = 0;
};

// Log-normal: the logarithm of the seconds has this mean and standard deviation, which are its
// maximum-likelihood estimates. Durations under a tenth of a second count as one.
struct LogNormal {
  double mean = 0;
  double sd = 0;
  // One that exceeds `least`, given that it does.
  Duration DrawBeyond(Duration least, Random& random) const;
};
void AddTo(LogSum& sum, Duration duration);
// None without a duration to fit to.
std::optional<LogNormal> FitLogNormal(const LogSum& sum);

// Patience is exponential. With waits of which some ended otherwise than by the customer (they are
// censored), the maximum-likelihood rate is the number who left over the time that all waited
// (Mandelbaum and Zeltyn 2007, section 3).
struct Patience {
  double rate_per_s = 0;
  // Beyond `waited`; none: for ever, as nobody was seen to leave.
  std::optional<Duration> DrawBeyond(Duration waited, Random& random) const;
};

// The habits of a center's queues.
class Habits {
 public:
  explicit Habits(const Recording& recording);

  std::optional<Duration> Patience(QueueId queue, Duration waited, Random& random) const;
  // From the acceptance to the wrap-up or the end. Of all queues where this one completed nothing;
  // none when none did.
  std::optional<Duration> Talk(QueueId queue, Duration talked, Random& random) const;
  std::optional<Duration> WrapUp(QueueId queue, Duration wrapped, Random& random) const;
  // As often as those completed in the queue had one.
  bool HasWrapUp(QueueId queue, Random& random) const;
  // One of those recorded; beyond `open`, if that is known to have passed without an answer.
  Duration AcceptAfter(QueueId queue, std::optional<Duration> open, Random& random) const;
  // How long who missed an offer stays away; at once when none was recorded to come back.
  Duration BackAfter(Random& random) const;

 private:
  struct Fitted {
    forecasting::Patience patience;
    std::optional<LogNormal> talk;
    std::optional<LogNormal> wrap_up;
    double wrap_up_share = 0;
  };
  static Fitted Fit(const Observed& observed);
  const Fitted& Of(QueueId queue) const;

  const Recording& recording_;
  absl::btree_map<QueueId, Fitted> by_queue_;
  Fitted of_all_;
  std::vector<Duration> accept_after_;
};

}  // namespace wissel::forecasting
