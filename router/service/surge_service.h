// SurgeService: queues in surge mode, notices to who waits. Registered through services.h.
#pragma once

#include "base/rpc/method_table.h"
#include "router/service/shard.h"

namespace wissel {

// `shard` must outlive the doors of the table.
void RegisterSurgeService(rpc::MethodTable& table, Shard& shard);

}  // namespace wissel
