// Who asks too often: token buckets for any number of callers in a memory that does not grow. Pure:
// time is data.
//
// Each caller has a bucket of `burst` tokens, filled again by `per_second`. The buckets stand in
// two tables of fixed size, and a caller has a place in each, by two hashes; they may take a token
// while either place has one. Callers who share one place with a flood are still told apart from it
// by the other (count-min with conservative update; Stochastic Fair Blue does so with queues). A
// bucket is one number, the time at which it is full again (the generic cell rate algorithm, ITU-T
// I.371).
//
// Belongs to one thread at a time.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace wissel::gateway {

class TokenBuckets {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `seed`: so that nobody outside can tell who shares a place with whom. `per_second` and `burst`
  // are above 0.
  TokenBuckets(double per_second, double burst, uint64_t seed);

  // Nothing: a token is taken. Else how long until there is one.
  std::optional<std::chrono::nanoseconds> Take(std::string_view caller, Time now);

 private:
  static constexpr size_t kPlaces = 1 << 15;
  using Table = std::vector<Time>;

  Time& PlaceOf(size_t table, std::string_view caller);

  const std::chrono::nanoseconds cost_;
  const std::chrono::nanoseconds burst_;
  const uint64_t seed_;
  std::array<Table, 2> full_at_;
};

}  // namespace wissel::gateway
