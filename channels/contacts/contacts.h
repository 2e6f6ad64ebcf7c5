// The front door of the address book: ContactService over a contact store and a shard, which says
// who has which work item.
//
// Open the store, `Register` before a door opens; on the way down close the doors and the store
// before this is destroyed. Handlers are thread-safe and never block.
#pragma once

#include "base/rpc/method_table.h"
#include "channels/contacts/contact_store.h"
#include "router/service/shard.h"

namespace wissel::contacts {

class ContactService {
 public:
  // Both must outlive it. `region`: of phone numbers that name no country, "BE"; may be empty.
  ContactService(Shard& shard, ContactStore& store, std::string region);

  void Register(rpc::MethodTable& table);

 private:
  Shard& shard_;
  ContactStore& store_;
  const std::string region_;
};

}  // namespace wissel::contacts
