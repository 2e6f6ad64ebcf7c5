// A table of methods over another one, in which people who are confined to teams or queues
// (rpc::Caller) see and act on these alone, by the rules of scope_rules.h; for all others it is the
// same table. The one place where confinement is checked.
//
// Only server/ and tests make one. Threads: as the table below it. A request that names work items
// asks the shard where they are, and goes on from its thread.
#pragma once

#include "base/rpc/method_table.h"
#include "router/service/shard.h"

namespace wissel::scope {

// Both outlive the table that is returned, and whoever calls it.
rpc::MethodTable ConfinedMethods(const rpc::MethodTable& methods, Shard& shard);

}  // namespace wissel::scope
