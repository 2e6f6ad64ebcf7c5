// The outbox on disk: which mails are on their way, and how far. No text and no address is in it:
// those stand in the contact store, and the outbox names the entry.
//
// One SQLite file (WAL, synchronous=FULL), used by one thread. Each change is durable when the call
// returns. A failed sync stops the process: what is on the disk is not known then.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/connection.h"
#include "channels/email/core/outgoing.h"

namespace wissel::email {

class Outbox {
 public:
  // ":memory:" keeps it in memory.
  static absl::StatusOr<std::unique_ptr<Outbox>> Open(const sql::Place& place);

  // Gives it an id. UNAVAILABLE: there was no room; nothing was written. So of the others.
  absl::StatusOr<OutMail> Add(OutMail mail);
  absl::Status Save(const OutMail& mail);
  absl::Status Drop(uint64_t id);
  absl::Status DropContact(const std::string& contact);

  absl::StatusOr<std::vector<OutMail>> LoadUnsettled();
  absl::StatusOr<std::vector<OutMail>> LoadOf(const std::string& contact);

 private:
  explicit Outbox(sql::Connection connection) : connection_(std::move(connection)) {}
  absl::Status Prepare();

  sql::Connection connection_;
  sql::Statement insert_, update_, drop_, drop_contact_, unsettled_, of_contact_;
};

}  // namespace wissel::email
