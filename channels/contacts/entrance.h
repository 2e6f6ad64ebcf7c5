// How a contact that has been stored gets its work item: once, however often it is tried.
// Thread-safe; callbacks come on the shard's thread, or on the calling one when it is stopping.
#pragma once

#include <functional>
#include <string_view>

#include "absl/status/statusor.h"
#include "channels/contacts/contact_store.h"
#include "router/core/command.h"
#include "router/service/shard.h"

namespace wissel::contacts {

// The same for every attempt to make the item of a contact on one occasion ("first", "reply 7").
RequestIdentity EntranceOf(std::string_view contact, std::string_view occasion);

// Creates `item`, whose `contact` names the contact, and remembers it as the contact's current one.
// `occasion` tells the items of one contact apart ("first", "reply 7"): the same occasion makes one
// item. Refused by the engine for the first time, a contact whose `forget_if_refused` is set never
// was.
struct Entrance {
  CreateItem item;
  std::string occasion;
  bool forget_if_refused = false;
};
void Enter(Shard& shard, ContactStore& store, Entrance entrance,
           std::function<void(absl::StatusOr<ItemId>)> done);

}  // namespace wissel::contacts
