// WorkService: work items enter, are looked at, changed, moved and withdrawn. Registered through
// services.h.
#pragma once

#include "base/rpc/method_table.h"
#include "router/service/shard.h"

namespace wissel {

// `shard` must outlive the doors of the table.
void RegisterWorkService(rpc::MethodTable& table, Shard& shard);

}  // namespace wissel
