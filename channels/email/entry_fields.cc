#include "channels/email/entry_fields.h"

#include <openssl/sha.h>

#include <algorithm>

#include "channels/email/notice.h"
#include "fmt/format.h"

namespace wissel::email {
namespace {

using contacts::Author;
using contacts::Contact;
using contacts::Entry;
using contacts::EntryKind;
using contacts::Field;

constexpr size_t kMostReferences = 20;

// "mia@example.org Mia Peeters": addresses have no spaces.
Address ReadAddress(std::string_view value) {
  const size_t space = value.find(' ');
  if (space == std::string_view::npos) return {"", std::string(value)};
  return {std::string(value.substr(space + 1)), std::string(value.substr(0, space))};
}

}  // namespace

void Add(Fields& fields, std::string_view name, std::string value) {
  if (!value.empty()) fields.push_back({std::string(name), std::move(value)});
}

void AddAddress(Fields& fields, std::string_view name, const Address& address) {
  Add(fields, name,
      address.name.empty() ? address.address : fmt::format("{} {}", address.address, address.name));
}

std::vector<std::string> ValuesOf(const Fields& fields, std::string_view name) {
  std::vector<std::string> values;
  for (const Field& field : fields) {
    if (field.name == name) values.push_back(field.value);
  }
  return values;
}

std::optional<Address> AddressOf(const Fields& fields, std::string_view name) {
  const std::string value = ValueOf(fields, name);
  if (value.empty()) return std::nullopt;
  return ReadAddress(value);
}

std::vector<Address> AddressesOf(const Fields& fields, std::string_view name) {
  std::vector<Address> addresses;
  for (const std::string& value : ValuesOf(fields, name)) addresses.push_back(ReadAddress(value));
  return addresses;
}

Fields FieldsOf(const Mail& mail) {
  Fields fields;
  Add(fields, field::kMessageId, mail.message_id);
  for (const std::string& id : mail.in_reply_to) Add(fields, field::kInReplyTo, id);
  for (const std::string& id : mail.references) Add(fields, field::kReference, id);
  if (mail.from) AddAddress(fields, field::kFrom, *mail.from);
  if (mail.reply_to) AddAddress(fields, field::kReplyTo, *mail.reply_to);
  for (const Address& to : mail.to) AddAddress(fields, field::kTo, to);
  for (const Address& cc : mail.cc) AddAddress(fields, field::kCc, cc);
  Add(fields, field::kSubject, mail.subject);
  return fields;
}

const Entry* LastOfCustomer(const Contact& contact) {
  for (auto entry = contact.entries.rbegin(); entry != contact.entries.rend(); ++entry) {
    const bool mail = entry->kind == EntryKind::kMail && entry->author == Author::kCustomer;
    if (mail && ValueOf(entry->headers, field::kAutomatic).empty()) return &*entry;
  }
  return nullptr;
}

std::vector<Address> AnswerTo(const Contact& contact) {
  if (const Entry* last = LastOfCustomer(contact)) {
    for (std::string_view name : {field::kReplyTo, field::kFrom}) {
      if (auto address = AddressOf(last->headers, name)) return {*address};
    }
  }
  for (const Entry& entry : contact.entries) {
    if (entry.author == Author::kAgent) return AddressesOf(entry.headers, field::kTo);
    if (auto from = AddressOf(entry.headers, field::kFrom)) return {*from};
  }
  return {};
}

std::string SubjectOf(const Contact& contact) {
  // What a mailing says may be changed before it is sent.
  if (ValueOf(contact.fields, kMailingField).empty()) return contact.subject;
  for (const Entry& entry : contact.entries) {
    if (entry.kind == EntryKind::kMail) return ValueOf(entry.headers, field::kSubject);
  }
  return contact.subject;
}

std::vector<std::string> Participants(const Contact& contact) {
  std::vector<std::string> all;
  for (const Entry& entry : contact.entries) {
    if (entry.kind != EntryKind::kMail) continue;
    for (std::string_view name : {field::kFrom, field::kReplyTo, field::kTo, field::kCc}) {
      for (const Address& address : AddressesOf(entry.headers, name)) {
        all.push_back(Normalized(address.address));
      }
    }
  }
  return all;
}

std::vector<std::string> ReferencesOf(const Contact& contact) {
  std::vector<std::string> ids;
  for (const Entry& entry : contact.entries) {
    const std::string id = ValueOf(entry.headers, field::kMessageId);
    if (!id.empty()) ids.push_back(id);
  }
  if (ids.size() > kMostReferences) ids.erase(ids.begin() + 1, ids.end() - (kMostReferences - 1));
  return ids;
}

std::string ContentKey(const Mail& mail) {
  std::string all;
  const auto add = [&](std::string_view text) {
    all += fmt::format("{}:", text.size());
    all += text;
  };
  add(mail.message_id);
  add(mail.date);
  add(mail.from ? mail.from->address : "");
  add(mail.subject);
  add(mail.text);
  add(mail.html);
  for (const Attachment& attachment : mail.attachments) {
    add(attachment.name);
    add(attachment.bytes);
  }
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(all.data()), all.size(), digest);
  std::string key = "mail:";
  for (unsigned char byte : digest) key += fmt::format("{:02x}", byte);
  return key;
}

std::string MessageIdKey(std::string_view message_id) {
  return fmt::format("mid:<{}>", message_id);
}

}  // namespace wissel::email
