// Signed tokens: who can make one, where they are found.
#include "channels/email/core/thread_token.h"

#include <gtest/gtest.h>

namespace wissel::email {
namespace {

const std::string kThread = "AbCdEfGhIjKlMnOpQrStUw";
const std::string kOther = "ZZCdEfGhIjKlMnOpQrStUw";

TEST(ThreadToken, IsOfItsKeyAndItsThread) {
  const ThreadTokens tokens(std::string(32, 'k'));
  const std::string token = tokens.TokenOf(kThread);
  EXPECT_EQ(token.size(), 42u);
  EXPECT_EQ(tokens.ThreadOf(token), kThread);
  std::string upper = token;
  for (char& c : upper) c = static_cast<char>(toupper(c));
  EXPECT_EQ(tokens.ThreadOf(upper), kThread) << "mail systems fold the case of addresses";
  EXPECT_EQ(ThreadTokens(std::string(32, 'x')).ThreadOf(token), std::nullopt);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string forged = token;
    forged[i] = forged[i] == 'a' ? 'b' : 'a';
    EXPECT_EQ(tokens.ThreadOf(forged), std::nullopt) << i;
  }
  // The id of one thread with the signature of another.
  const std::string other = tokens.TokenOf(kOther);
  EXPECT_EQ(tokens.ThreadOf(other.substr(0, 26) + token.substr(26)), std::nullopt);
  for (const char* none : {"", "a", "not a token at all, but as long as one is."}) {
    EXPECT_EQ(tokens.ThreadOf(none), std::nullopt);
  }
}

TEST(ThreadToken, IsFoundInAddressMessageIdAndSubject) {
  const ThreadTokens tokens(std::string(32, 'k'));
  const std::string token = tokens.TokenOf(kThread);
  const std::string id = tokens.MessageId(kThread, "7", "example.org");
  EXPECT_EQ(id, token + ".7@example.org");
  EXPECT_LE(id.find('@'), 64u);
  EXPECT_EQ(tokens.ThreadOfMessageId(id), kThread);
  EXPECT_EQ(tokens.ThreadOfMessageId("x" + id), std::nullopt);

  Mail mail;
  EXPECT_EQ(tokens.ThreadNamedBy(mail, {"tax@example.org"}), std::nullopt);
  EXPECT_EQ(tokens.ThreadNamedBy(mail, {"tax+" + token + "@example.org"}), kThread);
  mail.subject = WithSubjectTag("Re: my file", token);
  EXPECT_EQ(mail.subject, "Re: my file [ref " + token + "]");
  EXPECT_EQ(WithSubjectTag(mail.subject, token), mail.subject) << "once";
  EXPECT_EQ(tokens.ThreadNamedBy(mail, {}), kThread);
  mail.references = {"a@b", tokens.MessageId(kOther, "1", "example.org"), "c@d"};
  EXPECT_EQ(tokens.ThreadNamedBy(mail, {}), kOther) << "what is answered goes before the subject";
  mail.in_reply_to = {id};
  EXPECT_EQ(tokens.ThreadNamedBy(mail, {}), kThread);
  mail = Mail();
  mail.subject = "Re: my file [ref " + std::string(42, 'a') + "]";
  EXPECT_EQ(tokens.ThreadNamedBy(mail, {}), std::nullopt) << "not signed by us";
}

TEST(ThreadToken, AReferenceIsReadOutLoud) {
  EXPECT_EQ(ReferenceOf(kThread).size(), 11u);
  EXPECT_EQ(ReferenceOf(kThread)[5], '-');
  EXPECT_NE(ReferenceOf(kThread), ReferenceOf(kOther));
}

TEST(Addresses, AreSplitAndChecked) {
  EXPECT_EQ(SplitDetail("Tax+AbC+d@Example.org").base, "tax@example.org");
  EXPECT_EQ(SplitDetail("Tax+AbC+d@Example.org").detail, "AbC+d");
  EXPECT_EQ(SplitDetail("tax@a+b.org").detail, "");
  for (const char* good : {"a@b", "mia.o'neil+x@example.co.uk"})
    EXPECT_TRUE(IsAddress(good)) << good;
  for (const char* bad : {"", "a", "@b", "a@", "a@b@c", ".a@b", "a..b@c", "a@b..c", "a b@c",
                          "a@b\r\n", "\"a b\"@c", "a@[127.0.0.1]", "<a@b>", "a@b,c@d"}) {
    EXPECT_FALSE(IsAddress(bad)) << bad;
  }
  EXPECT_FALSE(IsAddress(std::string(65, 'a') + "@b"));
  EXPECT_FALSE(IsAddress("a@" + std::string(253, 'b')));
}

}  // namespace
}  // namespace wissel::email
