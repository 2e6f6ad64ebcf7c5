#include "channels/contacts/customer_tables.h"

#include <algorithm>
#include <set>

#include "base/status.h"
#include "channels/contacts/records.h"
#include "channels/contacts/words.h"
#include "fmt/format.h"

namespace wissel::contacts {
namespace {

// Those who have the first word of a search, of whom the others are looked for.
constexpr int kMostLookedAt = 1'000;
constexpr size_t kMostAddresses = 50;

absl::Status NoSuchCustomer(const std::string& customer) {
  return Refuse(absl::StatusCode::kNotFound, "customer",
                fmt::format("there is no customer {}", customer));
}

// Two spellings of one address are one.
std::string TextOf(const Address& address) {
  return fmt::format("{} {}", static_cast<int>(address.kind), ComparedText(address));
}

Identity IdentityOf(const std::string& name, int64_t slot, const std::string& merged_into,
                    const std::string& made_by) {
  return Identity("customer").Add(name).Add(slot).Add(merged_into).Add(made_by);
}

}  // namespace

// --- One row

absl::StatusOr<CustomerTables::Person> CustomerTables::Read(const std::string& customer) {
  WISSEL_ASSIGN_OR_RETURN(
      sql::Query row,
      files_.db.Ask("SELECT slot, merged_into, made_by, sealed FROM customers WHERE name = ?1",
                    customer));
  WISSEL_ASSIGN_OR_RETURN(const bool found, row.Next());
  if (!found) return NoSuchCustomer(customer);
  const int64_t slot = row.Number(0);
  WISSEL_ASSIGN_OR_RETURN(const Key key, files_.keys.Find(slot, customer));
  Person person{{}, slot, row.Text(1), row.Text(2), key};
  person.customer.name = customer;
  WISSEL_ASSIGN_OR_RETURN(
      const std::string record,
      Open(key, row.Text(3),
           IdentityOf(customer, slot, person.merged_into, person.made_by).text()));
  WISSEL_RETURN_IF_ERROR(ReadRecord(record, person.customer));
  return person;
}

absl::Status CustomerTables::Write(const Person& person) {
  const std::string& name = person.customer.name;
  const std::string sealed =
      Seal(person.key, RecordOf(person.customer),
           IdentityOf(name, person.slot, person.merged_into, person.made_by).text());
  WISSEL_RETURN_IF_ERROR(
      files_.db.Do("INSERT INTO customers VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO "
                   "UPDATE SET slot = excluded.slot, merged_into = excluded.merged_into, "
                   "made_by = excluded.made_by, sealed = excluded.sealed",
                   name, person.slot, person.merged_into, person.made_by, sealed));
  WISSEL_RETURN_IF_ERROR(files_.db.Do("DELETE FROM words WHERE customer = ?1", name));
  for (const std::string& word : WordsOf(person.customer.display_name)) {
    WISSEL_RETURN_IF_ERROR(
        files_.db.Do("INSERT INTO words VALUES (?1, ?2)", files_.Hash("word", word), name));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> CustomerTables::Exists(const std::string& customer) {
  WISSEL_ASSIGN_OR_RETURN(sql::Query row,
                          files_.db.Ask("SELECT 1 FROM customers WHERE name = ?1", customer));
  return row.Next();
}

absl::StatusOr<std::string> CustomerTables::MergedInto(const std::string& customer) {
  WISSEL_ASSIGN_OR_RETURN(
      sql::Query row, files_.db.Ask("SELECT merged_into FROM customers WHERE name = ?1", customer));
  WISSEL_ASSIGN_OR_RETURN(const bool found, row.Next());
  if (!found) return NoSuchCustomer(customer);
  return row.Text(0);
}

absl::StatusOr<std::optional<std::string>> CustomerTables::OwnerOf(const Address& address) {
  WISSEL_ASSIGN_OR_RETURN(sql::Query row,
                          files_.db.Ask("SELECT customer FROM addresses WHERE hash = ?1",
                                        files_.Hash("address", TextOf(address))));
  WISSEL_ASSIGN_OR_RETURN(const bool found, row.Next());
  return found ? std::optional(row.Text(0)) : std::nullopt;
}

absl::Status CustomerTables::Own(const Address& address, const std::string& customer) {
  return files_.db.Do("INSERT INTO addresses VALUES (?1, ?2)",
                      files_.Hash("address", TextOf(address)), customer);
}

// --- Whom a contact is of

absl::StatusOr<CustomerTables::Owner> CustomerTables::FindOrMake(const NewContact& contact) {
  std::string known = contact.contact.customer;
  for (const Address& address : contact.addresses) {
    if (!known.empty()) break;
    WISSEL_ASSIGN_OR_RETURN(const std::optional<std::string> owner, OwnerOf(address));
    if (owner) known = *owner;
  }
  if (known.empty()) {
    WISSEL_ASSIGN_OR_RETURN(Person person, Make(contact));
    WISSEL_RETURN_IF_ERROR(Write(person));
    WISSEL_RETURN_IF_ERROR(TakeUp(person, contact));
    return Owner{person.customer.name, person.slot, person.key};
  }
  WISSEL_ASSIGN_OR_RETURN(const std::string root, RootOf(known));
  WISSEL_ASSIGN_OR_RETURN(Person person, Read(root));
  WISSEL_RETURN_IF_ERROR(TakeUp(person, contact));
  return Owner{person.customer.name, person.slot, person.key};
}

absl::StatusOr<CustomerTables::Person> CustomerTables::Make(const NewContact& contact) {
  const std::string name = std::string(kCustomerPrefix) + NewToken();
  WISSEL_ASSIGN_OR_RETURN(const KeyFile::Made made, files_.keys.Make(name));
  Person person{{}, made.slot, "", contact.contact.name, made.key};
  person.customer.name = name;
  person.customer.created = contact.contact.started;
  return person;
}

absl::Status CustomerTables::TakeUp(Person& person, const NewContact& contact) {
  Customer& customer = person.customer;
  const Customer before = customer;
  if (customer.display_name.empty()) customer.display_name = contact.contact.display_name;
  if (customer.language.empty()) customer.language = contact.contact.language;
  for (const Address& address : contact.addresses) {
    WISSEL_ASSIGN_OR_RETURN(const std::optional<std::string> owner, OwnerOf(address));
    if (owner || customer.addresses.size() >= kMostAddresses) continue;
    WISSEL_RETURN_IF_ERROR(Own(address, customer.name));
    customer.addresses.push_back(address);
  }
  return customer == before ? absl::OkStatus() : Write(person);
}

absl::Status CustomerTables::ForgetMadeBy(const std::string& customer, const std::string& contact) {
  WISSEL_ASSIGN_OR_RETURN(
      sql::Query row, files_.db.Ask("SELECT made_by = ?2 AND merged_into = x'' AND"
                                    " NOT EXISTS (SELECT 1 FROM contacts WHERE customer = ?1) AND"
                                    " NOT EXISTS (SELECT 1 FROM customers WHERE merged_into = ?1)"
                                    " FROM customers WHERE name = ?1",
                                    customer, contact));
  WISSEL_ASSIGN_OR_RETURN(const bool found, row.Next());
  if (!found || row.Number(0) == 0) return absl::OkStatus();
  return Delete(customer);
}

absl::Status CustomerTables::Delete(const std::string& customer) {
  for (const char* sql :
       {"DELETE FROM addresses WHERE customer = ?1", "DELETE FROM words WHERE customer = ?1",
        "DELETE FROM customers WHERE name = ?1"}) {
    WISSEL_RETURN_IF_ERROR(files_.db.Do(sql, customer));
  }
  return files_.keys.Destroy(customer);
}

// --- Who was merged into whom

absl::StatusOr<std::string> CustomerTables::RootOf(std::string customer) {
  for (;;) {
    WISSEL_ASSIGN_OR_RETURN(std::string into, MergedInto(customer));
    if (into.empty()) return customer;
    customer = std::move(into);
  }
}

absl::StatusOr<std::vector<std::string>> CustomerTables::GroupOf(const std::string& customer) {
  WISSEL_ASSIGN_OR_RETURN(const std::string root, RootOf(customer));
  std::vector<std::string> group = {root};
  for (size_t i = 0; i < group.size(); ++i) {
    WISSEL_ASSIGN_OR_RETURN(sql::Query row,
                            files_.db.Ask("SELECT name FROM customers WHERE merged_into = ?1 AND"
                                          " length(merged_into) > 0 ORDER BY name",
                                          group[i]));
    for (;;) {
      WISSEL_ASSIGN_OR_RETURN(const bool more, row.Next());
      if (!more) break;
      group.push_back(row.Text(0));
    }
  }
  return group;
}

absl::StatusOr<bool> CustomerTables::Merge(const std::string& into, const std::string& from) {
  WISSEL_ASSIGN_OR_RETURN(const std::string survivor, RootOf(into));
  WISSEL_ASSIGN_OR_RETURN(const std::string root, RootOf(from));
  if (survivor == root) {
    if (into != from) return false;
    return RefuseField("from", "a customer is not merged into themselves", "another customer");
  }
  WISSEL_ASSIGN_OR_RETURN(Person person, Read(root));
  person.merged_into = survivor;
  WISSEL_RETURN_IF_ERROR(Write(person));
  return true;
}

absl::StatusOr<std::string> CustomerTables::Split(const std::string& customer) {
  WISSEL_ASSIGN_OR_RETURN(Person person, Read(customer));
  const std::string into = std::exchange(person.merged_into, "");
  if (into.empty()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "customer",
                  "this customer is merged into nobody", "a name from the field merged");
  }
  WISSEL_RETURN_IF_ERROR(Write(person));
  return into;
}

// --- Reading and changing people

absl::StatusOr<std::optional<Customer>> CustomerTables::Load(const std::string& customer) {
  WISSEL_ASSIGN_OR_RETURN(const bool exists, Exists(customer));
  if (!exists) return std::nullopt;
  WISSEL_ASSIGN_OR_RETURN(const std::vector<std::string> group, GroupOf(customer));
  WISSEL_ASSIGN_OR_RETURN(const Person root, Read(group[0]));
  Customer whole = root.customer;
  for (size_t i = 1; i < group.size(); ++i) {
    WISSEL_ASSIGN_OR_RETURN(const Person person, Read(group[i]));
    const Customer& part = person.customer;
    whole.merged.push_back(part.name);
    whole.created = std::min(whole.created, part.created);
    if (whole.display_name.empty()) whole.display_name = part.display_name;
    if (whole.language.empty()) whole.language = part.language;
    if (whole.note.empty()) whole.note = part.note;
    whole.addresses.insert(whole.addresses.end(), part.addresses.begin(), part.addresses.end());
    for (Channel channel : part.do_not_contact) {
      if (std::find(whole.do_not_contact.begin(), whole.do_not_contact.end(), channel) ==
          whole.do_not_contact.end()) {
        whole.do_not_contact.push_back(channel);
      }
    }
  }
  return whole;
}

absl::StatusOr<std::optional<Customer>> CustomerTables::Find(const Address& address) {
  WISSEL_ASSIGN_OR_RETURN(const std::optional<std::string> owner, OwnerOf(address));
  if (!owner) return std::nullopt;
  WISSEL_ASSIGN_OR_RETURN(std::optional<Customer> customer, Load(*owner));
  // Whoever is found has the address, or the row that led to them is damaged.
  if (customer && Has(customer->addresses, address)) return customer;
  return absl::DataLossError("an address of the contact store is damaged");
}

absl::StatusOr<std::vector<Customer>> CustomerTables::Search(const std::string& name, int most) {
  const std::set<std::string> words = WordsOf(name);
  std::set<std::string> names;
  if (!words.empty()) {
    // The longest word is the rarest, as a rule.
    const std::string& first =
        *std::max_element(words.begin(), words.end(),
                          [](const auto& a, const auto& b) { return a.size() < b.size(); });
    WISSEL_ASSIGN_OR_RETURN(sql::Query row,
                            files_.db.Ask("SELECT customer FROM words WHERE hash = ?1 LIMIT ?2",
                                          files_.Hash("word", first), kMostLookedAt));
    for (;;) {
      WISSEL_ASSIGN_OR_RETURN(const bool more, row.Next());
      if (!more) break;
      names.insert(row.Text(0));
    }
  }
  std::vector<Customer> found;
  std::set<std::string> roots;
  for (const std::string& candidate : names) {
    if (static_cast<int>(found.size()) >= most) break;
    WISSEL_ASSIGN_OR_RETURN(const Person person, Read(candidate));
    const std::set<std::string> theirs = WordsOf(person.customer.display_name);
    if (!std::includes(theirs.begin(), theirs.end(), words.begin(), words.end())) continue;
    WISSEL_ASSIGN_OR_RETURN(std::optional<Customer> whole, Load(candidate));
    if (whole && roots.insert(whole->name).second) found.push_back(*std::move(whole));
  }
  return found;
}

absl::Status CustomerTables::CheckFree(const std::vector<Address>& addresses,
                                       const std::vector<std::string>& group) {
  if (addresses.size() > kMostAddresses) {
    return RefuseField("addresses", fmt::format("there are {} addresses", addresses.size()),
                       fmt::format("at most {}", kMostAddresses));
  }
  for (const Address& address : addresses) {
    WISSEL_ASSIGN_OR_RETURN(const std::optional<std::string> owner, OwnerOf(address));
    if (owner && std::find(group.begin(), group.end(), *owner) == group.end()) {
      return Refuse(absl::StatusCode::kAlreadyExists, "addresses",
                    "another customer has one of these addresses", "to merge the two");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Customer> CustomerTables::Change(const CustomerChange& change) {
  WISSEL_ASSIGN_OR_RETURN(const std::vector<std::string> group, GroupOf(change.customer));
  if (change.addresses) WISSEL_RETURN_IF_ERROR(CheckFree(*change.addresses, group));
  std::vector<Address> missing = change.addresses.value_or(std::vector<Address>());
  // What the person has as a whole is changed in every part of them; what is new goes to the root.
  for (size_t i = group.size(); i-- > 0;) {
    WISSEL_ASSIGN_OR_RETURN(Person person, Read(group[i]));
    Customer& part = person.customer;
    const bool root = i == 0;
    if (change.display_name) part.display_name = root ? *change.display_name : "";
    if (change.language) part.language = root ? *change.language : "";
    if (change.note) part.note = root ? *change.note : "";
    if (change.do_not_contact) {
      part.do_not_contact = root ? *change.do_not_contact : std::vector<Channel>();
    }
    if (change.addresses) {
      std::erase_if(part.addresses,
                    [&](const Address& had) { return !Has(*change.addresses, had); });
      std::erase_if(missing, [&](const Address& a) { return Has(part.addresses, a); });
      for (const Address& address : missing) {
        if (root && !Has(part.addresses, address)) part.addresses.push_back(address);
      }
      WISSEL_RETURN_IF_ERROR(files_.db.Do("DELETE FROM addresses WHERE customer = ?1", part.name));
      for (const Address& address : part.addresses) {
        WISSEL_RETURN_IF_ERROR(Own(address, part.name));
      }
    }
    WISSEL_RETURN_IF_ERROR(Write(person));
  }
  WISSEL_ASSIGN_OR_RETURN(std::optional<Customer> whole, Load(change.customer));
  return *std::move(whole);
}

}  // namespace wissel::contacts
