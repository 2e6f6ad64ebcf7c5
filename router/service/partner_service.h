// PartnerService: what partners who share a queue are owed and took, and what was settled with them
// (router/core/partners.h). See services.h.
#pragma once

#include "base/rpc/method_table.h"
#include "router/service/shard.h"

namespace wissel {

void RegisterPartnerService(rpc::MethodTable& table, Shard& shard);

}  // namespace wissel
