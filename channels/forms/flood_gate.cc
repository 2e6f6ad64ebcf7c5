#include "channels/forms/flood_gate.h"

#include <algorithm>

namespace wissel::forms {

// A minute fills a whole bucket.
void FloodGate::Fill(Bucket& bucket, int64_t a_minute, Instant now) {
  const int64_t most = a_minute * kWhole;
  const int64_t passed = std::clamp<int64_t>((now - bucket.at).millis(), 0, 60'000);
  bucket.parts = std::min(most, bucket.parts + passed * a_minute);
  bucket.at = now;
}

// Who has a full bucket is as one who never came.
void FloodGate::ForgetFull(Instant now) {
  std::erase_if(buckets_, [&](const auto& entry) {
    Bucket bucket = entry.second;
    Fill(bucket, limits_.each_minute, now);
    return bucket.parts == limits_.each_minute * kWhole;
  });
}

bool FloodGate::Admit(std::string_view address, Instant now) {
  Fill(all_, limits_.all_minute, now);
  if (all_.parts < kWhole) return false;
  auto found = buckets_.find(address);
  if (found == buckets_.end()) {
    if (buckets_.size() >= kMostAddresses) ForgetFull(now);
    if (buckets_.size() >= kMostAddresses) return false;
    found = buckets_.emplace(address, Bucket{limits_.each_minute * kWhole, now}).first;
  }
  Bucket& bucket = found->second;
  Fill(bucket, limits_.each_minute, now);
  if (bucket.parts < kWhole) return false;
  bucket.parts -= kWhole;
  all_.parts -= kWhole;
  return true;
}

}  // namespace wissel::forms
