#include "gateway/rate_limit.h"

#include <utility>

#include "base/rpc/peer_network.h"
#include "base/time.h"
#include "fmt/format.h"
#include "gateway/error_detail.h"

namespace wissel::gateway {
namespace {

constexpr int kMoreForHeld = 10;

// A sign-in, where the token says which; tokens that a command has made share a user's name.
std::string NameOf(const rpc::Caller& caller) {
  if (!caller.session.empty()) return caller.session;
  return fmt::format("{} {} {}", caller.tenant, caller.user, caller.agent);
}

}  // namespace

RateLimit::RateLimit(const RateLimits& limits, uint64_t seed, std::function<Time()> now)
    : now_(std::move(now)) {
  const std::array<int, 2> rates = {limits.per_caller, limits.per_address};
  for (size_t kind = 0; kind < buckets_.size(); ++kind) {
    if (rates[kind] == 0) continue;
    const auto make = [&, rate = rates[kind]](int times) {
      const double per_second = static_cast<double>(rate) * times;
      return std::make_unique<TokenBuckets>(per_second, per_second * limits.burst_seconds,
                                            seed + kind * 2 + (times == 1 ? 0 : 1));
    };
    buckets_[kind].rest = make(1);
    buckets_[kind].held = make(kMoreForHeld);
  }
}

absl::Status RateLimit::Admit(Criticality criticality, const rpc::Caller& caller,
                              std::string_view peer) {
  const Kind kind = caller.user.empty() ? kAddress : kCaller;
  const std::string name = kind == kAddress ? rpc::NetworkOf(peer) : NameOf(caller);
  const Time now = now_();
  std::lock_guard lock(mutex_);
  Buckets& buckets = buckets_[kind];
  const auto& of = criticality == Criticality::kHeld ? buckets.held : buckets.rest;
  if (of == nullptr) return absl::OkStatus();
  const auto wait = of->Take(name, now);
  if (!wait) return absl::OkStatus();
  ++buckets.refused;
  const auto millis = std::chrono::ceil<std::chrono::milliseconds>(*wait).count();
  return RefuseForNow(kind == kAddress ? "too many calls from this address; nothing was changed"
                                       : "too many calls of this sign-in; nothing was changed",
                      Duration::Millis(millis));
}

std::string RateLimit::MetricsText() const {
  std::lock_guard lock(mutex_);
  return fmt::format(
      "# HELP wissel_rate_limited_total Calls that a door refused because their caller asked too "
      "often.\n"
      "# TYPE wissel_rate_limited_total counter\n"
      "wissel_rate_limited_total{{by=\"caller\"}} {}\n"
      "wissel_rate_limited_total{{by=\"address\"}} {}\n",
      buckets_[kCaller].refused, buckets_[kAddress].refused);
}

}  // namespace wissel::gateway
