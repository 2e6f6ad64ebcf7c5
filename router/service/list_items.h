// ListWorkItems: living items in the order of their ids, page by page. A page of a rare kind among
// many items is put together in several looks, so that no look holds the sequencer up.
#pragma once

#include "base/rpc/method_table.h"
#include "router/service/shard.h"
#include "wissel/v1/work.pb.h"

namespace wissel {

void ListItems(Shard& shard, const v1::ListWorkItemsRequest& request,
               rpc::Reply<v1::ListWorkItemsResponse> reply);

}  // namespace wissel
