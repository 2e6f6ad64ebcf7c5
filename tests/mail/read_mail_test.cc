// Reading mails: those that Python's own test suite ships, by name, and those that mean harm.
#include "channels/email/mime/read_mail.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "channels/email/mime/clean_text.h"
#include "fmt/format.h"

namespace wissel::email {
namespace {

// Debian's libpython3.11-testsuite.
const std::filesystem::path kPythonMails = "/usr/lib/python3.11/test/test_email/data";

std::string BytesOf(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), {});
}

Mail Must(const std::string& bytes, const MailLimits& limits = {}) {
  absl::StatusOr<Mail> mail = ReadMail(bytes, limits);
  EXPECT_TRUE(mail.ok()) << mail.status();
  return mail.ok() ? *std::move(mail) : Mail();
}
Mail OfPython(const std::string& name) { return Must(BytesOf(kPythonMails / name)); }

std::string Message(const absl::StatusOr<Mail>& mail) {
  return std::string(mail.status().message());
}

TEST(ReadMail, EveryMailOfPythonsSuiteIsReadOrRefused) {
  ASSERT_TRUE(std::filesystem::exists(kPythonMails)) << "install libpython3.11-testsuite";
  std::map<std::string, std::string> refused;
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kPythonMails)) {
    if (entry.path().extension() != ".txt") continue;
    ++seen;
    const auto mail = ReadMail(BytesOf(entry.path()));
    if (!mail.ok()) {
      refused[entry.path().filename()] = Message(mail);
      continue;
    }
    EXPECT_TRUE(CleanText(mail->text) == mail->text) << entry.path();
    EXPECT_EQ(CleanLine(mail->subject), mail->subject) << entry.path();
  }
  EXPECT_GE(seen, 47);
  EXPECT_EQ(refused, (std::map<std::string, std::string>{{"msg_19.txt", "it is no mail"},
                                                         {"msg_37.txt", "it has no headers"}}));
}

TEST(ReadMail, ByName) {
  Mail mail = OfPython("msg_01.txt");
  EXPECT_EQ(mail.message_id, "15090.61304.110929.45684@aaa.zzz.org");
  EXPECT_EQ(mail.from, (Address{"John X. Doe", "bbb@ddd.com"}));
  EXPECT_EQ(mail.subject, "This is a test message");
  EXPECT_EQ(mail.text, "\nHi,\n\nDo you like this message?\n\n-Me\n");

  mail = OfPython("msg_02.txt");  // a digest: mails in the mail
  EXPECT_EQ(mail.attachments.size(), 5u);
  EXPECT_EQ(mail.attachments[0].content_type, "message/rfc822");
  EXPECT_TRUE(mail.text.starts_with("Send Ppp mailing list submissions to"));

  mail = OfPython("msg_07.txt");  // a picture in base64
  ASSERT_EQ(mail.attachments.size(), 1u);
  EXPECT_EQ(mail.attachments[0].name, "dingusfish.gif");
  EXPECT_EQ(mail.attachments[0].bytes.substr(0, 6), "GIF87a");
  EXPECT_EQ(mail.attachments[0].bytes.size(), 3512u);

  mail = OfPython("msg_10.txt");  // each transfer encoding once
  EXPECT_NE(mail.text.find("This is a 7bit encoded message."), std::string::npos);
  EXPECT_NE(mail.text.find("\u00a1This is a Quoted Printable encoded message!"), std::string::npos)
      << mail.text;
  EXPECT_NE(mail.text.find("This is a Base64 encoded message."), std::string::npos);

  mail = OfPython("msg_15.txt");  // alternatives
  EXPECT_EQ(mail.text, "Some removed test. \n");
  EXPECT_NE(mail.html.find("<"), std::string::npos);
  EXPECT_EQ(mail.attachments.size(), 1u);

  mail = OfPython("msg_16.txt");  // a delivery status notification
  ASSERT_TRUE(mail.report.has_value());
  EXPECT_EQ(mail.report->action, "failed");
  EXPECT_EQ(mail.report->original_message_id, "002001c144a6$8752e060$56104586@oxy.edu");
  EXPECT_TRUE(mail.marks.list);

  mail = OfPython("msg_43.txt");  // with the headers of the original alone
  ASSERT_TRUE(mail.report.has_value());
  EXPECT_EQ(mail.report->status, "5.7.1");
  EXPECT_EQ(mail.report->original_message_id, "edab.7804f5cb8070@python.org");

  mail = OfPython("msg_25.txt");  // its boundary is nowhere: shown as it came
  EXPECT_NE(mail.text.find("Too many hops 19"), std::string::npos);

  mail = OfPython("msg_33.txt");
  EXPECT_EQ(mail.marks.precedence, "bulk");
  EXPECT_EQ(mail.text, "part 1\n\npart 2\n");

  mail = OfPython("msg_40.txt");  // HTML that says it is text
  EXPECT_FALSE(mail.html.empty());

  mail = OfPython("msg_45.txt");  // signed
  EXPECT_EQ(mail.text, "This is the signed contents.\n");
  EXPECT_EQ(mail.attachments.at(0).name, "signature.asc");

  mail = OfPython("msg_22.txt");  // pictures between texts
  EXPECT_EQ(mail.text, "Text text text.\nText text text.");
  EXPECT_EQ(mail.attachments.size(), 2u);
}

// --- What headers say

constexpr char kHead[] = "From: Mia <mia@example.net>\r\nMessage-ID: <1@example.net>\r\n";

TEST(ReadMail, HeadersOfThreadsAndMachines) {
  const Mail mail =
      Must(std::string(kHead) +
           "In-Reply-To: <a@b>\r\nReferences: <x@y>\r\n <a@b>\r\nTo: A <a@b.c>, g: d@e.f;\r\n"
           "Subject: =?utf-8?q?caf=C3=A9?=\r\nAuto-Submitted: auto-replied (vacation)\r\n"
           "Precedence: BULK\r\nX-Auto-Response-Suppress: DR, AutoReply\r\n"
           "Received: from a\r\nReceived: from b\r\nReply-To: <mia@home.net>\r\n"
           "Content-Language: nl-BE\r\n\r\nx");
  EXPECT_EQ(mail.in_reply_to, std::vector<std::string>{"a@b"});
  EXPECT_EQ(mail.references, (std::vector<std::string>{"x@y", "a@b"}));
  EXPECT_EQ(mail.to, (std::vector<Address>{{"A", "a@b.c"}, {"", "d@e.f"}}));
  EXPECT_EQ(mail.subject, "café");
  EXPECT_EQ(mail.marks.auto_submitted, "auto-replied");
  EXPECT_EQ(mail.marks.precedence, "bulk");
  EXPECT_TRUE(mail.marks.suppress_replies);
  EXPECT_FALSE(mail.marks.list);
  EXPECT_EQ(mail.marks.received, 2);
  EXPECT_EQ(mail.reply_to->address, "mia@home.net");
  EXPECT_EQ(mail.content_language, "nl-BE");
}

TEST(ReadMail, NothingFromOutsideTurnsALine) {
  const Mail mail = Must(
      "From: =?utf-8?q?=E2=80=AEbank?= <mia@example.net>\r\nMessage-ID: <1@example.net>\r\n"
      "Subject: =?utf-8?q?a=E2=81=A6b=E2=80=AEc?=\r\n\r\nx");
  EXPECT_EQ(mail.from->name, "bank");
  EXPECT_EQ(mail.subject, "abc");
}

TEST(ReadMail, NothingFromOutsideBreaksALine) {
  const Mail mail = Must(
      "From: =?utf-8?q?a=0D=0ABcc=3A_x=40y?= <mia@example.net>\r\n"
      "Subject: =?utf-8?b?YQ0KQmNjOiB4QHkAYg==?=\r\nMessage-ID: <a\x01@b>\r\n"
      "To: =?utf-8?q?evil=40example.net=0A?=, \"x\r\n y\"@z\r\n\r\nx");
  EXPECT_EQ(mail.subject.find_first_of(std::string_view("\r\n\0", 3)), std::string::npos);
  EXPECT_EQ(mail.from->name.find_first_of("\r\n"), std::string::npos);
  EXPECT_EQ(mail.from->address, "mia@example.net");
  for (const Address& to : mail.to) EXPECT_TRUE(IsAddress(to.address)) << to.address;
  EXPECT_EQ(mail.message_id.find('\x01'), std::string::npos);
}

// --- Charsets and encodings

TEST(ReadMail, WhatIsTakenFromALineLeavesNoSpacesBehind) {
  const auto subject = [](const std::string& text) {
    const auto mail = ReadMail("From: mia@example.net\r\nSubject: " + text + "\r\n\r\nhello\r\n");
    return mail.ok() ? mail->subject : std::string(mail.status().message());
  };
  EXPECT_EQ(subject("one \u202e two \u202c"), "one two");
  EXPECT_EQ(subject(std::string(499, 'x') + " and what is cut off"), std::string(499, 'x'));
  EXPECT_EQ(SafeFileName("my \u202e file.pdf", "x"), "my file.pdf");
  EXPECT_EQ(SafeFileName(std::string(119, 'x') + " " + std::string(200, 'y'), "x").back(), 'x');
}

TEST(ReadMail, CharsetsAsTheyAreNamedOrNot) {
  const auto text = [](const std::string& type, const std::string& body) {
    return Must(std::string(kHead) + type + "\r\n" + body).text;
  };
  EXPECT_EQ(text("Content-Type: text/plain; charset=iso-8859-15\r\n", "\xa4 5"), "€ 5");
  EXPECT_EQ(text("Content-Type: text/plain; charset=koi8-r\r\n", "\xc4\xc1"), "да");
  EXPECT_EQ(text("Content-Type: text/plain; charset=utf-8\r\n", "caf\xe9 \x80"), "café €")
      << "says UTF-8 and is not";
  EXPECT_EQ(text("", "caf\xc3\xa9"), "café");
  EXPECT_EQ(text("Content-Type: text/plain; charset=x-none\r\n", "caf\xe9"), "café");
  EXPECT_EQ(text("Content-Type: text/plain; charset=\"\"\r\n", "a"), "a");
  EXPECT_EQ(
      text("Content-Type: text/plain; charset=utf-16le\r\nContent-Transfer-Encoding: base64\r\n",
           "aABpAA=="),
      "hi");
  EXPECT_EQ(text("Content-Transfer-Encoding: base64\r\n", "aGk=!!!"), "hi");
  EXPECT_EQ(text("Content-Transfer-Encoding: x-what\r\n", "hi"), "hi");
  EXPECT_EQ(text("", std::string("a\0b\r\nc\rd", 8)), "a\ufffdb\nc\nd");
}

TEST(ReadMail, HtmlAloneIsMadeText) {
  const Mail mail = Must(std::string(kHead) +
                         "Content-Type: text/html\r\n\r\n<p>Good <b>day</b></p><script>x</script>");
  EXPECT_EQ(mail.text, "Good day");
  EXPECT_EQ(mail.html, "<p>Good <b>day</b></p><script>x</script>") << "as it came";
}

// --- Attachments

std::string WithParts(const std::vector<std::string>& parts) {
  std::string bytes = std::string(kHead) + "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (const std::string& part : parts) bytes += "--b\r\n" + part + "\r\n";
  return bytes + "--b--\r\n";
}
std::string Part(const std::string& name, const std::string& bytes) {
  return "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"" + name +
         "\"\r\n\r\n" + bytes;
}

TEST(ReadMail, NamesOfAttachmentsAreSafe) {
  EXPECT_EQ(Must(WithParts({Part("../../etc/passwd", "x")})).attachments.at(0).name, "passwd");
  EXPECT_EQ(SafeFileName("C:\\a\\b.pdf", "x"), "b.pdf");
  EXPECT_EQ(SafeFileName("a\r\nb\".pdf", "x"), "a b_.pdf");
  EXPECT_EQ(SafeFileName("....", "x"), "x");
  EXPECT_EQ(SafeFileName("", "x"), "x");
  EXPECT_EQ(SafeFileName("a\u202egpj.exe", "x"), "agpj.exe") << "no turning of the direction";
  const std::string longest = SafeFileName(std::string(300, 'a') + ".docx", "x");
  EXPECT_EQ(longest.size(), 120u);
  EXPECT_TRUE(longest.ends_with(".docx"));
  const std::string cut = SafeFileName("a" + std::string(299, '\xc3')
                                                 .replace(0, 298,
                                                          [] {
                                                            std::string e;
                                                            for (int i = 0; i < 149; ++i) e += "é";
                                                            return e;
                                                          }()),
                                       "x");
  EXPECT_EQ(CleanText(cut), cut) << "cut at a character";
}

TEST(ReadMail, LimitsAreToldInASentence) {
  MailLimits limits;
  limits.attachments = 2;
  limits.attachment_bytes = 100;
  limits.attachments_bytes = 150;
  EXPECT_EQ(Message(ReadMail(WithParts({Part("a", "1"), Part("b", "2"), Part("c", "3")}), limits)),
            "it has more than 2 attachments");
  EXPECT_EQ(ReadMail(WithParts({Part("a", std::string(101, 'x'))}), limits).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(
      Message(ReadMail(
          WithParts({Part("a", std::string(90, 'x')), Part("b", std::string(90, 'x'))}), limits)),
      "its attachments are larger than 150 bytes");
  limits.bytes = 10;
  EXPECT_EQ(Message(ReadMail(std::string(kHead) + "\r\n", limits)),
            "the mail is larger than 10 bytes");
  EXPECT_EQ(Message(ReadMail("")), "it is no mail");
}

TEST(ReadMail, ALongTextIsCutAndAttachedWhole) {
  MailLimits limits;
  limits.text_bytes = 10;
  const Mail mail = Must(std::string(kHead) + "\r\naaaaaaaaa\xc3\xa9zzz", limits);
  EXPECT_EQ(mail.text, "aaaaaaaaa");
  EXPECT_EQ(mail.attachments.at(0).name, "message.txt");
  EXPECT_EQ(mail.attachments.at(0).bytes, "aaaaaaaaaézzz");
}

// --- Bombs

TEST(ReadMail, DepthIsLimited) {
  std::string deep(kHead);
  for (int i = 0; i < 5'000; ++i) {
    deep += fmt::format("Content-Type: multipart/mixed; boundary=b{}\r\n\r\n--b{}\r\n", i, i);
  }
  EXPECT_EQ(Message(ReadMail(deep)), "it has too many parts");
  deep = kHead;
  for (int i = 0; i < 60; ++i) {
    deep += fmt::format("Content-Type: multipart/mixed; boundary=b{}\r\n\r\n--b{}\r\n", i, i);
  }
  EXPECT_EQ(Message(ReadMail(deep + "\r\nx")), "its parts lie too deep in each other");
  deep = "";
  for (int i = 0; i < 5'000; ++i) deep += "Content-Type: message/rfc822\r\n\r\n";
  EXPECT_EQ(Message(ReadMail(kHead + deep)), "its parts lie too deep in each other");
}

TEST(ReadMail, PartsAndHeadersAreLimited) {
  EXPECT_EQ(Message(ReadMail(WithParts(std::vector<std::string>(400, "\r\nx")))),
            "it has too many parts");
  std::string many(kHead);
  for (int i = 0; i < 1'100; ++i) many += "X: y\r\n";
  EXPECT_EQ(Message(ReadMail(many + "\r\nx")), "it has more than 1000 headers");
  EXPECT_EQ(Message(ReadMail(kHead + ("X: " + std::string(300'000, 'y')) + "\r\n\r\nx")),
            "its headers are longer than 262144 bytes");
  std::string references;
  for (int i = 0; i < 5'000; ++i) references += fmt::format(" <{}@x>\r\n", i);
  const Mail mail = Must(std::string(kHead) + "References:" + references + "\r\nx");
  EXPECT_EQ(mail.references.size(), 100u);
  EXPECT_EQ(mail.references.front(), "0@x");
  EXPECT_EQ(mail.references.back(), "4999@x");
}

TEST(ReadMail, LinesThatLookLikeBoundariesCostNoMoreThanTheirNumber) {
  std::string bytes = kHead;
  for (int i = 0; i < 19; ++i) {
    bytes +=
        fmt::format("Content-Type: multipart/mixed; boundary={:x>70}\r\n\r\n--{:x>70}\r\n", i, i);
  }
  bytes += "\r\n";
  for (int i = 0; i < 1'000'000; ++i) bytes += "--xxxxxx\n";
  EXPECT_EQ(Message(ReadMail(bytes)), "");
}

}  // namespace
}  // namespace wissel::email
