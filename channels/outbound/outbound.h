// The front door of the outbound room: lists of people to be called, and who is not to be
// contacted; OutboundService and DoNotContactService over a shard and the contact store.
//
// Order: open before the shard is started (it adds an observer), `Register` before a door opens,
// `Start` once the shard runs. On the way down: close the doors, `Stop`, stop the shard and the
// store, destroy. Thread-safe; nothing blocks but Settle. One thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "base/sql/connection.h"
#include "channels/contacts/contact_store.h"
#include "router/service/shard.h"

namespace wissel::outbound {

struct OutboundOptions {
  sql::Place place = ":memory:";  // of its tables
  std::string region;  // of telephone numbers without a country, ISO 3166-1; may be empty
};

class Outbound {
 public:
  // `shard` and `store` must outlive it.
  static absl::StatusOr<std::unique_ptr<Outbound>> Open(Shard& shard, contacts::ContactStore& store,
                                                        OutboundOptions options);
  ~Outbound();

  void Register(rpc::MethodTable& table);
  // Takes up what was under way; calls wait until that is done.
  void Start();
  // Calls from then on are UNAVAILABLE.
  void Stop();

  // Whether this customer may be called at this number: OK, or PERMISSION_DENIED on `number` with
  // the reason in words. For whoever dials. `customer` may be empty, or nobody any more. `done`
  // comes once, on the room's thread, or with UNAVAILABLE on the calling one.
  void MayCall(std::string customer, contacts::Address number,
               std::function<void(const absl::Status&)> done);

  // Whether this customer may be written to unasked at this mail address; as MayCall. What says
  // that they may not is PERMISSION_DENIED, and nothing else is.
  void MayMail(std::string customer, contacts::Address address,
               std::function<void(const absl::Status&)> done);
  // The owner of this address has asked for no more; `creator` is where. Durable when `done` comes.
  void Mark(contacts::Address address, std::string creator,
            std::function<void(const absl::Status&)> done);

  // Returns when all that came in before the call has been worked off, and what time has made due
  // is done; for tests, which have their own time.
  void Settle();

 private:
  class Parts;
  explicit Outbound(std::shared_ptr<Parts> parts);

  std::shared_ptr<Parts> parts_;
};

}  // namespace wissel::outbound
