// Between threads of mails and the contract's messages, and the rules of what an agent writes.
// Pure. Refusals are INVALID_ARGUMENT on `field`.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "channels/contacts/contact.h"
#include "channels/email/core/mail.h"
#include "channels/email/core/outgoing.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "wissel/v1/mail.pb.h"

namespace wissel::email {

void WriteAddress(const Address& address, v1::MailAddress* out);
void WriteAttachment(const contacts::Attachment& attachment, v1::MailAttachment* out);
void WriteEntry(const std::string& contact, const contacts::Entry& entry,
                const std::vector<OutMail>& outgoing, v1::MailEntry* out);
// Without entries and our address.
v1::MailThread ThreadOf(const contacts::Contact& contact);

contacts::Draft DraftOf(const v1::MailDraft& draft, Instant now);
v1::MailDraft ToProto(const contacts::Draft& draft);

using AddressList = google::protobuf::RepeatedPtrField<v1::MailAddress>;
absl::StatusOr<std::vector<Address>> ReadAddresses(const AddressList& list, std::string_view field);
// 1 to 100,000 characters of UTF-8 without NUL.
absl::Status CheckText(std::string_view text, std::string_view field, bool may_be_empty = false);
// At most 300 characters on one line.
absl::Status CheckSubject(std::string_view subject, std::string_view field);
// BCP 47 as far as its characters go; may be empty.
absl::Status CheckLanguage(std::string_view language, std::string_view field);
absl::Status CheckRequestId(std::string_view request_id, std::string_view field);

}  // namespace wissel::email
