// People of another system who are taken in: known by an address, or new.
#include <algorithm>

#include "base/status.h"
#include "channels/contacts/customer_tables.h"

namespace wissel::contacts {
namespace {

using Kind = CustomerImported::Kind;

// What is given and is not so already.
template <class T>
void KeepIfNew(std::optional<T>& given, const T& is) {
  if (given == is) given.reset();
}

}  // namespace

absl::StatusOr<CustomerImported> CustomerTables::Add(const CustomerChange& person, Instant at) {
  NewContact unknown;
  unknown.contact.started = at;
  unknown.addresses = *person.addresses;
  WISSEL_ASSIGN_OR_RETURN(Person made, Make(unknown));
  made.customer.display_name = person.display_name.value_or("");
  made.customer.language = person.language.value_or("");
  made.customer.note = person.note.value_or("");
  made.customer.do_not_contact = person.do_not_contact.value_or(std::vector<Channel>());
  WISSEL_RETURN_IF_ERROR(CheckFree(unknown.addresses, {}));
  WISSEL_RETURN_IF_ERROR(Write(made));
  WISSEL_RETURN_IF_ERROR(TakeUp(made, unknown));
  return CustomerImported{Kind::kAdded, made.customer.name};
}

absl::StatusOr<CustomerImported> CustomerTables::Import(const CustomerChange& person, Instant at,
                                                        bool validate_only) {
  std::string known;
  for (const Address& address : *person.addresses) {
    WISSEL_ASSIGN_OR_RETURN(const std::optional<std::string> owner, OwnerOf(address));
    if (!owner) continue;
    WISSEL_ASSIGN_OR_RETURN(std::string root, RootOf(*owner));
    if (!known.empty() && known != root) {
      return Refuse(absl::StatusCode::kAlreadyExists, "addresses",
                    "two customers have these addresses", "to merge the two");
    }
    known = std::move(root);
  }
  if (known.empty()) {
    WISSEL_RETURN_IF_ERROR(CheckFree(*person.addresses, {}));
    return validate_only ? CustomerImported{Kind::kAdded, ""} : Add(person, at);
  }
  WISSEL_ASSIGN_OR_RETURN(const std::optional<Customer> whole, Load(known));
  CustomerChange change = person;
  change.customer = known;
  KeepIfNew(change.display_name, whole->display_name);
  KeepIfNew(change.language, whole->language);
  KeepIfNew(change.note, whole->note);
  if (change.do_not_contact) {
    change.do_not_contact = whole->do_not_contact;
    for (const Channel channel : *person.do_not_contact) {
      const auto& has = *change.do_not_contact;
      if (std::find(has.begin(), has.end(), channel) == has.end()) {
        change.do_not_contact->push_back(channel);
      }
    }
    KeepIfNew(change.do_not_contact, whole->do_not_contact);
  }
  change.addresses = whole->addresses;
  for (const Address& address : *person.addresses) {
    if (!Has(*change.addresses, address)) change.addresses->push_back(address);
  }
  WISSEL_ASSIGN_OR_RETURN(const std::vector<std::string> group, GroupOf(known));
  WISSEL_RETURN_IF_ERROR(CheckFree(*change.addresses, group));
  KeepIfNew(change.addresses, whole->addresses);
  const bool changes = change.display_name || change.language || change.note ||
                       change.do_not_contact || change.addresses;
  if (!changes) return CustomerImported{Kind::kUnchanged, known};
  if (!validate_only) WISSEL_RETURN_IF_ERROR(Change(change).status());
  return CustomerImported{Kind::kChanged, known};
}

}  // namespace wissel::contacts
