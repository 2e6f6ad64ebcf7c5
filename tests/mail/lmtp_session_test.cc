// LMTP by its bytes: what is answered, what is handed over, and that the split of the bytes does
// not matter.
#include "channels/email/core/lmtp_session.h"

#include <gtest/gtest.h>

#include <random>

#include "fmt/format.h"

namespace wissel::email {
namespace {

bool Knows(std::string_view address) { return address == "tax@example.org" || address == "A@b.c"; }

constexpr char kHello[] = "LHLO mx.example.org\r\n";

// All that a session sent and handed over, answering each mail 250.
struct Told {
  std::string output;
  std::vector<LmtpMail> mails;
  bool ended = false;
  bool operator==(const Told&) const = default;
};

Told Say(const std::vector<std::string>& pieces, LmtpLimits limits = {}) {
  LmtpSession session("wissel.example", limits, Knows);
  Told told;
  const auto take = [&] {
    told.output += session.TakeOutput();
    while (auto mail = session.TakeMail()) {
      const size_t recipients = mail->recipients.size();
      told.mails.push_back(*std::move(mail));
      session.Answer(std::vector<LmtpReply>(recipients, {250, "2.0.0", "kept"}));
      told.output += session.TakeOutput();
    }
  };
  for (const std::string& piece : pieces) {
    session.Feed(piece);
    take();
  }
  told.ended = session.ended();
  return told;
}

Told SayAll(const std::string& all, LmtpLimits limits = {}) { return Say({all}, limits); }

std::string LastLine(const std::string& output) {
  const size_t end = output.rfind("\r\n");
  const size_t start = output.rfind("\r\n", end - 1);
  return output.substr(start == std::string::npos ? 0 : start + 2, end - start - 2);
}

std::string OneMail(const std::string& body) {
  return "MAIL FROM:<mia@example.net> SIZE=100 BODY=8BITMIME\r\nRCPT "
         "TO:<tax@example.org>\r\nDATA\r\n" +
         body + "\r\n.\r\n";
}

TEST(LmtpSession, GreetsAndSaysWhatItCan) {
  const Told told = SayAll(kHello);
  EXPECT_EQ(told.output,
            "220 wissel.example LMTP Wissel\r\n250-wissel.example\r\n250-PIPELINING\r\n"
            "250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 SIZE 26214400\r\n");
}

TEST(LmtpSession, HandsAMailOverAndAnswersForEachRecipient) {
  LmtpSession session("here", {}, Knows);
  session.Feed(
      std::string(kHello) +
      "MAIL FROM:<mia@example.net>\r\nRCPT TO:<tax@example.org>\r\nRCPT TO:<nobody@x.y>\r\n"
      "RCPT TO:<A@b.c>\r\nDATA\r\nSubject: x\r\n\r\n..dot\r\n.x\r\n\xe9\r\n.\r\nNOOP\r\n");
  const std::string before = session.TakeOutput();
  EXPECT_NE(before.find("550 5.1.1 there is no such address here\r\n"), std::string::npos);
  EXPECT_TRUE(before.ends_with("354 end with <CR><LF>.<CR><LF>\r\n")) << "NOOP waits for the mail";
  const auto mail = session.TakeMail();
  ASSERT_TRUE(mail.has_value());
  EXPECT_EQ(mail->return_path, "mia@example.net");
  EXPECT_EQ(mail->recipients, (std::vector<std::string>{"tax@example.org", "A@b.c"}));
  EXPECT_EQ(mail->bytes, "Subject: x\r\n\r\n.dot\r\nx\r\n\xe9\r\n");
  session.Answer({{250, "2.0.0", "kept"}, {451, "4.3.0", "later"}});
  EXPECT_EQ(session.TakeOutput(), "250 2.0.0 kept\r\n451 4.3.0 later\r\n250 2.0.0 ok\r\n");
}

TEST(LmtpSession, RefusesWithASentence) {
  const auto last = [](const std::string& text) { return LastLine(SayAll(kHello + text).output); };
  EXPECT_EQ(LastLine(SayAll("MAIL FROM:<a@b.c>\r\n").output), "503 5.5.1 say LHLO first");
  EXPECT_EQ(last("EHLO x\r\n"), "500 5.5.1 this is LMTP; say LHLO");
  EXPECT_EQ(last("BURL x\r\n"), "500 5.5.1 this command is not known");
  EXPECT_EQ(last("RCPT TO:<tax@example.org>\r\n"), "503 5.5.1 say MAIL first");
  EXPECT_EQ(last("MAIL FROM:mia\r\n"), "501 5.1.7 this is no sender's address");
  EXPECT_EQ(last("MAIL FROM:<a@b.c> SIZE=99999999999\r\n"),
            "552 5.3.4 a mail has at most 26214400 bytes");
  EXPECT_EQ(last("MAIL FROM:<a@b.c> SIZE=x\r\n"), "501 5.5.4 SIZE takes a number of bytes");
  EXPECT_EQ(last("MAIL FROM:<a@b.c> BODY=BINARYMIME\r\n"), "555 5.5.4 this parameter is not known");
  EXPECT_EQ(last("MAIL FROM:<a@b.c>\r\nMAIL FROM:<a@b.c>\r\n"), "503 5.5.1 a mail is under way");
  EXPECT_EQ(last("MAIL FROM:<a@b.c>\r\nDATA\r\n"), "503 5.5.1 there is no recipient");
  EXPECT_EQ(last("MAIL FROM:<a@b.c>\r\nRCPT TO:<tax>\r\n"),
            "550 5.1.1 there is no such address here");
  EXPECT_EQ(last("NOOP \x01\r\n"), "500 5.5.2 a command is one line of text");
  EXPECT_EQ(last(std::string("NO\0OP\r\n", 7)), "500 5.5.2 a command is one line of text");
  EXPECT_EQ(last(std::string(5'000, 'x') + "\r\n"), "500 5.5.2 the line is too long");
  EXPECT_EQ(last("MAIL FROM:<>\r\n"), "250 2.1.0 ok") << "bounces have no sender";
  EXPECT_EQ(last("mail from:<@a,@b:mia@example.net>\r\n"), "250 2.1.0 ok") << "a source route";
}

TEST(LmtpSession, ALoneLineFeedEndsNeitherALineNorAMail) {
  const Told told =
      SayAll(kHello + OneMail("x\n.\nMAIL FROM:<evil@example.net>\n\r.\r\n") + "NOOP\r\n");
  ASSERT_EQ(told.mails.size(), 1u);
  EXPECT_NE(told.mails[0].bytes.find("evil@example.net"), std::string::npos)
      << "what would be a second mail to another server is text here";
  EXPECT_EQ(LastLine(SayAll(std::string(kHello) + "NOOP\nNOOP\r\n").output),
            "500 5.5.2 a command is one line of text");
}

TEST(LmtpSession, LimitsWhatIsHeld) {
  const LmtpLimits small = {.line = 100, .recipients = 1, .mail = 50, .errors = 3};
  Told told = SayAll(
      kHello + std::string("MAIL FROM:<a@b.c>\r\nRCPT TO:<A@b.c>\r\nRCPT TO:<A@b.c>\r\n"), small);
  EXPECT_EQ(LastLine(told.output).substr(0, 9), "452 4.5.3");
  told = SayAll(kHello + std::string("MAIL FROM:<a@b.c>\r\nRCPT TO:<A@b.c>\r\nDATA\r\n") +
                    std::string(200, 'x') + "\r\n.\r\nNOOP\r\n",
                small);
  EXPECT_TRUE(told.mails.empty());
  EXPECT_NE(told.output.find("552 5.3.4 the mail is larger than 50 bytes\r\n250 2.0.0 ok\r\n"),
            std::string::npos)
      << told.output;
  told = SayAll("x\r\nx\r\nx\r\nNOOP\r\n", small);
  EXPECT_TRUE(told.ended);
  EXPECT_TRUE(told.output.ends_with("421 4.7.0 too many errors\r\n")) << told.output;
}

TEST(LmtpSession, TheSplitOfTheBytesDoesNotMatter) {
  const std::string all = kHello + OneMail("Subject: a\r\n\r\n.. \r\n\r.\r\n..\r\n.a\r\n\n.\n") +
                          OneMail("b\r\n" + std::string(60, 'y')) + "RSET\r\n" +
                          std::string(1'001, 'z') + "\r\n" + std::string(998, 'z') + "\r\nNOOP\r" +
                          "\nMAIL FROM:<>\r\nRCPT TO:<A@b.c>\r\nDATA\r\n.\r\nQUIT\r\nNOOP\r\n";
  const LmtpLimits limits = {.mail = 200};
  const Told whole = SayAll(all, limits);
  EXPECT_TRUE(whole.ended);
  ASSERT_EQ(whole.mails.size(), 3u);
  EXPECT_EQ(whole.mails[2].bytes, "");
  for (size_t at = 0; at <= all.size(); ++at) {
    ASSERT_EQ(Say({all.substr(0, at), all.substr(at)}, limits), whole) << "split at " << at;
  }
  std::vector<std::string> bytes;
  for (char c : all) bytes.emplace_back(1, c);
  EXPECT_EQ(Say(bytes, limits), whole) << "byte by byte";
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> pieces;
    for (size_t at = 0; at < all.size();) {
      const size_t length = 1 + random() % 40;
      pieces.push_back(all.substr(at, length));
      at += length;
    }
    ASSERT_EQ(Say(pieces, limits), whole) << "round " << round;
  }
}

TEST(LmtpSession, AnAddressThatMayTurnOutToBeKnownIsTriedAgain) {
  bool undecided = true;
  LmtpSession session("here", {}, Knows, [&](std::string_view) { return undecided; });
  session.Feed("LHLO there\r\nMAIL FROM:<>\r\n");
  session.TakeOutput();
  session.Feed("RCPT TO:<who@example.org>\r\n");
  EXPECT_EQ(session.TakeOutput().substr(0, 9), "451 4.3.0");
  session.Feed("RCPT TO:<no address>\r\n");
  EXPECT_EQ(session.TakeOutput().substr(0, 1), "5");
  session.Feed("RCPT TO:<tax@example.org>\r\n");
  EXPECT_EQ(session.TakeOutput().substr(0, 3), "250");
  undecided = false;
  session.Feed("RCPT TO:<who@example.org>\r\n");
  EXPECT_EQ(session.TakeOutput().substr(0, 3), "550");
}

}  // namespace
}  // namespace wissel::email
