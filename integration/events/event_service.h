// EventService over the hub: streams of events, and their types.
#pragma once

#include "base/rpc/method_table.h"
#include "integration/events/hub.h"
#include "router/service/shard.h"

namespace wissel::events {

// Both must outlive the table's calls. Handlers are thread-safe and never block.
void RegisterEventService(rpc::MethodTable& table, Shard& shard, Hub& hub);

// The place in the journal that a position names, as `after` of a request does; none for an empty
// one. INVALID_ARGUMENT on `field`.
absl::StatusOr<std::optional<uint64_t>> ReadPosition(const std::string& position,
                                                     std::string_view field);

}  // namespace wissel::events
