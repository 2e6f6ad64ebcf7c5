// People: found by their addresses, searched by their names, merged, split and changed.
#include "channels/contacts/words.h"
#include "gmock/gmock.h"
#include "tests/contacts/store_testing.h"

namespace wissel::contacts {
namespace {

using testing::At;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class AddressBookTest : public testing::StoreTest {
 protected:
  // A mail from there; whose it is.
  std::string CustomerOf(const std::string& from, const std::string& display_name = "",
                         int64_t seconds = 1) {
    NewContact mail = Mail(from, "subject", At(seconds));
    mail.contact.display_name = display_name;
    return Start(mail)->contact.customer;
  }
  std::vector<std::string> NamesOf(const absl::StatusOr<std::vector<Customer>>& customers) {
    std::vector<std::string> names;
    for (const Customer& customer : *customers) names.push_back(customer.display_name);
    return names;
  }
};

TEST_F(AddressBookTest, WhoIsNotKnownIsNew) {
  NewContact mail = Mail("Mia@example.org", "hello", At(1));
  mail.contact.display_name = "Mia Peeters";
  const std::string mia = Start(mail)->contact.customer;
  EXPECT_TRUE(IsCustomerName(mia));
  EXPECT_EQ(CustomerOf("mia@example.org"), mia) << "the same mailbox, spelled otherwise";
  EXPECT_NE(CustomerOf("bo@example.org"), mia);

  NewContact call = Chat("");
  call.addresses = {Phone("+3225550123"), Email("mia@example.org")};
  EXPECT_EQ(Start(call)->contact.customer, mia);
  EXPECT_EQ((*FindCustomer(Phone("+3225550123")))->name, mia) << "which she has from now on";
  const Customer customer = **LoadCustomer(mia);
  EXPECT_EQ(customer.display_name, "Mia Peeters");
  EXPECT_EQ(customer.created, At(1));
  EXPECT_THAT(customer.addresses, ElementsAre(Email("Mia@example.org"), Phone("+3225550123")));
  EXPECT_EQ(*FindCustomer(Phone("+3225550199")), std::nullopt);
  EXPECT_NE(Start(Chat())->contact.customer, Start(Chat())->contact.customer)
      << "who comes without an address is new each time";
}

TEST_F(AddressBookTest, TheFirstKnownAddressDecides) {
  const std::string mia = CustomerOf("mia@example.org");
  const std::string bo = CustomerOf("bo@example.org");
  NewContact both = Chat("");
  both.addresses = {Phone("+3225550123"), Email("bo@example.org"), Email("mia@example.org")};
  EXPECT_EQ(Start(both)->contact.customer, bo);
  EXPECT_THAT((*LoadCustomer(mia))->addresses, ElementsAre(Email("mia@example.org")))
      << "nobody is merged unasked";
  NewContact named = Chat("");
  named.contact.customer = mia;
  named.addresses = {Email("bo@example.org")};
  EXPECT_EQ(Start(named)->contact.customer, mia);
  named = Chat("");
  named.contact.customer = "customers/AAAAAAAAAAAAAAAAAAAAAA";
  EXPECT_EQ(Start(named).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(AddressBookTest, IsSearchedByWholeWords) {
  CustomerOf("a@example.org",
             "Ren\xc3\xa9"
             "e Peeters-Dubois");
  CustomerOf("b@example.org", "Jan Peeters");
  CustomerOf("c@example.org", "\xd0\x9c\xd0\xb0\xd1\x80\xd0\xb8\xd1\x8f");
  EXPECT_THAT(NamesOf(Search("peeters")), ::testing::SizeIs(2));
  EXPECT_THAT(NamesOf(Search("PEETERS renee")), ElementsAre("Ren\xc3\xa9"
                                                            "e Peeters-Dubois"));
  EXPECT_THAT(NamesOf(Search("dubois, Ren\xc3\xa9"
                             "e")),
              ::testing::SizeIs(1));
  EXPECT_THAT(NamesOf(Search("\xd0\xbc\xd0\xb0\xd1\x80\xd0\xb8\xd1\x8f")), ::testing::SizeIs(1));
  EXPECT_THAT(NamesOf(Search("peet")), ElementsAre());
  EXPECT_THAT(NamesOf(Search(" - ")), ElementsAre());
  EXPECT_THAT(NamesOf(Search("peeters", 1)), ::testing::SizeIs(1));
}

TEST_F(AddressBookTest, Changes) {
  const std::string mia = CustomerOf("mia@example.org", "Mia");
  CustomerOf("bo@example.org");
  CustomerChange change{mia};
  change.display_name = "Mia Peeters";
  change.language = "nl";
  change.note = "prefers mornings";
  change.addresses = {Email("mia@example.com"), Phone("+3225550123"), Phone("+3225550123")};
  change.do_not_contact = {Channel::kOutbound};
  const Customer changed = *Change(change);
  EXPECT_THAT(changed.addresses, ElementsAre(Email("mia@example.com"), Phone("+3225550123")));
  Open();
  EXPECT_EQ(**LoadCustomer(mia), changed);
  EXPECT_EQ(changed.note, "prefers mornings");
  EXPECT_THAT(changed.do_not_contact, ElementsAre(Channel::kOutbound));
  EXPECT_EQ(*FindCustomer(Email("mia@example.org")), std::nullopt) << "which she has no more";
  EXPECT_THAT(NamesOf(Search("peeters")), ElementsAre("Mia Peeters"));

  change.addresses = {Email("bo@example.org")};
  change.display_name = "Bo";
  EXPECT_EQ(Change(change).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(**LoadCustomer(mia), changed) << "nothing of it was done";
  EXPECT_EQ(*Change({mia}), changed) << "what is left out stays";
  EXPECT_EQ(Change({"customers/AAAAAAAAAAAAAAAAAAAAAA"}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(AddressBookTest, TwoCustomersAreOnePerson) {
  const std::string mia = CustomerOf("mia@example.org", "Mia");
  const std::string m = CustomerOf("m.peeters@work.example", "M. Peeters", 2);
  const std::string third = CustomerOf("third@example.org", "", 3);
  const Customer before = **LoadCustomer(m);
  ASSERT_TRUE(Merge(m, third).ok());
  const Customer merged = *Merge(mia, m);
  EXPECT_EQ(merged.name, mia);
  EXPECT_EQ(merged.display_name, "Mia");
  EXPECT_THAT(merged.merged, UnorderedElementsAre(m, third));
  EXPECT_THAT(merged.addresses,
              UnorderedElementsAre(Email("mia@example.org"), Email("m.peeters@work.example"),
                                   Email("third@example.org")));
  EXPECT_EQ(**LoadCustomer(third), merged) << "whichever name is used";
  EXPECT_EQ(*Merge(mia, m), merged) << "repeated, it changes nothing";
  EXPECT_EQ(*Merge(m, mia), merged) << "nor the other way round";
  EXPECT_EQ(FieldAtFault(Merge(mia, mia).status()), "from");
  EXPECT_EQ(CustomerOf("m.peeters@work.example", "", 4), mia) << "what comes is theirs";
  EXPECT_EQ(NamesOf(Search("peeters")), std::vector<std::string>{"Mia"});
  EXPECT_EQ(List(m)->contacts.size(), 4u);

  CustomerChange change{mia};
  change.addresses = {Email("mia@example.org"), Email("third@example.org")};
  EXPECT_EQ(Change(change)->addresses.size(), 2u);
  EXPECT_EQ(*FindCustomer(Email("m.peeters@work.example")), std::nullopt);

  EXPECT_EQ(Split(mia).status().code(), absl::StatusCode::kFailedPrecondition);
  const Customer split = *Split(m);
  EXPECT_EQ(split.name, m);
  EXPECT_EQ(split.display_name, before.display_name);
  EXPECT_THAT(split.merged, ElementsAre(third)) << "who came with them goes with them";
  EXPECT_THAT((*LoadCustomer(mia))->merged, ElementsAre());
  // The contact that came in between is whose it was when it came.
  EXPECT_EQ(List(mia)->contacts.size(), 2u);
  EXPECT_EQ(List(m)->contacts.size(), 2u);

  const std::vector<Action> actions = Actions();
  std::vector<ActionKind> kinds;
  for (const Action& action : actions) kinds.push_back(action.kind);
  EXPECT_THAT(kinds, ElementsAre(ActionKind::kSplit, ActionKind::kChanged, ActionKind::kMerged,
                                 ActionKind::kMerged));
  EXPECT_EQ(actions[2].subject, mia);
  EXPECT_EQ(actions[2].other, m);
  EXPECT_EQ(actions[2].user, "users/mieke");
  EXPECT_EQ(actions[2].time, At(51));
  EXPECT_EQ(Actions(mia).size(), 3u);
}

TEST_F(AddressBookTest, ListsContactsNewestFirst) {
  const std::string mia = CustomerOf("mia@example.org", "", 10);
  std::vector<std::string> expected;
  for (int i = 0; i < 25; ++i) {
    NewContact mail = Mail("mia@example.org", "subject " + std::to_string(i), At(100 + i / 2));
    mail.first_entry = Text("", "text");
    ASSERT_TRUE(Start(mail).ok());
  }
  CustomerOf("bo@example.org", "", 500);
  std::vector<Contact> all;
  std::optional<ContactPosition> from;
  do {
    const ContactPage page = *List(mia, 7, from);
    EXPECT_LE(page.contacts.size(), 7u);
    all.insert(all.end(), page.contacts.begin(), page.contacts.end());
    from = page.next;
    // What comes meanwhile moves nothing.
    if (all.size() == 7) CustomerOf("mia@example.org", "", 1000);
  } while (from);
  ASSERT_EQ(all.size(), 26u);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const Contact& a, const Contact& b) {
    return a.started > b.started;
  }));
  EXPECT_TRUE(all[0].entries.empty());
  EXPECT_EQ(all.back().started, At(10));
  EXPECT_EQ(List("customers/AAAAAAAAAAAAAAAAAAAAAA").status().code(), absl::StatusCode::kNotFound);
}

class ImportTest : public AddressBookTest {
 protected:
  using Kind = CustomerImported::Kind;

  absl::StatusOr<CustomerImported> Import(const CustomerChange& person,
                                          bool validate_only = false) {
    const auto how =
        validate_only ? ContactStore::Import::kValidateOnly : ContactStore::Import::kDo;
    return Wait<CustomerImported>(
        [&](auto done) { store_->ImportCustomer(person, how, "users/mieke", At(70), done); });
  }
  static CustomerChange Person(std::vector<Address> addresses, const std::string& name = "") {
    CustomerChange person;
    person.addresses = std::move(addresses);
    if (!name.empty()) person.display_name = name;
    return person;
  }
};

TEST_F(ImportTest, WhoeverHasAnAddressIsThemAndTheSameAgainChangesNothing) {
  const std::string mia = CustomerOf("mia@example.org", "Mia");
  const CustomerChange person = Person({Email("MIA@example.org"), Phone("+3225550123")}, "Mia P.");
  EXPECT_EQ(Import(person, true)->kind, Kind::kChanged);
  EXPECT_EQ(*FindCustomer(Phone("+3225550123")), std::nullopt) << "a trial changes nothing";
  EXPECT_EQ(Import(person)->kind, Kind::kChanged);
  EXPECT_EQ(Import(person)->kind, Kind::kUnchanged);
  EXPECT_EQ((*FindCustomer(Phone("+3225550123")))->name, mia);
  EXPECT_EQ((**LoadCustomer(mia)).display_name, "Mia P.");
  EXPECT_EQ(Import(Person({Phone("+3225550123")}))->kind, Kind::kUnchanged)
      << "what is left out stays";
  EXPECT_EQ(Actions(mia).size(), 1u) << "only what changes is on record";
}

TEST_F(ImportTest, WhoIsNotKnownIsNewWithAllThatIsSaid) {
  CustomerChange person = Person({Phone("+3225550123")}, "An");
  person.language = "nl";
  person.note = "rings at nine";
  person.do_not_contact = {Channel::kEmail};
  EXPECT_EQ(Import(person, true)->kind, Kind::kAdded);
  EXPECT_EQ(*FindCustomer(Phone("+3225550123")), std::nullopt);
  const std::string an = Import(person)->customer;
  Open();
  const Customer customer = **LoadCustomer(an);
  EXPECT_EQ(customer.display_name, "An");
  EXPECT_EQ(customer.note, "rings at nine");
  EXPECT_EQ(customer.created, At(70));
  EXPECT_THAT(customer.addresses, ElementsAre(Phone("+3225550123")));
  // A wish is added to others, never taken away.
  person.do_not_contact = {Channel::kVoice};
  EXPECT_EQ(Import(person)->kind, Kind::kChanged);
  EXPECT_THAT((**LoadCustomer(an)).do_not_contact, ElementsAre(Channel::kEmail, Channel::kVoice));
}

TEST_F(ImportTest, ALineThatIsTwoPeopleIsRefused) {
  CustomerOf("mia@example.org");
  CustomerOf("bo@example.org");
  const auto refused = Import(Person({Email("mia@example.org"), Email("bo@example.org")}));
  EXPECT_TRUE(absl::IsAlreadyExists(refused.status())) << refused.status();
  EXPECT_EQ(FieldAtFault(refused.status()), "addresses");
}

}  // namespace
}  // namespace wissel::contacts
