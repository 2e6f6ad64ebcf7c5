// The front door of webhooks: WebhookService, and the sending of events to what it manages.
//
// Order: open before the shard is started, `Register` before a door opens, `Start` once the hub
// runs. On the way down: close the doors, `Stop`, stop the hub, destroy. Handlers are thread-safe
// and never block. One thread of its own has the store and every connection, so that no receiver,
// however slow, holds up the engine or another one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "base/runtime/engine_clock.h"
#include "base/sql/connection.h"
#include "base/time.h"
#include "integration/events/hub.h"
#include "integration/webhooks/schedule.h"
#include "router/service/shard.h"

namespace wissel::webhooks {

struct WebhookOptions {
  // The store's file, made if it is not there; ":memory:" keeps it in memory.
  sql::Place place = ":memory:";
  bool allow_private_addresses = false;
  // Between attempts.
  std::vector<Duration> delays = StandardDelays();
  std::string version;  // of the software, for the header User-Agent
  uint64_t seed = 1;    // of the luck in delays
  // For webhook-timestamp, which receivers hold against their own clocks.
  TimeSource time = TimeSource::System();
};

class Webhooks {
 public:
  static absl::StatusOr<std::unique_ptr<Webhooks>> Open(Shard& shard, events::Hub& hub,
                                                        WebhookOptions options);
  ~Webhooks();

  void Register(rpc::MethodTable& table);
  void Start();
  // Drops what is under way: it is sent again after the next start.
  void Stop();

  // For /metrics; from any thread.
  std::string MetricsText() const;

 private:
  class Parts;
  explicit Webhooks(std::shared_ptr<Parts> parts);
  std::shared_ptr<Parts> parts_;
};

}  // namespace wissel::webhooks
