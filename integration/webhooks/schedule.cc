#include "integration/webhooks/schedule.h"

#include <algorithm>

namespace wissel::webhooks {
namespace {

constexpr Duration kLongestRetryAfter = Duration::Hours(24);

bool IsSuccess(int status) { return status >= 200 && status < 300; }
bool AsksToWait(int status) { return status == 429 || status == 503; }

}  // namespace

std::vector<Duration> StandardDelays() {
  return {Duration::Seconds(5), Duration::Minutes(5), Duration::Minutes(30),
          Duration::Hours(2),   Duration::Hours(5),   Duration::Hours(10),
          Duration::Hours(14),  Duration::Hours(20),  Duration::Hours(24)};
}

Next AfterAttempt(const Answer& answer, int failed_attempts, const std::vector<Duration>& delays,
                  double luck) {
  if (IsSuccess(answer.http_status)) return {Verdict::kDelivered, {}};
  if (answer.http_status == 410) return {Verdict::kGone, {}};
  if (failed_attempts > static_cast<int>(delays.size())) return {Verdict::kDead, {}};
  const Duration delay = delays[static_cast<size_t>(failed_attempts - 1)];
  const auto extra = static_cast<int64_t>(static_cast<double>(delay.millis()) * luck / 10);
  const Duration wait = delay + Duration::Millis(extra);
  if (!answer.retry_after || !AsksToWait(answer.http_status)) return {Verdict::kRetry, wait};
  return {Verdict::kRetry, std::max(wait, std::min(*answer.retry_after, kLongestRetryAfter))};
}

}  // namespace wissel::webhooks
