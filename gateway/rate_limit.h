// How often one caller may call: by sign-in where somebody has signed in, else by the network that
// the call comes from (base/rpc/peer_network.h). A door asks before it reads anything of a call.
//
// Held work (criticality.h) has buckets of its own, ten times as large: whoever answers a chat or
// hangs up is not refused because another window of theirs asks too much.
//
// One for all doors of a process. Threads: everything from any thread; nothing blocks for longer
// than a few instructions. Invariant: two megabytes, however many callers there are.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "base/rpc/method_table.h"
#include "gateway/criticality.h"
#include "gateway/token_buckets.h"

namespace wissel::gateway {

struct RateLimits {
  // Calls a second; 0: as often as they like.
  int per_caller = 2'000;
  int per_address = 100;
  // The calls of so many seconds may come at once.
  int burst_seconds = 10;
};

class RateLimit {
 public:
  using Time = TokenBuckets::Time;
  RateLimit(const RateLimits& limits, uint64_t seed,
            std::function<Time()> now = std::chrono::steady_clock::now);

  // RESOURCE_EXHAUSTED with a time after which to ask again. A call whose token is refused counts
  // for its address, with a `caller` without a name.
  absl::Status Admit(Criticality criticality, const rpc::Caller& caller, std::string_view peer);

  // In Prometheus' text format.
  std::string MetricsText() const;

 private:
  enum Kind { kCaller, kAddress };
  // Of one kind: what is held, and the rest.
  struct Buckets {
    std::unique_ptr<TokenBuckets> held;  // null: no limit
    std::unique_ptr<TokenBuckets> rest;
    uint64_t refused = 0;
  };

  const std::function<Time()> now_;
  mutable std::mutex mutex_;
  std::array<Buckets, 2> buckets_;
};

}  // namespace wissel::gateway
