// Between mails and the entries of the contact store: what their headers said, as fields. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "channels/contacts/contact.h"
#include "channels/contacts/contact_store.h"
#include "channels/email/core/mail.h"

namespace wissel::email {

inline constexpr std::string_view kMailPrefix = "mails/";

// The names of the fields.
namespace field {
inline constexpr std::string_view kMessageId = "message-id";
inline constexpr std::string_view kInReplyTo = "in-reply-to";
inline constexpr std::string_view kReference = "reference";
inline constexpr std::string_view kFrom = "from";
inline constexpr std::string_view kReplyTo = "reply-to";
inline constexpr std::string_view kTo = "to";
inline constexpr std::string_view kCc = "cc";
inline constexpr std::string_view kSubject = "subject";
inline constexpr std::string_view kLanguage = "language";        // of a notice's text
inline constexpr std::string_view kUnsubscribe = "unsubscribe";  // of a notice: where
inline constexpr std::string_view kAutomatic = "automatic";      // why it is taken for a machine's
inline constexpr std::string_view kAddress = "address";  // of the contact: ours, of the thread
inline constexpr std::string_view kAttachment = "attachment";  // of a draft
}  // namespace field

using Fields = std::vector<contacts::Field>;

void Add(Fields& fields, std::string_view name, std::string value);
void AddAddress(Fields& fields, std::string_view name, const Address& address);
std::vector<std::string> ValuesOf(const Fields& fields, std::string_view name);
std::optional<Address> AddressOf(const Fields& fields, std::string_view name);
std::vector<Address> AddressesOf(const Fields& fields, std::string_view name);

// Of a mail that came in.
Fields FieldsOf(const Mail& mail);

// Everything in a thread that is not a machine's, for who writes an answer.
const contacts::Entry* LastOfCustomer(const contacts::Contact& contact);
// To whom an answer goes: Reply-To, else From, of the customer's last mail; in a thread that we
// began, to whom we wrote.
std::vector<Address> AnswerTo(const contacts::Contact& contact);
// What the thread is about, as its other side reads it.
std::string SubjectOf(const contacts::Contact& contact);
// Who takes part in a thread, normalised: wrote one of its mails, or got one.
std::vector<std::string> Participants(const contacts::Contact& contact);
// Message-IDs for References: those of the thread, the first and the last ones (RFC 5322, 3.6.4).
std::vector<std::string> ReferencesOf(const contacts::Contact& contact);

// What a mail is told apart by: the digest of what its sender wrote, of its Message-ID, and nothing
// that servers add on the way. The same mail delivered again has the same.
std::string ContentKey(const Mail& mail);
std::string MessageIdKey(std::string_view message_id);

}  // namespace wissel::email
