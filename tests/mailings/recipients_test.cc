// What is taken for a mailing and for a recipient, and what is refused.
#include <gmock/gmock.h>

#include "tests/mailings/mailings_testing.h"

namespace wissel::testing {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using Result = v1::AddMailingRecipientResult;

constexpr char kCreate[] = "MailingService.CreateMailing";

class RecipientsTest : public MailingsCenter {
 protected:
  void RefusedMailing(const std::string& mailing, const std::string& field,
                      const std::string& id = "one") {
    Refused<v1::Mailing>(kCreate,
                         fmt::format(R"({{"mailingId": "{}", "mailing": {}}})", id, mailing),
                         StatusCode::kInvalidArgument, field);
  }
  Result AddOne(const std::string& recipient) { return Add(recipient).results(0); }
};

TEST_F(RecipientsTest, AMailingThatIsNotRightIsRefusedWithTheFieldAtFault) {
  const std::string good = R"("displayName": "One", "sender": "tax@example.org")";
  const std::string text = R"("texts": [{"language": "nl", "subject": "S", "text": "T"}])";
  RefusedMailing("{" + good + "}", "mailing.texts");
  RefusedMailing("{" + good + "," + text + "}", "mailingId", "Not a name");
  RefusedMailing(R"({"sender": "tax@example.org",)" + text + "}", "mailing.displayName");
  RefusedMailing(R"({"displayName": "One", "sender": "x@example.org",)" + text + "}",
                 "mailing.sender");
  RefusedMailing("{" + good + "," + text + R"(, "rate": 3001})", "mailing.rate");
  RefusedMailing("{" + good + "," + text + R"(, "fields": ["Name"]})", "mailing.fields[0]");
  RefusedMailing("{" + good + "," + text + R"(, "fields": ["a", "a"]})", "mailing.fields[1]");
  RefusedMailing("{" + good + "," + text + R"(, "fields": ["address"]})", "mailing.fields[0]");
  RefusedMailing("{" + good + R"(, "texts": [{"language": "nl", "subject": "a\nBcc: x@y.z",
                               "text": "T"}]})",
                 "mailing.texts[0].subject");
  RefusedMailing("{" + good + R"(, "texts": [{"language": "nl", "subject": "{unsubscribe}",
                               "text": "T"}]})",
                 "mailing.texts[0].subject");
  RefusedMailing("{" + good + R"(, "texts": [{"language": "nl", "subject": "a", "text": "T"},
                               {"language": "nl", "subject": "a", "text": "T"}]})",
                 "mailing.texts[1].language");
}

TEST_F(RecipientsTest, AnUnknownFieldIsNamedWithThoseThatThereAre) {
  const auto made =
      Call<v1::Mailing>(kCreate, R"({"mailingId": "one", "mailing": {"displayName": "One",
                   "sender": "tax@example.org", "fields": ["name"],
                   "texts": [{"language": "nl", "subject": "S", "text": "Dag {nmae}"}]}})");
  EXPECT_EQ(FieldAtFault(made.status()), "mailing.texts[0].text");
  EXPECT_THAT(std::string(made.status().message()), HasSubstr("{nmae}"));
  EXPECT_EQ(WhatWouldBeRight(made.status()), "one of {name}, {unsubscribe}");
}

TEST_F(RecipientsTest, TheSameMailingAgainIsThatOneAndAnotherIsRefused) {
  const v1::Mailing first = Make(10);
  EXPECT_EQ(Make(10).SerializeAsString(), first.SerializeAsString());
  Refused<v1::Mailing>(kCreate,
                       R"({"mailingId": "due", "mailing": {"displayName": "Other",
                           "sender": "tax@example.org",
                           "texts": [{"language": "nl", "subject": "S", "text": "T"}]}})",
                       StatusCode::kAlreadyExists, "mailingId");
}

TEST_F(RecipientsTest, ARecipientWithoutAFieldsValueIsRefusedAndTheOthersAreTaken) {
  Make();
  const auto response = Add(Person(1) + R"(, {"address": "p2@example.net", "fields": [
      {"name": "name", "value": "Mia"}]}, )" +
                            Person(3));
  EXPECT_EQ(response.results(0).kind(), Result::ADDED);
  EXPECT_EQ(response.results(1).kind(), Result::REFUSED);
  EXPECT_EQ(response.results(1).field(), "reference");
  EXPECT_EQ(response.results(2).recipient(), "mailings/due/recipients/2");
}

TEST_F(RecipientsTest, LineEndsInAFieldAreRefused) {
  Make();
  for (const char* value : {R"(Mia\r\nBcc: x@example.org)", R"(Mia\nX)", R"(Mia\u0000)"}) {
    const Result result = AddOne(fmt::format(R"({{"address": "p1@example.net", "fields": [
        {{"name": "name", "value": "{}"}}, {{"name": "reference", "value": "1"}}]}})",
                                             value));
    EXPECT_EQ(result.kind(), Result::REFUSED) << value;
    EXPECT_EQ(result.field(), "name") << value;
  }
  for (const char* address : {"", "nobody", R"(a@b.c\r\nBcc: x@y.z)", "a b@example.net",
                              "Tax@example.org", "tax+x@example.org"}) {
    const Result result = AddOne(fmt::format(R"({{"address": "{}", "fields": [
        {{"name": "name", "value": "x"}}, {{"name": "reference", "value": "1"}}]}})",
                                             address));
    EXPECT_EQ(result.kind(), Result::REFUSED) << address;
    EXPECT_EQ(result.field(), "address") << address;
  }
  EXPECT_EQ(Counts(), "");
}

TEST_F(RecipientsTest, AFieldThatTheMailingDoesNotHaveIsRefused) {
  Make();
  const Result result = AddOne(R"({"address": "p1@example.net", "fields": [
      {"name": "name", "value": "x"}, {"name": "reference", "value": "1"},
      {"name": "iban", "value": "BE1"}]})");
  EXPECT_EQ(result.field(), "iban");
  EXPECT_EQ(result.right(), "its fields: name, reference");
}

TEST_F(RecipientsTest, TheSameRecipientIsTakenOnce) {
  Make();
  EXPECT_EQ(AddOne(Person(1)).kind(), Result::ADDED);
  EXPECT_EQ(AddOne(Person(1)).kind(), Result::UNCHANGED);
  // The same address with another text is a mistake, unless each has a key.
  const Result other = AddOne(R"({"address": "P1@example.net", "fields": [
      {"name": "name", "value": "x"}, {"name": "reference", "value": "2"}]})");
  EXPECT_EQ(other.kind(), Result::REFUSED);
  EXPECT_EQ(other.field(), "address");
  EXPECT_EQ(AddOne(Person(1, R"("key": "second")")).kind(), Result::ADDED);
  EXPECT_EQ(Counts(), "PENDING 2");
}

TEST_F(RecipientsTest, OnlyCheckedNothingIsTaken) {
  Make();
  EXPECT_EQ(Add(Person(1), true).results(0).kind(), Result::ADDED);
  EXPECT_EQ(
      Add(Person(1, R"("customer": "customers/nobody1234567890123456")"), true).results(0).field(),
      "customer");
  EXPECT_EQ(Counts(), "");
}

TEST_F(RecipientsTest, APreviewIsWhatGoesOutInTheRecipientsLanguage) {
  Make();
  Add(Person(1) + R"(, {"address": "p2@example.net", "language": "en-GB", "fields": [
      {"name": "name", "value": "Bo"}, {"name": "reference", "value": "7"}]})");
  const v1::MailingPreview dutch = Preview(1);
  const v1::MailingPreview english = Preview(2);
  EXPECT_EQ(english.language(), "en");
  EXPECT_EQ(english.subject(), "Your file 7");
  EXPECT_EQ(english.text(), "Dear Bo, file 7.");
  EXPECT_EQ(english.recipient().address(), "p2@example.net");
  Change("Start");
  ASSERT_GE(mails(), 1u);
  EXPECT_EQ(taken()[0].mail.subject, dutch.subject());
  EXPECT_EQ(taken()[0].mail.text, dutch.text() + "\n");
}

TEST_F(RecipientsTest, OthersMayNotLook) {
  Make();
  AddPeople(1);
  const auto seen =
      Call<v1::MailingPreview>("MailingService.PreviewMailing",
                               R"({"recipient": "mailings/due/recipients/1"})", Desk("mona"));
  EXPECT_TRUE(absl::IsPermissionDenied(seen.status()));
}

TEST_F(RecipientsTest, RecipientsComeInPagesOfOneState) {
  Make();
  AddPeople(5);
  const auto first = Must<v1::ListMailingRecipientsResponse>(
      "MailingService.ListMailingRecipients", R"({"mailing": "mailings/due", "pageSize": 3})");
  EXPECT_EQ(first.recipients_size(), 3);
  EXPECT_EQ(first.recipients(0).address(), "");
  const auto rest = Must<v1::ListMailingRecipientsResponse>(
      "MailingService.ListMailingRecipients",
      fmt::format(R"({{"mailing": "mailings/due", "pageSize": 3, "pageToken": "{}"}})",
                  first.next_page_token()));
  EXPECT_EQ(rest.recipients_size(), 2);
  EXPECT_EQ(rest.next_page_token(), "");
}

}  // namespace
}  // namespace wissel::testing
