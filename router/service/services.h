// The front door of the router's services: WorkService, AgentService, SurgeService,
// PartnerService, ConfigService and AuditService over a shard, and what keeps them alive between
// calls (signs of life on streams, openings of queues).
//
// Order: construct before the shard is started (it adds observers), `Register` before a door opens,
// `Start` once the shard runs. On the way down: close the doors, `Stop`, stop the shard, destroy.
// Handlers are thread-safe, never block, and can be called in-process through the table.
#pragma once

#include <functional>
#include <memory>

#include "agents/core/ids.h"
#include "agents/service/people.h"
#include "base/rpc/method_table.h"
#include "base/time.h"
#include "router/service/shard.h"
#include "router/service/waits.h"

namespace wissel {

struct ServiceOptions {
  // How long a presence lives without a heartbeat; told to every desk.
  Duration lease = Duration::Seconds(30);
  // Keeps the lease of a signed-in agent; thread-safe and quick.
  std::function<void(AgentId)> heartbeat = [](AgentId) {};
};

class Services {
 public:
  Services(Shard& shard, People& people, const Waits& waits, ServiceOptions options);
  ~Services();

  void Register(rpc::MethodTable& table);

  void Start();
  void Stop();

  // What `Start` does every so often; for tests, which have their own time.
  void Tick();

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace wissel
