// ConfigService: the standard methods on the six kinds of resources that a center is made of.
// Registered through services.h.
#pragma once

#include <memory>

#include "agents/service/people.h"
#include "base/rpc/method_table.h"
#include "router/service/shard.h"
#include "router/service/turns.h"

namespace wissel {

// `shard` and `people` must outlive the doors of the table; close `turns` before they go.
void RegisterConfigService(rpc::MethodTable& table, Shard& shard, People& people,
                           std::shared_ptr<Turns> turns);

}  // namespace wissel
