// Many items at once: as many commands, answered together, each on its own.
#pragma once

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "router/core/command.h"
#include "router/service/shard.h"
#include "wissel/v1/work.pb.h"

namespace wissel {

// With "workItem" before the fields at fault.
absl::StatusOr<CommandBody> NewItemOf(const v1::CreateWorkItemRequest& request,
                                      const Directory& directory);

void BatchCreate(Shard& shard, const rpc::Context& context,
                 const v1::BatchCreateWorkItemsRequest& request,
                 rpc::Reply<v1::BatchCreateWorkItemsResponse> reply);

}  // namespace wissel
