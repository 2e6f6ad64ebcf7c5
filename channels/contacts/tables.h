// The store's files and tables together, and what goes across them: erasing. Belongs to the store's
// thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "channels/contacts/action_table.h"
#include "channels/contacts/contact_tables.h"
#include "channels/contacts/customer_tables.h"
#include "channels/contacts/files.h"

namespace wissel::contacts {

class Tables {
 public:
  // What has been erased is erased again, should a backup have brought it back.
  static absl::StatusOr<std::unique_ptr<Tables>> Open(const sql::Stores& stores);

  // In a transaction of its own: the ledger first, so that whatever happens next is made good at
  // the next opening. The contacts that went. Call EmptyLogs after the commit.
  absl::StatusOr<std::vector<std::string>> Erase(const std::string& customer,
                                                 const std::string& user, Instant at);

  Files files;
  CustomerTables customers{files};
  ContactTables contacts{files, customers};
  ActionTable actions{files};

 private:
  explicit Tables(Files opened) : files(std::move(opened)) {}
  absl::Status EraseAgain();
  absl::Status Delete(const std::string& customer, std::vector<std::string>& contacts_gone);
};

}  // namespace wissel::contacts
