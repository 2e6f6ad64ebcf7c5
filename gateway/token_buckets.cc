#include "gateway/token_buckets.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace wissel::gateway {
namespace {

std::chrono::nanoseconds Seconds(double seconds) {
  return std::chrono::nanoseconds(static_cast<int64_t>(seconds * 1e9));
}

}  // namespace

TokenBuckets::TokenBuckets(double per_second, double burst, uint64_t seed)
    : cost_(Seconds(1 / per_second)), burst_(Seconds(burst / per_second)), seed_(seed) {
  for (Table& table : full_at_) table.resize(kPlaces);
}

TokenBuckets::Time& TokenBuckets::PlaceOf(size_t table, std::string_view caller) {
  const size_t hash = absl::HashOf(seed_, table, absl::string_view(caller.data(), caller.size()));
  return full_at_[table][hash % kPlaces];
}

std::optional<std::chrono::nanoseconds> TokenBuckets::Take(std::string_view caller, Time now) {
  Time& first = PlaceOf(0, caller);
  Time& second = PlaceOf(1, caller);
  const Time full_at = std::max(std::min(first, second), now) + cost_;
  if (full_at - now > burst_) return full_at - now - burst_;
  first = std::max(first, full_at);
  second = std::max(second, full_at);
  return std::nullopt;
}

}  // namespace wissel::gateway
