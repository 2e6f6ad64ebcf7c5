// WorkService: work items enter, are looked at, changed, moved and withdrawn. Registered through
// services.h.
#pragma once

#include "base/rpc/method_table.h"
#include "router/service/shard.h"
#include "router/service/waits.h"

namespace wissel {

// Both must outlive the doors of the table.
void RegisterWorkService(rpc::MethodTable& table, Shard& shard, const Waits& waits);

}  // namespace wissel
