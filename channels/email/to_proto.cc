#include "channels/email/to_proto.h"

#include <algorithm>

#include "base/status.h"
#include "channels/email/core/thread_token.h"
#include "channels/email/entry_fields.h"
#include "channels/email/mime/clean_text.h"
#include "channels/email/notice.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"

namespace wissel::email {
namespace {

using contacts::Contact;
using contacts::Entry;

constexpr size_t kLongestText = 100'000;
constexpr size_t kLongestSubject = 300;
constexpr size_t kLongestRequestId = 64;
constexpr size_t kLongestLanguage = 35;
constexpr size_t kLongestName = 120;

size_t Characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

bool IsOneLine(std::string_view text) { return CleanLine(text) == text; }

}  // namespace

void WriteAddress(const Address& address, v1::MailAddress* out) {
  out->set_display_name(address.name);
  out->set_address(address.address);
}

void WriteAttachment(const contacts::Attachment& attachment, v1::MailAttachment* out) {
  out->set_name("attachments/" + attachment.id);
  out->set_file_name(attachment.file_name);
  out->set_media_type(attachment.media_type);
  out->set_size_bytes(attachment.size);
}

void WriteEntry(const std::string& contact, const Entry& entry,
                const std::vector<OutMail>& outgoing, v1::MailEntry* out) {
  out->set_name(fmt::format("{}/entries/{}", contact, entry.number));
  out->set_author(static_cast<v1::MailEntry::Author>(entry.author));
  out->set_author_name(entry.author_name);
  // What the customer added on their page is said as a mail is, but has no addresses.
  const bool said =
      entry.kind == contacts::EntryKind::kMail || entry.kind == contacts::EntryKind::kMessage;
  out->set_event(!said);
  if (auto from = AddressOf(entry.headers, field::kFrom)) WriteAddress(*from, out->mutable_from());
  for (const Address& to : AddressesOf(entry.headers, field::kTo)) WriteAddress(to, out->add_to());
  for (const Address& cc : AddressesOf(entry.headers, field::kCc)) WriteAddress(cc, out->add_cc());
  out->set_subject(ValueOf(entry.headers, field::kSubject));
  out->set_text(entry.text);
  out->set_html(entry.html);
  for (const contacts::Attachment& attachment : entry.attachments) {
    WriteAttachment(attachment, out->add_attachments());
  }
  WriteTimestamp(entry.time, out->mutable_time());
  out->set_automatic(ValueOf(entry.headers, field::kAutomatic));
  for (const OutMail& mail : outgoing) {
    if (mail.number != entry.number) continue;
    out->set_state(static_cast<v1::MailEntry::State>(mail.state));
    WriteTimestamp(mail.due, out->mutable_send_time());
  }
}

v1::MailThread ThreadOf(const Contact& contact) {
  v1::MailThread thread;
  thread.set_name(contact.name);
  thread.set_reference(ReferenceOf(contact.name.substr(kMailPrefix.size())));
  thread.set_subject(SubjectOf(contact));
  thread.set_mailing(ValueOf(contact.fields, kMailingField));
  thread.set_mailing_display_name(ValueOf(contact.fields, kMailingNameField));
  thread.set_language(contact.language);
  thread.set_customer(contact.customer);
  thread.set_customer_display_name(contact.display_name);
  for (const Address& address : AnswerTo(contact)) WriteAddress(address, thread.add_answer_to());
  return thread;
}

contacts::Draft DraftOf(const v1::MailDraft& draft, Instant now) {
  contacts::Draft stored;
  stored.text = draft.text();
  stored.saved = now;
  // What is not yet right is kept as it is: it is checked when it is sent.
  for (const auto& to : draft.to()) {
    AddAddress(stored.headers, field::kTo, {to.display_name(), to.address()});
  }
  for (const auto& cc : draft.cc()) {
    AddAddress(stored.headers, field::kCc, {cc.display_name(), cc.address()});
  }
  Add(stored.headers, field::kSubject, draft.subject());
  for (const std::string& name : draft.attachments()) Add(stored.headers, field::kAttachment, name);
  return stored;
}

v1::MailDraft ToProto(const contacts::Draft& draft) {
  v1::MailDraft out;
  for (const Address& to : AddressesOf(draft.headers, field::kTo)) WriteAddress(to, out.add_to());
  for (const Address& cc : AddressesOf(draft.headers, field::kCc)) WriteAddress(cc, out.add_cc());
  out.set_subject(ValueOf(draft.headers, field::kSubject));
  out.set_text(draft.text);
  for (const std::string& name : ValuesOf(draft.headers, field::kAttachment)) {
    out.add_attachments(name);
  }
  WriteTimestamp(draft.saved, out.mutable_save_time());
  return out;
}

absl::StatusOr<std::vector<Address>> ReadAddresses(const AddressList& list,
                                                   std::string_view field) {
  std::vector<Address> addresses;
  for (int i = 0; i < list.size(); ++i) {
    const std::string path = fmt::format("{}[{}]", field, i);
    const v1::MailAddress& address = list[i];
    if (!IsAddress(address.address())) {
      return RefuseField(path + ".address", "this is no mail address",
                         "for example mia@example.org");
    }
    if (!IsOneLine(address.display_name()) || address.display_name().size() > kLongestName) {
      return RefuseField(path + ".displayName", "this is no name", "one line of text");
    }
    addresses.push_back({address.display_name(), address.address()});
  }
  return addresses;
}

absl::Status CheckText(std::string_view text, std::string_view field, bool may_be_empty) {
  const std::string right = fmt::format("1 to {} characters of UTF-8 without NUL", kLongestText);
  if (text.empty()) {
    return may_be_empty ? absl::OkStatus() : RefuseField(field, "the text is empty", right);
  }
  if (Characters(text) > kLongestText) return RefuseField(field, "the text is too long", right);
  if (text.find('\0') == std::string_view::npos) return absl::OkStatus();
  return RefuseField(field, "the text contains NUL", right);
}

absl::Status CheckSubject(std::string_view subject, std::string_view field) {
  if (IsOneLine(subject) && Characters(subject) <= kLongestSubject) return absl::OkStatus();
  return RefuseField(field, "this is no subject",
                     fmt::format("at most {} characters on one line", kLongestSubject));
}

absl::Status CheckLanguage(std::string_view language, std::string_view field) {
  const bool fits = std::all_of(language.begin(), language.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (fits && language.size() <= kLongestLanguage && language.size() != 1) return absl::OkStatus();
  return RefuseField(field, "this is no language tag", "BCP 47, for example nl or fr-BE");
}

absl::Status CheckRequestId(std::string_view request_id, std::string_view field) {
  if (request_id.size() <= kLongestRequestId) return absl::OkStatus();
  return RefuseField(field, "the request id is too long",
                     "a UUID, or any text of 1 to 64 characters");
}

}  // namespace wissel::email
