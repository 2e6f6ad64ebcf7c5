// Mails from any bytes: what is read has no character that could become a header or a path, stays
// within its limits, and can be answered.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "channels/email/mime/clean_text.h"
#include "channels/email/mime/read_mail.h"
#include "channels/email/mime/write_mail.h"
#include "channels/language/detect.h"

namespace {

using namespace wissel::email;  // NOLINT

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckLine(const std::string& line) { Check(CleanLine(line) == line); }

void CheckAddress(const Address& address) {
  CheckLine(address.name);
  Check(IsAddress(address.address));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  MailLimits limits;
  limits.text_bytes = 1'000;
  limits.attachments_bytes = 1 << 20;
  const auto mail = ReadMail({reinterpret_cast<const char*>(data), size}, limits);
  if (!mail.ok()) {
    Check(!mail.status().message().empty());
    return 0;
  }
  CheckLine(mail->subject);
  CheckLine(mail->message_id);
  Check(CleanText(mail->text) == mail->text && mail->text.size() <= limits.text_bytes);
  Check(CleanText(mail->html) == mail->html);
  Check(mail->attachments.size() <= limits.attachments);
  for (const Attachment& attachment : mail->attachments) {
    CheckLine(attachment.name);
    Check(!attachment.name.empty() && attachment.name.find_first_of("/\\") == std::string::npos);
  }
  for (const Address& address : mail->to) CheckAddress(address);
  wissel::DetectLanguage(mail->text);
  if (!mail->from) return 0;
  CheckAddress(*mail->from);
  OutgoingMail answer;
  answer.message_id = "a@b";
  answer.from = {"", "tax@example.org"};
  answer.to = {*mail->from};
  answer.subject = "Re: " + mail->subject;
  answer.text = mail->text;
  answer.in_reply_to = mail->message_id;
  answer.references = mail->references;
  const auto bytes = WriteMail(answer);
  Check(bytes.ok());
  const auto again = ReadMail(*bytes);
  Check(again.ok() && again->from && again->from->address == "tax@example.org");
  Check(again->to.size() == 1 && again->cc.empty());
  return 0;
}
