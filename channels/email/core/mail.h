// A mail as the center reads and writes it: addresses, texts, attachments and what its headers say
// about threads and about machines. Values only; no I/O.
//
// All texts are UTF-8 without NUL and CR. Message-IDs are without their angle brackets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wissel::email {

struct Address {
  std::string name;     // as shown; may be empty
  std::string address;  // "anna@example.org", as written

  bool operator==(const Address&) const = default;
};

struct Attachment {
  std::string name;          // one safe file name, never a path, never empty
  std::string content_type;  // "application/pdf"; lower case
  std::string content_id;    // of a picture that the HTML shows; without brackets
  std::string bytes;
};

// What a delivery status notification reports (RFC 3464).
struct DeliveryReport {
  std::string original_message_id;  // of the mail it is about; may be empty
  std::string action;               // "failed", "delayed", "delivered", ...; lower case
  std::string status;               // "5.1.1"
};

// What the headers say about machines (RFC 3834, RFC 2369, RFC 2919 and practice).
struct MachineMarks {
  std::string auto_submitted;     // first word, lower case; empty: there is none
  std::string precedence;         // lower case
  bool list = false;              // List-Id, List-Unsubscribe and their like
  bool suppress_replies = false;  // X-Auto-Response-Suppress that covers automatic replies
  int received = 0;               // Received headers: how many servers it has passed
};

struct Mail {
  std::string message_id;  // empty: it has none
  std::vector<std::string> in_reply_to;
  std::vector<std::string> references;  // oldest first
  std::optional<Address> from;
  std::optional<Address> reply_to;
  std::vector<Address> to;
  std::vector<Address> cc;
  std::string date;     // of the header, as written: for telling mails apart, and nothing else
  std::string subject;  // one line
  std::string text;     // what is read; made from the HTML where there is no text
  std::string html;     // as it came: untrusted markup; empty where there is none
  std::vector<Attachment> attachments;
  std::string content_language;  // of the header, as written; empty: it has none
  MachineMarks marks;
  std::optional<DeliveryReport> report;
};

// The address in the form that is compared: lower case throughout. Local parts are case-sensitive
// by RFC 5321, section 2.4, and treated as such by nobody.
std::string Normalized(std::string_view address);
// "tax+abc@example.org" -> "tax@example.org", and "abc" (RFC 5233's detail).
struct SplitAddress {
  std::string base;    // normalised
  std::string detail;  // as written; empty: none
};
SplitAddress SplitDetail(std::string_view address);
// One address, local part and domain, of printable characters, at most 254 of them (RFC 5321,
// section 4.5.3.1.3). Quoted local parts are refused: no mailbox that people have needs them.
bool IsAddress(std::string_view address);

}  // namespace wissel::email
