// The front door of the mailings: notices by mail in bulk, MailingService over the contact store,
// through the mail channel and asking the marks of who is not to be contacted.
//
// Order: open before the store is first called (it observes erasures), `Register` before a door
// opens, `Start` once what it was given runs. On the way down: close the doors, `Stop`, stop what
// it was given, destroy. Thread-safe; nothing blocks but Settle. One thread of its own.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "channels/contacts/contact_store.h"
#include "channels/mailings/mailing_options.h"
#include "router/service/shard.h"

namespace wissel::mailings {

class Mailings {
 public:
  // `shard`, whose time it is, and `store` must outlive it.
  static absl::StatusOr<std::unique_ptr<Mailings>> Open(Shard& shard, contacts::ContactStore& store,
                                                        MailingOptions options);
  ~Mailings();

  void Register(rpc::MethodTable& table);
  // Takes up what was being sent.
  void Start();
  // Calls from then on are UNAVAILABLE.
  void Stop();

  // The notice of this contact came back undelivered (MailOptions::notice_bounced).
  void Bounced(std::string contact);

  // Returns when all that came in before the call has been worked off, and what time has made due
  // is done; for tests, which have their own time.
  void Settle();

 private:
  class Parts;
  explicit Mailings(std::shared_ptr<Parts> parts);

  std::shared_ptr<Parts> parts_;
};

}  // namespace wissel::mailings
