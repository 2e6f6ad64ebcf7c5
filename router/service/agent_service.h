// AgentService: what an agent's desk needs. Agents act only as themselves. Registered through
// services.h.
#pragma once

#include <memory>

#include "base/rpc/method_table.h"
#include "router/service/agent_watchers.h"
#include "router/service/services.h"
#include "router/service/shard.h"

namespace wissel {

// `shard` must outlive the doors of the table.
void RegisterAgentService(rpc::MethodTable& table, Shard& shard, const ServiceOptions& options,
                          std::shared_ptr<AgentWatchers> watchers);

}  // namespace wissel
