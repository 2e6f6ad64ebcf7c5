// Writing mails: read back they say the same, and nothing of people becomes a header.
#include "channels/email/mime/write_mail.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "channels/email/mime/read_mail.h"

namespace wissel::email {
namespace {

OutgoingMail Answer() {
  OutgoingMail mail;
  mail.message_id = "abc.1@example.org";
  mail.date = Instant::FromMillis(1'700'000'000'000);
  mail.from = {"Belastingen, stad", "tax@example.org"};
  mail.reply_to = Address{"", "tax+abc@example.org"};
  mail.to = {{"Mia Ünsal", "mia@example.net"}};
  mail.cc = {{"", "bob@example.net"}};
  mail.subject = "Re: café – dossier 4711";
  mail.text = "Dag Mia,\n.\n..\n> uw vraag\nFrom here on: é €\n" + std::string(1'200, 'x');
  mail.in_reply_to = "1@example.net";
  mail.references = {"0@example.net", "1@example.net"};
  mail.language = "nl";
  return mail;
}

std::string Written(const OutgoingMail& mail) {
  const auto bytes = WriteMail(mail);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return bytes.ok() ? *bytes : "";
}

TEST(WriteMail, ReadBackItSaysTheSame) {
  OutgoingMail out = Answer();
  out.attachments = {{"rekening é.pdf", "application/pdf", "", std::string("\0\r\n.\r\nx", 8)},
                     {"bad", "text/html; x=\"\r\nBcc: a@b.c\"", "", "<p>"}};
  const std::string bytes = Written(out);
  const auto mail = ReadMail(bytes);
  ASSERT_TRUE(mail.ok()) << mail.status();
  EXPECT_EQ(mail->message_id, out.message_id);
  EXPECT_EQ(*mail->from, out.from);
  EXPECT_EQ(mail->reply_to->address, out.reply_to->address);
  EXPECT_EQ(mail->to, out.to);
  EXPECT_EQ(mail->cc, out.cc);
  EXPECT_EQ(mail->subject, out.subject);
  EXPECT_EQ(mail->text, out.text + "\n");
  EXPECT_EQ(mail->in_reply_to, std::vector<std::string>{"1@example.net"});
  EXPECT_EQ(mail->references, out.references);
  EXPECT_EQ(mail->content_language, "nl");
  EXPECT_EQ(mail->marks.auto_submitted, "") << "a person wrote it";
  ASSERT_EQ(mail->attachments.size(), 2u);
  EXPECT_EQ(mail->attachments[0].name, "rekening é.pdf");
  EXPECT_EQ(mail->attachments[0].bytes, out.attachments[0].bytes);
  EXPECT_EQ(mail->attachments[1].content_type, "application/octet-stream");
}

TEST(WriteMail, LinesAreThoseOfSmtp) {
  const std::string bytes = Written(Answer());
  for (size_t i = 0, start = 0; i < bytes.size(); ++i) {
    ASSERT_EQ(bytes[i] == '\n', i > 0 && bytes[i] == '\n' && bytes[i - 1] == '\r') << "a lone LF";
    if (bytes[i] == '\n') {
      EXPECT_LE(i - start, 998u);  // RFC 5322, section 2.1.1
      start = i + 1;
    }
  }
  EXPECT_NE(bytes.find("Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"), std::string::npos) << bytes;
}

TEST(WriteMail, AutomaticAnswersSaySo) {
  OutgoingMail out = Answer();
  out.origin = Origin::kAutomaticAnswer;
  const auto mail = ReadMail(Written(out));
  EXPECT_EQ(mail->marks.auto_submitted, "auto-replied");
  EXPECT_TRUE(mail->marks.suppress_replies);
  EXPECT_EQ(mail->marks.precedence, "bulk");
  out.in_reply_to.clear();
  EXPECT_EQ(ReadMail(Written(out))->marks.auto_submitted, "auto-replied")
      << "to a mail without an id too";
  out.origin = Origin::kGenerated;
  EXPECT_EQ(ReadMail(Written(out))->marks.auto_submitted, "auto-generated");
}

TEST(WriteMail, NothingBecomesAHeader) {
  const auto refused = [](auto change, const std::string& field) {
    OutgoingMail out = Answer();
    change(out);
    const auto bytes = WriteMail(out);
    EXPECT_EQ(bytes.status().code(), absl::StatusCode::kInvalidArgument) << field;
    EXPECT_EQ(FieldAtFault(bytes.status()), field);
  };
  refused([](OutgoingMail& m) { m.subject = "a\r\nBcc: x@y.z"; }, "subject");
  refused([](OutgoingMail& m) { m.subject = "a\nb"; }, "subject");
  refused([](OutgoingMail& m) { m.subject = std::string("a\0b", 3); }, "subject");
  refused([](OutgoingMail& m) { m.from.name = "a\rb"; }, "from");
  refused([](OutgoingMail& m) { m.to[0].name = "a\nTo: b"; }, "to[0]");
  refused([](OutgoingMail& m) { m.to[0].address = "a@b.c\r\nRCPT TO:<x@y.z>"; }, "to[0]");
  refused([](OutgoingMail& m) { m.cc.push_back({"", "x@y.z, a@b.c"}); }, "cc[1]");
  refused([](OutgoingMail& m) { m.to.clear(); }, "to");
  refused([](OutgoingMail& m) { m.message_id = "a>\r\nx"; }, "messageId");
  refused([](OutgoingMail& m) { m.language = "nl\r\n"; }, "language");
  refused([](OutgoingMail& m) { m.text = std::string("a\0", 2); }, "text");
  OutgoingMail out = Answer();
  out.references = {"good@x", "bad>\r\nBcc: x@y", "<", ""};
  const auto mail = ReadMail(Written(out));
  EXPECT_EQ(mail->references, std::vector<std::string>{"good@x"}) << "damaged ones are left out";
}

}  // namespace
}  // namespace wissel::email
