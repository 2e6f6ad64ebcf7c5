#include "channels/contacts/tables.h"

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::contacts {

absl::StatusOr<std::unique_ptr<Tables>> Tables::Open(const sql::Stores& stores) {
  WISSEL_ASSIGN_OR_RETURN(Files files, Files::Open(stores));
  std::unique_ptr<Tables> tables(new Tables(std::move(files)));
  WISSEL_RETURN_IF_ERROR(tables->EraseAgain());
  return tables;
}

absl::Status Tables::EraseAgain() {
  if (files.ledger.erased().empty()) return absl::OkStatus();
  WISSEL_RETURN_IF_ERROR(files.Begin());
  std::vector<std::string> gone;
  for (const std::string& customer : files.ledger.erased()) {
    WISSEL_RETURN_IF_ERROR(Delete(customer, gone));
  }
  WISSEL_RETURN_IF_ERROR(files.Commit());
  return files.EmptyLogs();
}

absl::Status Tables::Delete(const std::string& customer, std::vector<std::string>& contacts_gone) {
  WISSEL_ASSIGN_OR_RETURN(const std::vector<ContactPosition> theirs,
                          contacts.PositionsOf(customer));
  for (const ContactPosition& contact : theirs) {
    WISSEL_RETURN_IF_ERROR(contacts.Delete(contact.name));
    contacts_gone.push_back(contact.name);
  }
  return customers.Delete(customer);
}

absl::StatusOr<std::vector<std::string>> Tables::Erase(const std::string& customer,
                                                       const std::string& user, Instant at) {
  std::vector<std::string> gone;
  WISSEL_ASSIGN_OR_RETURN(const bool exists, customers.Exists(customer));
  if (!exists) {
    if (files.ledger.Has(customer)) return gone;
    return Refuse(absl::StatusCode::kNotFound, "customer",
                  fmt::format("there is no customer {}", customer));
  }
  WISSEL_ASSIGN_OR_RETURN(const std::vector<std::string> group, customers.GroupOf(customer));
  WISSEL_RETURN_IF_ERROR(files.ledger.Add(group, user, at));
  for (const std::string& member : group) {
    WISSEL_RETURN_IF_ERROR(Delete(member, gone));
    WISSEL_RETURN_IF_ERROR(actions.Record(
        {0, at, user, ActionKind::kErased, member, member == group[0] ? "" : group[0]}));
  }
  return gone;
}

}  // namespace wissel::contacts
