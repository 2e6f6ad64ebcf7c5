// ContactService through its method table: who may see and change what, and what is on record of
// it.
#include <gmock/gmock.h>

#include <future>
#include <optional>

#include "channels/contacts/contacts.h"
#include "tests/unit/chat_testing.h"

namespace wissel::testing {
namespace {

using ::testing::ElementsAre;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kNotFound = absl::StatusCode::kNotFound;
constexpr char kNobody[] = "customers/AAAAAAAAAAAAAAAAAAAAAA";

class ContactServiceTest : public ChatCenter {
 protected:
  ContactServiceTest() : service_(center_.shard(), *store_, Options()) {
    service_.Register(table_);
  }

  contacts::ContactServiceOptions Options() {
    return {.region = "BE", .agent_display_name = [this](std::string_view agent) {
              return center_.people().Find(agent);
            }};
  }
  static rpc::Caller Manager() { return {"users/mieke", "", {rpc::Role::kManager}}; }
  static std::string Named(const std::string& field, const std::string& name) {
    return fmt::format(R"({{"{}": "{}"}})", field, name);
  }
  v1::Contact ContactOf(const std::string& item) {
    return Must<v1::Contact>("ContactService.GetContact", Named("workItem", item), Desk("anna"));
  }
  std::vector<v1::ContactAction> Actions(const std::string& subject = "") {
    const auto response = Must<v1::ListContactActionsResponse>(
        "ContactService.ListContactActions", Named("subject", subject), Manager());
    return {response.actions().begin(), response.actions().end()};
  }
  // A mail of earlier, with an attachment.
  contacts::Contact EarlierMail(const std::string& customer) {
    contacts::NewContact mail;
    mail.contact.name = contacts::NewContactName(Channel::kEmail);
    mail.contact.channel = Channel::kEmail;
    mail.contact.queue = "mail";
    mail.contact.customer = customer;
    mail.contact.subject = "of last year";
    mail.contact.started = kStart - Duration::Days(300);
    mail.first_entry.emplace();
    mail.first_entry->entry.kind = contacts::EntryKind::kMail;
    mail.first_entry->entry.text = "see the letter";
    mail.first_entry->entry.headers = {{"Message-ID", "<1@example.org>"}};
    mail.first_entry->attachments = {{"letter.pdf", "application/pdf", "bytes"}};
    std::promise<contacts::Contact> started;
    store_->Start(mail, [&](absl::StatusOr<contacts::ContactStore::Started> answer) {
      started.set_value(answer->contact);
    });
    return started.get_future().get();
  }
  // Anna has the chat of a customer who has written before.
  void GiveAnnaAChat() {
    center_.Available("anna");
    StartChat(R"(, "firstMessage": "hello", "language": "nl")");
    item_ = Accept("anna");
    contact_ = ContactOf(item_);
    mail_ = EarlierMail(contact_.customer());
  }

  contacts::ContactService service_;
  std::string item_;
  v1::Contact contact_;
  contacts::Contact mail_;
};

TEST_F(ContactServiceTest, WhoHasTheItemSeesTheCustomersHistory) {
  GiveAnnaAChat();
  EXPECT_EQ(contact_.channel(), v1::CHAT);
  EXPECT_EQ(contact_.queue(), "queues/tax");
  EXPECT_EQ(contact_.display_name(), "Mia");
  EXPECT_EQ(contact_.work_item(), item_);
  EXPECT_FALSE(contact_.has_end_time());
  ASSERT_EQ(contact_.entries_size(), 1);
  EXPECT_EQ(contact_.entries(0).text(), "hello");
  EXPECT_EQ(contact_.entries(0).author(), v1::ContactEntry::CUSTOMER);
  EXPECT_EQ(contact_.entries(0).kind(), v1::ContactEntry::MESSAGE);
  const auto customer = Must<v1::Customer>("ContactService.GetCustomer",
                                           Named("name", contact_.customer()), Desk("anna"));
  EXPECT_EQ(customer.display_name(), "Mia");
  EXPECT_EQ(customer.language(), "nl");
  const auto history = Must<v1::ListContactsResponse>(
      "ContactService.ListContacts", Named("customer", contact_.customer()), Desk("anna"));
  ASSERT_EQ(history.contacts_size(), 2) << "over all channels, newest first";
  EXPECT_EQ(history.contacts(0).name(), contact_.name());
  EXPECT_EQ(history.contacts(1).subject(), "of last year");
  const auto mail =
      Must<v1::Contact>("ContactService.GetContact", Named("name", mail_.name), Desk("anna"));
  ASSERT_EQ(mail.entries(0).attachments_size(), 1);
  const auto part =
      Must<v1::AttachmentPart>("ContactService.GetAttachment",
                               Named("name", mail.entries(0).attachments(0).name()), Desk("anna"));
  EXPECT_EQ(part.data(), "bytes");
  EXPECT_EQ(part.attachment().file_name(), "letter.pdf");
  EXPECT_TRUE(Actions().empty()) << "who has the item reads what is theirs";

  center_.Available("bert");
  Act("StartConsult", "anna", item_, R"(, "agent": "agents/bert")");
  Accept("bert");
  Must<v1::Contact>("ContactService.GetContact", Named("name", mail_.name), Desk("bert"));
  Act("CompleteConsult", "anna", item_);
  Act("CompleteAssignment", "anna", item_, R"(, "reasonCodes": ["solved"])");
  for (const char* agent : {"anna", "bert"}) {
    Refused<v1::Contact>("ContactService.GetContact", Named("name", mail_.name), kDenied, "",
                         Desk(agent));
  }
}

TEST_F(ContactServiceTest, OthersSeeNothing) {
  GiveAnnaAChat();
  const std::string attachment = "attachments/" + mail_.entries[0].attachments[0].id;
  const std::string customer = contact_.customer();
  center_.Available("bert");
  const auto calls = [&](const rpc::Caller& caller, absl::StatusCode code) {
    const auto check = [&](const absl::Status& status) {
      EXPECT_EQ(status.code(), code) << caller.user << ": " << status;
    };
    check(
        Call<v1::Customer>("ContactService.GetCustomer", Named("name", customer), caller).status());
    check(Call<v1::ListContactsResponse>("ContactService.ListContacts", Named("customer", customer),
                                         caller)
              .status());
    check(
        Call<v1::Contact>("ContactService.GetContact", Named("name", mail_.name), caller).status());
    check(
        Call<v1::Contact>("ContactService.GetContact", Named("workItem", item_), caller).status());
    check(
        Call<v1::AttachmentPart>("ContactService.GetAttachment", Named("name", attachment), caller)
            .status());
    check(Call<v1::ContactEntry>("ContactService.AddNote",
                                 fmt::format(R"({{"contact": "{}", "text": "angry"}})", mail_.name),
                                 caller)
              .status());
    check(Call<v1::Customer>(
              "ContactService.UpdateCustomer",
              fmt::format(R"({{"customer": {{"name": "{}", "note": "x"}}, "fields": ["note"]}})",
                          customer),
              caller)
              .status());
  };
  calls(Desk("bert"), kDenied);
  EXPECT_TRUE(Actions().empty());
  // Nor whether there is anything to see.
  Refused<v1::Customer>("ContactService.GetCustomer", Named("name", kNobody), kDenied, "",
                        Desk("bert"));
  Refused<v1::Contact>("ContactService.GetContact", Named("workItem", "workItems/99"), kDenied, "",
                       Desk("bert"));
  calls({"users/p", "", {rpc::Role::kPlanner}}, kDenied);
  calls({"users/i", "", {rpc::Role::kIntegration}}, kDenied);
  calls(Manager(), absl::StatusCode::kOk);
  const std::vector<v1::ContactAction> actions = Actions();
  ASSERT_EQ(actions.size(), 6u) << "five reads and a change";
  EXPECT_EQ(actions[0].kind(), v1::ContactAction::CHANGED);
  for (const v1::ContactAction& action : actions) EXPECT_EQ(action.user(), "users/mieke");
  EXPECT_EQ(actions[5].kind(), v1::ContactAction::READ);
  EXPECT_EQ(actions[5].subject(), customer);
  EXPECT_EQ(actions[5].name(), "contactActions/1");
  EXPECT_EQ(Actions(mail_.name).size(), 2u);
}

TEST_F(ContactServiceTest, WhoSupervisesIsToldWhatIsNotThere) {
  Refused<v1::Customer>("ContactService.GetCustomer", Named("name", kNobody), kNotFound, "name",
                        Manager());
  Refused<v1::Customer>("ContactService.GetCustomer", Named("name", "Mia"), kInvalid, "name",
                        Manager());
  Refused<v1::Contact>("ContactService.GetContact", Named("workItem", "workItems/99"), kNotFound,
                       "workItem", Manager());
  Refused<v1::Contact>("ContactService.GetContact", Named("name", "chats/short"), kInvalid, "name",
                       Manager());
  Refused<v1::Contact>("ContactService.GetContact", "{}", kInvalid, "name", Manager());
  Refused<v1::AttachmentPart>("ContactService.GetAttachment",
                              Named("name", "attachments/AAAAAAAAAAAAAAAAAAAAAA"), kNotFound,
                              "name", Manager());
  Refused<v1::AttachmentPart>("ContactService.GetAttachment",
                              R"({"name": "attachments/AAAAAAAAAAAAAAAAAAAAAA", "offset": -1})",
                              kInvalid, "offset", Manager());
  Refused<v1::ListContactsResponse>("ContactService.ListContacts", Named("customer", kNobody),
                                    kNotFound, "customer", Manager());
  for (const char* token : {"x", "1-", "1-chats/x", "-chats/AAAAAAAAAAAAAAAAAAAAAA"}) {
    Refused<v1::ListContactsResponse>(
        "ContactService.ListContacts",
        fmt::format(R"({{"customer": "{}", "pageToken": "{}"}})", kNobody, token), kInvalid,
        "pageToken", Manager());
  }
}

TEST_F(ContactServiceTest, NotesAreForColleagues) {
  GiveAnnaAChat();
  const std::string note = fmt::format(
      R"({{"contact": "{}", "text": "was <b>angry</b>", "requestId": "n1"}})", contact_.name());
  const auto added = Must<v1::ContactEntry>("ContactService.AddNote", note, Desk("anna"));
  EXPECT_EQ(added.number(), 2);
  EXPECT_EQ(added.kind(), v1::ContactEntry::NOTE);
  EXPECT_EQ(added.author_name(), "The anna");
  EXPECT_EQ(Must<v1::ContactEntry>("ContactService.AddNote", note, Desk("anna")).number(), 2);
  EXPECT_EQ(Must<v1::ContactEntry>("ContactService.AddNote", note, Manager()).number(), 3)
      << "an id is the user's own";
  const v1::Contact contact = ContactOf(item_);
  ASSERT_EQ(contact.entries_size(), 3);
  EXPECT_EQ(contact.entries(1).text(), "was <b>angry</b>");
  EXPECT_EQ(contact.entries(2).author_name(), "mieke");
  Refused<v1::ContactEntry>("ContactService.AddNote", Named("contact", contact_.name()), kInvalid,
                            "text", Desk("anna"));
}

TEST_F(ContactServiceTest, ChangesWhatIsNamed) {
  GiveAnnaAChat();
  const std::string customer = contact_.customer();
  const auto update = [&](const std::string& fields, const std::string& more) {
    return fmt::format(R"({{"customer": {{"name": "{}", {}}}, "fields": [{}]}})", customer, more,
                       fields);
  };
  const auto changed = Must<v1::Customer>(
      "ContactService.UpdateCustomer",
      update(R"("display_name", "addresses", "do_not_contact")",
             R"("displayName": "Mia Peeters", "note": "not named", "doNotContact": ["OUTBOUND"],
                "addresses": [{"kind": "PHONE", "text": "02 555 01 23"},
                              {"kind": "EMAIL", "text": "Mia@Example.ORG"}])"),
      Desk("anna"));
  EXPECT_EQ(changed.display_name(), "Mia Peeters");
  EXPECT_EQ(changed.note(), "") << "it was not named";
  EXPECT_EQ(changed.language(), "nl");
  ASSERT_EQ(changed.addresses_size(), 2);
  EXPECT_EQ(changed.addresses(0).text(), "+3225550123");
  EXPECT_EQ(changed.addresses(1).text(), "Mia@example.org");
  EXPECT_EQ(changed.do_not_contact(0), v1::OUTBOUND);

  const auto refused = [&](const std::string& fields, const std::string& more,
                           const std::string& field) {
    Refused<v1::Customer>("ContactService.UpdateCustomer", update(fields, more), kInvalid, field,
                          Desk("anna"));
  };
  refused("", R"("note": "x")", "fields");
  refused(R"("note", "merged")", R"("note": "x")", "fields[1]");
  refused(R"("display_name")", R"("displayName": "a\nb")", "customer.displayName");
  refused(R"("language")", R"("language": "dutch")", "customer.language");
  refused(R"("note")", R"("note": "a\u0000b")", "customer.note");
  refused(R"("addresses")", R"("addresses": [{"kind": "EMAIL", "text": "x"}])",
          "customer.addresses[0].text");
  refused(R"("addresses")", R"("addresses": [{"text": "x"}])", "customer.addresses[0].kind");

  const std::string bo = EarlierMail("").customer;
  Refused<v1::Customer>(
      "ContactService.UpdateCustomer",
      fmt::format(R"({{"customer": {{"name": "{}", "addresses": [{{"kind": "EMAIL",
                      "text": "mia@example.org"}}]}}, "fields": ["addresses"]}})",
                  bo),
      absl::StatusCode::kAlreadyExists, "customer.addresses", Manager());
}

TEST_F(ContactServiceTest, ManagersSearchOnTheRecord) {
  GiveAnnaAChat();
  Must<v1::Customer>("ContactService.UpdateCustomer",
                     fmt::format(R"({{"customer": {{"name": "{}", "displayName": "Mia Peeters",
                        "addresses": [{{"kind": "PHONE", "text": "+3225550123"}}]}},
                        "fields": ["display_name", "addresses"]}})",
                                 contact_.customer()),
                     Desk("anna"));
  const auto search = [&](const std::string& what) {
    return Must<v1::SearchCustomersResponse>("ContactService.SearchCustomers", what, Manager());
  };
  const size_t before = Actions().size();
  EXPECT_EQ(search(R"({"words": "peeters MIA"})").customers_size(), 1);
  EXPECT_EQ(search(R"({"address": {"kind": "PHONE", "text": "02/555.01.23"}})").customers(0).name(),
            contact_.customer());
  EXPECT_EQ(search(R"({"words": "nobody"})").customers_size(), 0);
  EXPECT_EQ(Actions().size(), before + 2) << "who was seen";
  const std::string name = "ContactService.SearchCustomers";
  using Response = v1::SearchCustomersResponse;
  Refused<Response>(name, "{}", kInvalid, "address", Manager());
  Refused<Response>(name, R"({"words": "a", "address": {"kind": "PHONE"}})", kInvalid, "address",
                    Manager());
  Refused<Response>(name, R"({"words": "a", "limit": 101})", kInvalid, "limit", Manager());
  Refused<Response>(name, R"({"address": {"kind": "PHONE", "text": "1"}})", kInvalid,
                    "address.text", Manager());
  Refused<Response>(name, R"({"words": "mia"})", kDenied, "", Desk("anna"));
}

TEST_F(ContactServiceTest, MergesSplitsAndErases) {
  GiveAnnaAChat();
  const std::string mia = contact_.customer();
  const std::string m = EarlierMail("").customer;
  const std::string both = fmt::format(R"({{"into": "{}", "from": "{}"}})", mia, m);
  Refused<v1::Customer>("ContactService.MergeCustomers", both, kDenied, "", Desk("anna"));
  const auto merged = Must<v1::Customer>("ContactService.MergeCustomers", both, Manager());
  EXPECT_THAT(merged.merged(), ElementsAre(m));
  EXPECT_EQ(Must<v1::Customer>("ContactService.GetCustomer", Named("name", m), Desk("anna")).name(),
            mia);
  EXPECT_EQ(Must<v1::ListContactsResponse>("ContactService.ListContacts", Named("customer", mia),
                                           Desk("anna"))
                .contacts_size(),
            3);
  Must<v1::Customer>("ContactService.SplitCustomer", Named("customer", m), Manager());
  Refused<v1::Customer>("ContactService.SplitCustomer", Named("customer", m),
                        absl::StatusCode::kFailedPrecondition, "customer", Manager());
  Refused<v1::Customer>("ContactService.GetCustomer", Named("name", m), kDenied, "", Desk("anna"));
  Must<v1::Customer>("ContactService.MergeCustomers", both, Manager());

  Refused<v1::EraseCustomerResponse>("ContactService.EraseCustomer", Named("name", mia), kDenied,
                                     "", Manager());
  Refused<v1::EraseCustomerResponse>("ContactService.EraseCustomer", Named("name", kNobody),
                                     kNotFound, "name", Admin());
  const uint64_t digest = center_.shard().engine().Digest();
  EXPECT_EQ(
      Must<v1::EraseCustomerResponse>("ContactService.EraseCustomer", Named("name", m), Admin())
          .contacts(),
      3);
  EXPECT_EQ(center_.shard().engine().Digest(), digest) << "the engine never knew them";
  Refused<v1::Contact>("ContactService.GetContact", Named("workItem", item_), kDenied, "",
                       Desk("anna"));
  Refused<v1::Contact>("ContactService.GetContact", Named("workItem", item_), kNotFound, "workItem",
                       Admin());
  const auto actions = Actions(mia);
  ASSERT_GE(actions.size(), 4u);
  EXPECT_EQ(actions[0].kind(), v1::ContactAction::ERASED);
  EXPECT_EQ(actions[0].user(), "users/root");
}

TEST_F(ContactServiceTest, ActionsComeInPages) {
  const std::string customer = EarlierMail("").customer;
  for (int i = 0; i < 5; ++i) {
    Must<v1::Customer>("ContactService.GetCustomer", Named("name", customer), Manager());
  }
  std::vector<std::string> names;
  std::string token;
  do {
    const auto page = Must<v1::ListContactActionsResponse>(
        "ContactService.ListContactActions",
        fmt::format(R"({{"pageSize": 2, "pageToken": "{}"}})", token), Manager());
    EXPECT_LE(page.actions_size(), 2);
    for (const auto& action : page.actions()) names.push_back(action.name());
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_THAT(names, ElementsAre("contactActions/5", "contactActions/4", "contactActions/3",
                                 "contactActions/2", "contactActions/1"));
  Refused<v1::ListContactActionsResponse>("ContactService.ListContactActions",
                                          R"({"pageToken": "1-2"})", kInvalid, "pageToken",
                                          Manager());
}

}  // namespace
}  // namespace wissel::testing
