// The page where a recipient says that they want no more.
#include <gmock/gmock.h>

#include "tests/mailings/mailings_testing.h"

namespace wissel::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class UnsubscribeTest : public MailingsCenter {
 protected:
  v1::Page Show(const std::string& token, bool posted) {
    return Must<v1::Page>("MailingService.ShowUnsubscribe",
                          fmt::format(R"({{"path": "{}", "posted": {}}})", token, posted),
                          rpc::Caller());
  }
  // Of the first notice.
  std::string Token() {
    const std::string bytes = taken().at(0).bytes;
    constexpr std::string_view kPath = "/unsubscribe/";
    return bytes.substr(bytes.find(kPath) + kPath.size(), 22);
  }
  bool Marked(const std::string& address) {
    return Must<v1::CheckDoNotContactResponse>(
               "DoNotContactService.CheckDoNotContact",
               fmt::format(R"({{"address": {{"kind": "EMAIL", "text": "{}"}}}})", address),
               With(rpc::Role::kManager))
        .forbidden();
  }
};

TEST_F(UnsubscribeTest, ALookChangesNothingAndTheFormMarksTheAddress) {
  Make();
  AddPeople(2);
  Change("Start");
  Change("Pause");
  const v1::Page asked = Show(Token(), false);
  EXPECT_THAT(asked.content(), HasSubstr("p1@example.net"));
  EXPECT_THAT(asked.content(), HasSubstr("<html lang=\"nl\">"));
  EXPECT_THAT(asked.content(), HasSubstr("<form method=\"post\""));
  EXPECT_FALSE(Marked("p1@example.net"));
  const v1::Page done = Show(Token(), true);
  EXPECT_EQ(done.location(), "");
  EXPECT_THAT(done.content(), Not(HasSubstr("<form")));
  EXPECT_TRUE(Marked("p1@example.net"));
  EXPECT_FALSE(Marked("p2@example.net"));
  Show(Token(), true);
}

TEST_F(UnsubscribeTest, ATokenOfNothingOpensNothing) {
  EXPECT_EQ(Show("AAAAAAAAAAAAAAAAAAAAAA", true).status(), 404);
  EXPECT_EQ(Show("", false).status(), 404);
}

TEST_F(UnsubscribeTest, WithoutAPublicAddressAMailAsksForIt) {
  public_url_.clear();
  OpenRooms();
  Must<v1::Mailing>("MailingService.CreateMailing",
                    R"({"mailingId": "due", "mailing": {"displayName": "D",
                        "sender": "tax@example.org", "fields": ["name", "reference"],
                        "texts": [{"language": "nl", "subject": "S", "text": "T"}]}})");
  AddPeople(1);
  Change("Start");
  ASSERT_EQ(mails(), 1u);
  EXPECT_THAT(taken()[0].bytes, HasSubstr("\r\nList-Unsubscribe: <mailto:tax+"));
  EXPECT_THAT(taken()[0].bytes, Not(HasSubstr("List-Unsubscribe-Post")));
  const auto refused = Call<v1::Mailing>(
      "MailingService.CreateMailing",
      R"({"mailingId": "two", "mailing": {"displayName": "D", "sender": "tax@example.org",
          "texts": [{"language": "nl", "subject": "S", "text": "{unsubscribe}"}]}})");
  EXPECT_EQ(FieldAtFault(refused.status()), "mailing.texts[0].text");
}

}  // namespace
}  // namespace wissel::testing
