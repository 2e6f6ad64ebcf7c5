// A mail of the center as bytes for SMTP: composed by GMime, so that text of people is encoded and
// can never become a header. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "channels/email/core/mail.h"

namespace wissel::email {

// Who wrote it, as far as other machines need to know.
enum class Origin : uint8_t {
  kPerson = 1,
  // An answer by a machine: Auto-Submitted: auto-replied (RFC 3834, section 5), and what keeps
  // machines that do not know that header from answering.
  kAutomaticAnswer = 2,
  // Auto-Submitted: auto-generated, Precedence: bulk, and List-Unsubscribe.
  kNotice = 3,
  // A mail by a machine that answers none: marked as one that does, but Auto-Submitted:
  // auto-generated.
  kGenerated = 4,
};

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
  Origin origin = Origin::kPerson;
  // Of a notice: the https: address that ends them by one POST (RFC 8058). Empty: a mail to
  // `reply_to`, or to `from`, asks for it (RFC 2369, section 3.2).
  std::string unsubscribe;
  std::vector<Attachment> attachments;
};

// Lines end with CR LF; no dot is stuffed. INVALID_ARGUMENT on the field: CR, LF or NUL in what
// becomes a header, an address that is none, nobody to send it to.
absl::StatusOr<std::string> WriteMail(const OutgoingMail& mail);

}  // namespace wissel::email
