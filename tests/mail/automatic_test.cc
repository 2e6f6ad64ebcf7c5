// RFC 3834: what is never answered, and how often anything is.
#include "channels/email/core/automatic.h"

#include <gtest/gtest.h>

namespace wissel::email {
namespace {

Mail OfMia() {
  Mail mail;
  mail.from = Address{"Mia", "mia@example.net"};
  return mail;
}

TEST(Automatic, APersonIsAnswered) {
  Mail mail = OfMia();
  EXPECT_EQ(SentByMachine(mail, "mia@example.net"), std::nullopt);
  mail.marks.auto_submitted = "no";
  mail.marks.precedence = "first-class";
  mail.marks.received = 12;
  EXPECT_EQ(SentByMachine(mail, "mia@example.net"), std::nullopt);
}

TEST(Automatic, AMachineIsNot) {
  const auto reason = [](auto change, const char* return_path = "mia@example.net") {
    Mail mail = OfMia();
    change(mail);
    return SentByMachine(mail, return_path);
  };
  EXPECT_EQ(reason([](Mail&) {}, ""), NoAnswer::kEmptyReturnPath);
  EXPECT_EQ(reason([](Mail& m) { m.marks.auto_submitted = "auto-replied"; }),
            NoAnswer::kAutoSubmitted);
  EXPECT_EQ(reason([](Mail& m) { m.marks.auto_submitted = "auto-generated"; }),
            NoAnswer::kAutoSubmitted);
  EXPECT_EQ(reason([](Mail& m) { m.marks.list = true; }), NoAnswer::kList);
  for (const char* precedence : {"bulk", "junk", "list"}) {
    EXPECT_EQ(reason([&](Mail& m) { m.marks.precedence = precedence; }), NoAnswer::kPrecedence);
  }
  EXPECT_EQ(reason([](Mail& m) { m.marks.suppress_replies = true; }), NoAnswer::kSuppressed);
  EXPECT_EQ(reason([](Mail& m) { m.report.emplace(); }), NoAnswer::kReport);
  EXPECT_EQ(reason([](Mail& m) { m.from.reset(); }), NoAnswer::kNoSender);
  EXPECT_EQ(reason([](Mail& m) { m.marks.received = kMostHops; }), NoAnswer::kTooManyHops);
  for (const char* address : {"MAILER-DAEMON@x.y", "noreply@x.y", "owner-list@x.y",
                              "list-request@x.y", "postmaster@x.y"}) {
    EXPECT_EQ(reason([&](Mail& m) { m.from->address = address; }), NoAnswer::kRoleAddress)
        << address;
    EXPECT_EQ(reason([](Mail&) {}, address), NoAnswer::kRoleAddress) << address;
  }
  EXPECT_EQ(reason([](Mail& m) { m.from->address = "norep@x.y"; }), std::nullopt);
}

TEST(Automatic, ABounceIsToldFromAMail) {
  Mail mail = OfMia();
  EXPECT_FALSE(IsBounce(mail, ""));
  mail.from->address = "Mailer-Daemon@example.net";
  EXPECT_TRUE(IsBounce(mail, ""));
  EXPECT_FALSE(IsBounce(mail, "mailer-daemon@example.net")) << "it has a return path";
  mail = OfMia();
  mail.report.emplace();
  EXPECT_TRUE(IsBounce(mail, "x@y.z"));
}

TEST(Automatic, AnAddressAndAThreadAreAnsweredSoOftenADay) {
  AnswerLimiter limiter({.per_address = 3, .per_thread = 2, .within = Duration::Hours(24)});
  const Instant start = Instant::FromMillis(1'000'000);
  EXPECT_EQ(limiter.Count("Mia@example.net", "t1", start), std::nullopt);
  EXPECT_EQ(limiter.Count("mia@example.net", "t1", start), std::nullopt);
  EXPECT_EQ(limiter.Count("mia@example.net", "t1", start), NoAnswer::kThreadOften);
  EXPECT_EQ(limiter.Count("mia@example.net", "t2", start), std::nullopt);
  EXPECT_EQ(limiter.Count("mia@example.net", "t3", start + Duration::Hours(23)), NoAnswer::kOften);
  EXPECT_EQ(limiter.Count("bob@example.net", "t3", start), std::nullopt);
  EXPECT_EQ(limiter.Count("mia@example.net", "t1", start + Duration::Hours(24)), std::nullopt);
}

}  // namespace
}  // namespace wissel::email
