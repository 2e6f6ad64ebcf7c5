// Bytes of a mail (RFC 5322, RFC 2045-2049) to what the center keeps of it. A pure function over
// any bytes; thread-safe.
//
// The text is that of the text parts, one below the other; of alternatives (RFC 2046, section
// 5.1.4) the plain one, else it is made of the HTML. The HTML is kept as it came. Everything else
// that has content is an attachment: other parts, mails in the mail, and a text that is too long to
// be shown. Parts that cannot be told apart are shown as they came; unknown charsets and damaged
// encodings lose characters (U+FFFD), never the mail.
#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/statusor.h"
#include "channels/email/core/mail.h"

namespace wissel::email {

struct MailLimits {
  size_t bytes = 25 << 20;  // of the whole mail
  size_t header_bytes = 256 << 10;
  size_t header_count = 1'000;
  int depth = 20;  // of parts in parts, mails in mails
  size_t parts = 300;
  size_t attachments = 50;
  size_t attachment_bytes = 20 << 20;   // of one, decoded
  size_t attachments_bytes = 25 << 20;  // of all
  size_t text_bytes = 256 << 10;        // what is shown of a text; the whole is attached then
  size_t html_bytes = 1 << 20;          // beyond, HTML is an attachment
};

// INVALID_ARGUMENT: it is no mail, or breaks a limit other than the size. OUT_OF_RANGE: it is too
// large. The message is one sentence for who sent it.
absl::StatusOr<Mail> ReadMail(std::string_view bytes, const MailLimits& limits = {});

// A file name that is safe to show and to save: its last path component, without control and
// separator characters, at most 120 bytes of UTF-8; `otherwise` where nothing is left.
std::string SafeFileName(std::string_view name, std::string_view otherwise);

}  // namespace wissel::email
