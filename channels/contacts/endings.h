// How a contact that is over with its work item ends in the store: a form when it has been answered
// or cancelled, a call when both have hung up. Conversations that may go on later end by their own
// rules. Thread-safe.
#pragma once

#include "channels/contacts/contact_store.h"
#include "router/service/shard.h"

namespace wissel::contacts {

// From now on contacts of this channel end with their items, in the name of the agent who completed
// it. Call it before the shard is started; the store outlives the shard.
void EndWithTheirItems(Shard& shard, ContactStore& store, Channel channel);

// Those whose item ended while nobody looked: an earlier process stopped in between. Call it once
// the shard runs.
void EndThoseOfEndedItems(Shard& shard, ContactStore& store, Channel channel);

}  // namespace wissel::contacts
