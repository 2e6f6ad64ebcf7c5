// AuditService: who did what, as the engine keeps it (router/core/actions.h). See services.h.
#pragma once

#include "base/rpc/method_table.h"
#include "router/service/shard.h"

namespace wissel {

void RegisterAuditService(rpc::MethodTable& table, Shard& shard);

}  // namespace wissel
