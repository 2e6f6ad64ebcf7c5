// LMTP from any bytes, split in two where the first byte says: the split changes nothing, every
// line of output is one line of LMTP, and a mail has the recipients that were accepted.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "channels/email/core/lmtp_session.h"

namespace {

using wissel::email::LmtpMail;
using wissel::email::LmtpReply;
using wissel::email::LmtpSession;

void Check(bool holds) {
  if (!holds) std::abort();
}

struct Told {
  std::string output;
  std::vector<LmtpMail> mails;
  bool operator==(const Told&) const = default;
};

Told Say(const std::vector<std::string_view>& pieces) {
  LmtpSession session("here", {.line = 200, .recipients = 3, .mail = 500, .errors = 10},
                      [](std::string_view address) { return address.size() % 2 == 0; });
  Told told;
  for (std::string_view piece : pieces) {
    session.Feed(piece);
    told.output += session.TakeOutput();
    while (auto mail = session.TakeMail()) {
      Check(!mail->recipients.empty() && mail->recipients.size() <= 3 && mail->bytes.size() <= 500);
      const size_t recipients = mail->recipients.size();
      told.mails.push_back(*std::move(mail));
      session.Answer(std::vector<LmtpReply>(recipients, {250, "2.0.0", "ok"}));
      told.output += session.TakeOutput();
    }
  }
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view all(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t at = all.empty() ? 0 : data[0] * all.size() / 256;
  const Told whole = Say({all});
  Check(Say({all.substr(0, at), all.substr(at)}) == whole);
  for (size_t i = 0; i < whole.output.size(); ++i) {
    const char c = whole.output[i];
    Check(c != '\0' && (c != '\n' || (i > 0 && whole.output[i - 1] == '\r')));
  }
  return 0;
}
