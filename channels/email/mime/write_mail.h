// A mail of the center as bytes for SMTP: composed by GMime, so that text of people is encoded and
// can never become a header. Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "channels/email/core/mail.h"

namespace wissel::email {

struct OutgoingMail {
  std::string message_id;  // without brackets
  Instant date;
  Address from;
  std::optional<Address> reply_to;
  std::vector<Address> to;
  std::vector<Address> cc;
  std::string subject;
  std::string text;
  std::string language;  // BCP 47; empty: not known
  std::string in_reply_to;
  std::vector<std::string> references;
  // An answer by a machine: Auto-Submitted: auto-replied (RFC 3834, section 5), and what keeps
  // machines that do not know that header from answering.
  bool automatic = false;
  std::vector<Attachment> attachments;
};

// Lines end with CR LF; no dot is stuffed. INVALID_ARGUMENT on the field: CR, LF or NUL in what
// becomes a header, an address that is none, nobody to send it to.
absl::StatusOr<std::string> WriteMail(const OutgoingMail& mail);

}  // namespace wissel::email
