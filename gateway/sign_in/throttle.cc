#include "gateway/sign_in/throttle.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace wissel::sign_in {
namespace {

constexpr int kFreeAttempts = 5;
constexpr Duration kLongestWait = Duration::Seconds(60);
constexpr Duration kForgetAfter = Duration::Minutes(15);
constexpr size_t kMostKeys = 10'000;

}  // namespace

Duration Throttle::Begin(const std::string& key, Instant now) {
  std::lock_guard lock(mutex_);
  if (attempts_.size() >= kMostKeys) Forget(now);
  Attempts& attempts = attempts_[key];
  if (now - attempts.last > kForgetAfter) attempts.count = 0;
  if (attempts.count >= kFreeAttempts && now < attempts.next_allowed) {
    return attempts.next_allowed - now;
  }
  ++attempts.count;
  attempts.last = now;
  const int doublings = std::clamp(attempts.count - kFreeAttempts, 0, 6);
  attempts.next_allowed = now + std::min(kLongestWait, Duration::Seconds(1) * (1 << doublings));
  return Duration();
}

void Throttle::Succeeded(const std::string& key) {
  std::lock_guard lock(mutex_);
  attempts_.erase(key);
}

void Throttle::Forget(Instant now) {
  std::erase_if(attempts_,
                [now](const auto& entry) { return now - entry.second.last > kForgetAfter; });
  if (attempts_.size() < kMostKeys) return;
  // Those who have tried least. A guesser who fills the memory with invented names does not get
  // forgotten by it.
  std::vector<int> counts;
  for (const auto& [key, attempts] : attempts_) counts.push_back(attempts.count);
  const auto middle = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 2);
  std::nth_element(counts.begin(), middle, counts.end());
  std::erase_if(attempts_,
                [most = *middle](const auto& entry) { return entry.second.count <= most; });
}

}  // namespace wissel::sign_in
