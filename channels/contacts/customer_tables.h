// People and their addresses. Inside a transaction of the caller; belongs to the store's thread.
//
// Merging moves nothing: each contact keeps the customer under whose key it is sealed, and who was
// merged points to whom they were merged into. So a merge is taken back by taking the pointer away,
// and to erase a person is to erase all who point to them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "channels/contacts/contact_store.h"
#include "channels/contacts/files.h"

namespace wissel::contacts {

class CustomerTables {
 public:
  explicit CustomerTables(Files& files) : files_(files) {}

  // Whose key something new is sealed under.
  struct Owner {
    std::string customer;
    int64_t slot = 0;
    Key key;
  };
  // The customer that is named, or the first that has one of the addresses, or a new one, made for
  // the contact. Addresses that nobody has become theirs; so do name and language if they have
  // none.
  absl::StatusOr<Owner> FindOrMake(const NewContact& contact);
  // Nobody is left of a customer whom this contact made and who has no other.
  absl::Status ForgetMadeBy(const std::string& customer, const std::string& contact);
  // All rows of a customer, whether they can be opened or not; the key goes with them.
  absl::Status Delete(const std::string& customer);

  // Whom they were merged into in the end; themselves, if into nobody.
  absl::StatusOr<std::string> RootOf(std::string customer);
  // The root first, then all who were merged into it. None: no such customer.
  absl::StatusOr<std::vector<std::string>> GroupOf(const std::string& customer);

  absl::StatusOr<bool> Exists(const std::string& customer);

  absl::StatusOr<std::optional<Customer>> Load(const std::string& customer);
  absl::StatusOr<std::optional<Customer>> Find(const Address& address);
  absl::StatusOr<std::vector<Customer>> Search(const std::string& name, int most);

  absl::StatusOr<Customer> Change(const CustomerChange& change);
  // ContactStore::ImportCustomer (customer_import.cc).
  absl::StatusOr<CustomerImported> Import(const CustomerChange& person, Instant at,
                                          bool validate_only);
  // Whether it changed anything.
  absl::StatusOr<bool> Merge(const std::string& into, const std::string& from);
  // Whom they were merged into.
  absl::StatusOr<std::string> Split(const std::string& customer);

 private:
  struct Person {
    Customer customer;  // of this row alone
    int64_t slot = 0;
    std::string merged_into;
    std::string made_by;
    Key key;
  };
  absl::StatusOr<Person> Read(const std::string& customer);
  // With its words; the row may be new.
  absl::Status Write(const Person& person);
  absl::StatusOr<Person> Make(const NewContact& contact);
  absl::Status TakeUp(Person& person, const NewContact& contact);
  absl::StatusOr<CustomerImported> Add(const CustomerChange& person, Instant at);
  absl::StatusOr<std::optional<std::string>> OwnerOf(const Address& address);
  absl::Status Own(const Address& address, const std::string& customer);
  absl::StatusOr<std::string> MergedInto(const std::string& customer);
  absl::Status CheckFree(const std::vector<Address>& addresses,
                         const std::vector<std::string>& group);

  Files& files_;
};

}  // namespace wissel::contacts
