#include "channels/contacts/contact_messages.h"

#include <charconv>

#include "base/status.h"
#include "channels/contacts/text_rules.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::contacts {
namespace {

constexpr std::string_view kAttachments = "attachments/";
constexpr const char* kOfCustomer = "customer.";

template <class Last>
std::string NameOrNone(std::string_view prefix, const Last& last) {
  return last.empty() ? std::string() : std::string(prefix) + std::string(last);
}

v1::ContactAttachment ToProto(const Attachment& attachment) {
  v1::ContactAttachment out;
  out.set_name(std::string(kAttachments) + attachment.id);
  out.set_file_name(attachment.file_name);
  out.set_media_type(attachment.media_type);
  out.set_size(attachment.size);
  return out;
}

absl::Status ReadAddresses(const v1::Customer& customer, std::string_view region,
                           const std::string& prefix, CustomerChange& change) {
  change.addresses.emplace();
  for (int i = 0; i < customer.addresses_size(); ++i) {
    WISSEL_ASSIGN_OR_RETURN(
        Address address,
        ReadAddress(customer.addresses(i), region, fmt::format("{}addresses[{}]", prefix, i)));
    change.addresses->push_back(std::move(address));
  }
  return absl::OkStatus();
}

absl::Status ReadChannels(const v1::Customer& customer, const std::string& prefix,
                          CustomerChange& change) {
  change.do_not_contact.emplace();
  for (int i = 0; i < customer.do_not_contact_size(); ++i) {
    WISSEL_ASSIGN_OR_RETURN(
        const Channel channel,
        ReadChannel(customer.do_not_contact(i), fmt::format("{}doNotContact[{}]", prefix, i)));
    change.do_not_contact->push_back(channel);
  }
  return absl::OkStatus();
}

}  // namespace

v1::Customer ToProto(const Customer& customer) {
  v1::Customer out;
  out.set_name(customer.name);
  out.set_display_name(customer.display_name);
  out.set_language(customer.language);
  out.set_note(customer.note);
  for (const Address& address : customer.addresses) {
    v1::CustomerAddress* to = out.add_addresses();
    to->set_kind(static_cast<v1::CustomerAddress::Kind>(address.kind));
    to->set_text(address.text);
  }
  for (Channel channel : customer.do_not_contact) {
    out.add_do_not_contact(static_cast<v1::Channel>(channel));
  }
  for (const std::string& merged : customer.merged) out.add_merged(merged);
  WriteTimestamp(customer.created, out.mutable_create_time());
  return out;
}

v1::ContactEntry ToProto(const Entry& entry) {
  v1::ContactEntry out;
  out.set_number(entry.number);
  out.set_author(static_cast<v1::ContactEntry::Author>(entry.author));
  out.set_kind(static_cast<v1::ContactEntry::Kind>(entry.kind));
  out.set_author_name(entry.author_name);
  out.set_text(entry.text);
  WriteTimestamp(entry.time, out.mutable_time());
  for (const Attachment& attachment : entry.attachments) {
    *out.add_attachments() = ToProto(attachment);
  }
  const std::string& rating = ValueOf(entry.headers, kRatingField);
  if (rating.size() == 1) out.set_rating(rating[0] - '0');
  return out;
}

v1::Contact ToProto(const Contact& contact) {
  v1::Contact out;
  out.set_name(contact.name);
  out.set_channel(static_cast<v1::Channel>(contact.channel));
  out.set_queue(NameOrNone("queues/", contact.queue));
  out.set_customer(contact.customer);
  out.set_display_name(contact.display_name);
  out.set_language(contact.language);
  out.set_subject(contact.subject);
  for (const Field& field : contact.fields) {
    v1::ContactField* to = out.add_fields();
    to->set_name(field.name);
    to->set_value(field.value);
  }
  WriteTimestamp(contact.started, out.mutable_start_time());
  if (contact.ended) WriteTimestamp(*contact.ended, out.mutable_end_time());
  if (contact.item) out.set_work_item(ItemName(*contact.item));
  out.set_agent(NameOrNone("agents/", contact.agent));
  for (const Entry& entry : contact.entries) *out.add_entries() = ToProto(entry);
  return out;
}

v1::ContactAction ToProto(const Action& action) {
  v1::ContactAction out;
  out.set_name(fmt::format("contactActions/{}", action.number));
  WriteTimestamp(action.time, out.mutable_time());
  out.set_user(action.user);
  out.set_kind(static_cast<v1::ContactAction::Kind>(action.kind));
  out.set_subject(action.subject);
  out.set_other(action.other);
  return out;
}

v1::AttachmentPart ToProto(const ContactStore::AttachmentPart& part) {
  v1::AttachmentPart out;
  *out.mutable_attachment() = ToProto(part.attachment);
  out.set_data(part.bytes);
  return out;
}

absl::Status CheckCustomerName(std::string_view name, std::string_view field) {
  if (IsCustomerName(name)) return absl::OkStatus();
  return RefuseField(field, Quoted(name) + " is no name of a customer", "customers/{customer}");
}

absl::Status CheckContactName(std::string_view name, std::string_view field) {
  if (IsContactName(name)) return absl::OkStatus();
  return RefuseField(field, Quoted(name) + " is no name of a contact",
                     "as a work item's contact: chats/{chat}, mails/{mail}, calls/{call}");
}

absl::StatusOr<std::string> ReadAttachmentName(std::string_view name, std::string_view field) {
  if (name.starts_with(kAttachments) && IsToken(name.substr(kAttachments.size()))) {
    return std::string(name.substr(kAttachments.size()));
  }
  return RefuseField(field, Quoted(name) + " is no name of an attachment",
                     "attachments/{attachment}");
}

absl::StatusOr<Address> ReadAddress(const v1::CustomerAddress& address, std::string_view region,
                                    const std::string& field) {
  switch (address.kind()) {
    case v1::CustomerAddress::PHONE:
      return PhoneAddress(address.text(), region, field + ".text");
    case v1::CustomerAddress::EMAIL:
      return EmailAddress(address.text(), field + ".text");
    case v1::CustomerAddress::EXTERNAL:
      return ExternalAddress(address.text(), field + ".text");
    default:
      return RefuseField(field + ".kind", "this is no kind of address", "PHONE, EMAIL or EXTERNAL");
  }
}

absl::StatusOr<CustomerChange> ReadChange(const v1::UpdateCustomerRequest& request,
                                          std::string_view region) {
  const v1::Customer& customer = request.customer();
  WISSEL_RETURN_IF_ERROR(CheckCustomerName(customer.name(), "customer.name"));
  constexpr std::string_view kFields =
      "display_name, language, note, addresses or do_not_contact, at least one";
  if (request.fields().empty()) return RefuseField("fields", "nothing would change", kFields);
  CustomerChange change{customer.name()};
  for (int i = 0; i < request.fields_size(); ++i) {
    const std::string& field = request.fields(i);
    if (field == "display_name") {
      WISSEL_RETURN_IF_ERROR(CheckName(customer.display_name(), "customer.displayName"));
      change.display_name = customer.display_name();
    } else if (field == "language") {
      WISSEL_RETURN_IF_ERROR(CheckLanguage(customer.language(), "customer.language"));
      change.language = customer.language();
    } else if (field == "note") {
      if (!customer.note().empty()) {
        WISSEL_RETURN_IF_ERROR(CheckMessage(customer.note(), "customer.note"));
      }
      change.note = customer.note();
    } else if (field == "addresses") {
      WISSEL_RETURN_IF_ERROR(ReadAddresses(customer, region, kOfCustomer, change));
    } else if (field == "do_not_contact") {
      WISSEL_RETURN_IF_ERROR(ReadChannels(customer, kOfCustomer, change));
    } else {
      return RefuseField(fmt::format("fields[{}]", i), Quoted(field) + " cannot be changed",
                         kFields);
    }
  }
  return change;
}

absl::StatusOr<CustomerChange> ReadImported(const v1::Customer& customer, std::string_view region) {
  if (!customer.name().empty()) {
    return RefuseField("name", "a customer who is taken in has no name yet", "to leave it out");
  }
  if (customer.addresses().empty()) {
    return RefuseField("addresses", "nothing says who it is", "at least one address");
  }
  CustomerChange change;
  WISSEL_RETURN_IF_ERROR(ReadAddresses(customer, region, "", change));
  WISSEL_RETURN_IF_ERROR(CheckName(customer.display_name(), "displayName"));
  if (!customer.display_name().empty()) change.display_name = customer.display_name();
  WISSEL_RETURN_IF_ERROR(CheckLanguage(customer.language(), "language"));
  if (!customer.language().empty()) change.language = customer.language();
  if (!customer.note().empty()) {
    WISSEL_RETURN_IF_ERROR(CheckMessage(customer.note(), "note"));
    change.note = customer.note();
  }
  if (!customer.do_not_contact().empty()) {
    WISSEL_RETURN_IF_ERROR(ReadChannels(customer, "", change));
  }
  return change;
}

std::string PageTokenOf(const ContactPosition& position) {
  return fmt::format("{}-{}", position.started.millis(), position.name);
}

absl::StatusOr<ContactPosition> ReadPosition(std::string_view page_token, std::string_view field) {
  const size_t dash = page_token.find('-');
  const std::string_view number = page_token.substr(0, dash);
  int64_t millis = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), millis);
  const bool right = dash != std::string_view::npos && read.ec == std::errc() &&
                     read.ptr == number.data() + number.size() &&
                     IsContactName(page_token.substr(dash + 1));
  if (right) {
    return ContactPosition{Instant::FromMillis(millis), std::string(page_token.substr(dash + 1))};
  }
  return RefuseField(field, "the token is not of this list", "nextPageToken of the page before");
}

}  // namespace wissel::contacts
