// The store's contacts and customers as the contract's messages, and what requests say read into
// what the store takes. Pure. Refusals are INVALID_ARGUMENT on the field at fault.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "channels/contacts/contact_store.h"
#include "wissel/v1/contact.pb.h"

namespace wissel::contacts {

v1::Customer ToProto(const Customer& customer);
v1::Contact ToProto(const Contact& contact);
v1::ContactEntry ToProto(const Entry& entry);
v1::ContactAction ToProto(const Action& action);
v1::AttachmentPart ToProto(const ContactStore::AttachmentPart& part);

absl::Status CheckCustomerName(std::string_view name, std::string_view field);
absl::Status CheckContactName(std::string_view name, std::string_view field);
// "attachments/{attachment}": its id.
absl::StatusOr<std::string> ReadAttachmentName(std::string_view name, std::string_view field);

absl::StatusOr<Address> ReadAddress(const v1::CustomerAddress& address, std::string_view region,
                                    const std::string& field);
absl::StatusOr<CustomerChange> ReadChange(const v1::UpdateCustomerRequest& request,
                                          std::string_view region);
// Who is taken in: without a name, with at least one address; what is left out says nothing.
absl::StatusOr<CustomerChange> ReadImported(const v1::Customer& customer, std::string_view region);

// Where a page of a customer's contacts begins.
std::string PageTokenOf(const ContactPosition& position);
absl::StatusOr<ContactPosition> ReadPosition(std::string_view page_token, std::string_view field);

}  // namespace wissel::contacts
