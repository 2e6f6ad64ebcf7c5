#include "channels/mailings/messages.h"

#include <algorithm>
#include <charconv>

#include "base/status.h"
#include "channels/contacts/contact_messages.h"
#include "channels/contacts/text_rules.h"
#include "channels/email/core/mail.h"
#include "channels/email/entry_fields.h"
#include "channels/email/notice.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::mailings {
namespace {

constexpr int kMostFields = 20;
constexpr size_t kLongestField = 40;
constexpr int kMostTexts = 20;
constexpr size_t kLongestSubject = 200;
constexpr size_t kLongestText = 20'000;
constexpr size_t kLongestValue = 500;
constexpr size_t kLongestKey = 64;
constexpr int kMostRate = 3'000;
constexpr int kUsualRate = 60;
constexpr std::string_view kRecipients = "/recipients/";
constexpr std::string_view kNameField = "name";
// Columns of an import, and what the room keeps beside the fields.
constexpr std::string_view kReserved[] = {"address", "customer",       "key", "language", "mailing",
                                          "to",      kUnsubscribeField};

bool IsFieldName(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= kLongestField && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), fits);
}

absl::StatusOr<std::vector<std::string>> ReadFields(const v1::Mailing& from) {
  WISSEL_RETURN_IF_ERROR(CheckCount(from.fields_size(), kMostFields, "mailing.fields"));
  std::vector<std::string> fields;
  for (int i = 0; i < from.fields_size(); ++i) {
    const std::string& name = from.fields(i);
    const std::string at = fmt::format("mailing.fields[{}]", i);
    if (!IsFieldName(name)) {
      return RefuseField(at, Quoted(name) + " cannot be a field",
                         "1 to 40 characters of [a-z0-9_], beginning with a letter");
    }
    if (std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved)) {
      return RefuseField(at, Quoted(name) + " means something else already", "another name");
    }
    if (std::find(fields.begin(), fields.end(), name) != fields.end()) {
      return RefuseField(at, Quoted(name) + " stands there twice", "each once");
    }
    fields.push_back(name);
  }
  return fields;
}

absl::StatusOr<std::vector<NoticeText>> ReadTexts(const v1::Mailing& from) {
  if (from.texts().empty()) {
    return RefuseField("mailing.texts", "it says nothing", "a text in one language at least");
  }
  WISSEL_RETURN_IF_ERROR(CheckCount(from.texts_size(), kMostTexts, "mailing.texts"));
  std::vector<NoticeText> texts;
  for (int i = 0; i < from.texts_size(); ++i) {
    const v1::MailingText& text = from.texts(i);
    const std::string at = fmt::format("mailing.texts[{}]", i);
    if (text.language().empty()) {
      return RefuseField(at + ".language", "it is empty", "a language, \"nl\"");
    }
    WISSEL_RETURN_IF_ERROR(contacts::CheckLanguage(text.language(), at + ".language"));
    for (const NoticeText& before : texts) {
      if (before.language != text.language()) continue;
      return RefuseField(at + ".language", "there are two texts in this language", "one in each");
    }
    if (text.subject().empty()) return RefuseField(at + ".subject", "it is empty", "one line");
    WISSEL_RETURN_IF_ERROR(CheckOneLine(text.subject(), at + ".subject"));
    WISSEL_RETURN_IF_ERROR(CheckText(text.subject(), kLongestSubject, at + ".subject"));
    if (text.text().empty() || CountCharacters(text.text()) > kLongestText) {
      return RefuseField(at + ".text", text.text().empty() ? "it is empty" : "it is too long",
                         "1 to 20,000 characters");
    }
    if (text.text().find('\0') != std::string::npos) {
      return RefuseField(at + ".text", "it contains NUL", "text without the character NUL");
    }
    texts.push_back({text.language(), text.subject(), text.text()});
  }
  return texts;
}

absl::Status ReadField(const std::string& field, const v1::Mailing& from, Mailing& to) {
  if (field == "display_name") {
    if (from.display_name().empty()) {
      return RefuseField("mailing.displayName", "it is empty", "1 to 80 characters");
    }
    WISSEL_RETURN_IF_ERROR(contacts::CheckName(from.display_name(), "mailing.displayName"));
    to.display_name = from.display_name();
  } else if (field == "sender") {
    to.sender = email::Normalized(from.sender());
  } else if (field == "fields") {
    WISSEL_ASSIGN_OR_RETURN(to.fields, ReadFields(from));
  } else if (field == "texts") {
    WISSEL_ASSIGN_OR_RETURN(to.texts, ReadTexts(from));
  } else if (field == "rate") {
    const int rate = from.rate() == 0 ? kUsualRate : from.rate();
    WISSEL_ASSIGN_OR_RETURN(to.rate, ReadNumber(rate, 1, kMostRate, "mailing.rate"));
  } else {
    return RefuseField("fields", Quoted(field) + " cannot be changed",
                       "display_name, sender, fields, texts or rate");
  }
  return absl::OkStatus();
}

// That texts name nothing that recipients do not have.
absl::Status CheckTexts(const Mailing& mailing, bool unsubscribe) {
  std::vector<std::string> in_text = mailing.fields;
  if (unsubscribe) in_text.emplace_back(kUnsubscribeField);
  for (size_t i = 0; i < mailing.texts.size(); ++i) {
    const std::string at = fmt::format("mailing.texts[{}]", i);
    const NoticeText& text = mailing.texts[i];
    WISSEL_RETURN_IF_ERROR(CheckFields(text.subject, mailing.fields, at + ".subject"));
    WISSEL_RETURN_IF_ERROR(CheckFields(text.text, in_text, at + ".text"));
  }
  return absl::OkStatus();
}

absl::Status ReadValues(const v1::MailingRecipient& recipient, const Mailing& mailing,
                        contacts::Contact& contact) {
  FieldValues values;
  for (const v1::ContactField& field : recipient.fields()) {
    const auto& known = mailing.fields;
    if (std::find(known.begin(), known.end(), field.name()) == known.end()) {
      return RefuseField(
          field.name(), "the mailing has no such field",
          known.empty() ? "no fields" : fmt::format("its fields: {}", fmt::join(known, ", ")));
    }
    WISSEL_RETURN_IF_ERROR(CheckOneLine(field.value(), field.name()));
    WISSEL_RETURN_IF_ERROR(CheckText(field.value(), kLongestValue, field.name()));
    if (!values.emplace(field.name(), field.value()).second) {
      return RefuseField(field.name(), "it is said twice", "each field once");
    }
  }
  for (const std::string& name : mailing.fields) {
    const auto value = values.find(name);
    if (value == values.end() || value->second.empty()) {
      return RefuseField(name, "this field has no value",
                         "a value for each of the mailing's fields");
    }
    contact.fields.push_back({name, value->second});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadMailingName(const std::string& name, std::string_view field) {
  WISSEL_ASSIGN_OR_RETURN(const std::string_view id,
                          ParseName(kMailingPrefix, "mailings/{mailing}", name, field));
  return std::string(id);
}

absl::StatusOr<RecipientName> ReadRecipientName(const std::string& name, std::string_view field) {
  const size_t at = name.find(kRecipients);
  RecipientName read;
  if (name.starts_with(kMailingPrefix) && at != std::string::npos && at > kMailingPrefix.size()) {
    read.mailing = name.substr(kMailingPrefix.size(), at - kMailingPrefix.size());
    const char* end = name.data() + name.size();
    const auto result = std::from_chars(name.data() + at + kRecipients.size(), end, read.number);
    if (result.ec == std::errc() && result.ptr == end && read.number > 0) return read;
  }
  return RefuseField(field, Quoted(name) + " is no name of a recipient",
                     "mailings/{mailing}/recipients/{number}");
}

absl::StatusOr<Mailing> ReadMailing(const v1::CreateMailingRequest& request, bool unsubscribe) {
  if (!IsResourceId(request.mailing_id())) {
    return RefuseField("mailingId", Quoted(request.mailing_id()) + " cannot be a name",
                       "1 to 63 characters of [a-z0-9-], beginning with a letter");
  }
  Mailing mailing;
  mailing.id = request.mailing_id();
  for (const char* field : {"display_name", "sender", "fields", "texts", "rate"}) {
    WISSEL_RETURN_IF_ERROR(ReadField(field, request.mailing(), mailing));
  }
  WISSEL_RETURN_IF_ERROR(CheckTexts(mailing, unsubscribe));
  return mailing;
}

absl::StatusOr<Mailing> ReadUpdate(const v1::UpdateMailingRequest& request, Mailing mailing,
                                   bool unsubscribe) {
  if (request.fields().empty()) return RefuseField("fields", "nothing would change", "a field");
  for (const std::string& field : request.fields()) {
    WISSEL_RETURN_IF_ERROR(ReadField(field, request.mailing(), mailing));
  }
  WISSEL_RETURN_IF_ERROR(CheckTexts(mailing, unsubscribe));
  return mailing;
}

absl::StatusOr<NewRecipient> ReadRecipient(const v1::MailingRecipient& recipient,
                                           const Mailing& mailing, Instant now) {
  NewRecipient read;
  contacts::Contact& contact = read.contact.contact;
  WISSEL_ASSIGN_OR_RETURN(const contacts::Address address,
                          contacts::EmailAddress(recipient.address(), "address"));
  if (!email::IsAddress(address.text)) {
    return RefuseField("address", "this is no mail address", "for example mia@example.org");
  }
  WISSEL_RETURN_IF_ERROR(CheckText(recipient.key(), kLongestKey, "key"));
  // Keys of their owners have no line ends.
  read.key =
      recipient.key().empty() ? "address\n" + contacts::ComparedText(address) : recipient.key();
  WISSEL_RETURN_IF_ERROR(contacts::CheckLanguage(recipient.language(), "language"));
  if (!recipient.customer().empty()) {
    WISSEL_RETURN_IF_ERROR(contacts::CheckCustomerName(recipient.customer(), "customer"));
    contact.customer = recipient.customer();
  }
  contact.channel = Channel::kEmail;
  contact.started = now;
  contact.fields = {{std::string(email::field::kAddress), mailing.sender},
                    {std::string(kToField), address.text},
                    {email::kMailingField, std::string(kMailingPrefix) + mailing.id},
                    {email::kMailingNameField, mailing.display_name}};
  WISSEL_RETURN_IF_ERROR(ReadValues(recipient, mailing, contact));
  contact.language = recipient.language();
  const FinishedText finished = Finish(mailing, contact, "");
  if (contact.language.empty()) contact.language = finished.language;
  contact.subject = finished.subject;
  const FieldValues values = ValuesOf(contact);
  const auto name = values.find(kNameField);
  contact.display_name = name == values.end() ? address.text : name->second;
  if (!contacts::CheckName(contact.display_name, "").ok()) contact.display_name = address.text;
  read.contact.addresses = {address};
  read.said = recipient.SerializeAsString();
  return read;
}

v1::Mailing ToProto(const Mailing& mailing, const Counts& counts) {
  v1::Mailing out;
  out.set_name(std::string(kMailingPrefix) + mailing.id);
  out.set_display_name(mailing.display_name);
  out.set_sender(mailing.sender);
  for (const std::string& field : mailing.fields) out.add_fields(field);
  for (const NoticeText& text : mailing.texts) {
    v1::MailingText* to = out.add_texts();
    to->set_language(text.language);
    to->set_subject(text.subject);
    to->set_text(text.text);
  }
  out.set_rate(mailing.rate);
  out.set_state(static_cast<v1::Mailing::State>(mailing.phase));
  WriteTimestamp(mailing.created, out.mutable_create_time());
  if (mailing.started) WriteTimestamp(*mailing.started, out.mutable_start_time());
  if (mailing.ended) WriteTimestamp(*mailing.ended, out.mutable_end_time());
  for (const auto& [state, recipients] : counts) {
    v1::MailingCount* count = out.add_counts();
    count->set_state(static_cast<v1::MailingRecipient::State>(state));
    count->set_recipients(recipients);
  }
  return out;
}

v1::MailingRecipient ToProto(const std::string& mailing, const Recipient& recipient) {
  v1::MailingRecipient out;
  out.set_name(fmt::format("{}{}{}{}", kMailingPrefix, mailing, kRecipients, recipient.number));
  out.set_state(static_cast<v1::MailingRecipient::State>(recipient.state));
  out.set_attempts(recipient.attempts);
  out.set_reply_code(recipient.code);
  if (recipient.state == RecipientState::kPending && recipient.attempts > 0) {
    WriteTimestamp(recipient.next, out.mutable_next_time());
  }
  if (recipient.ended) WriteTimestamp(*recipient.ended, out.mutable_end_time());
  out.set_contact(recipient.contact);
  return out;
}

std::optional<contacts::Address> AddressOf(const contacts::Contact& contact) {
  std::string to = contacts::ValueOf(contact.fields, kToField);
  if (to.empty()) return std::nullopt;
  return contacts::Address{contacts::AddressKind::kEmail, std::move(to)};
}

FieldValues ValuesOf(const contacts::Contact& contact) {
  FieldValues values;
  for (const contacts::Field& field : contact.fields) values[field.name] = field.value;
  for (const std::string_view own : kReserved) values.erase(std::string(own));
  values.erase(email::kMailingNameField);
  return values;
}

FinishedText Finish(const Mailing& mailing, const contacts::Contact& contact,
                    const std::string& link) {
  const NoticeText& text = TextFor(contact.language, mailing.texts);
  FieldValues values = ValuesOf(contact);
  FinishedText finished{text.language, FillIn(text.subject, values), ""};
  if (!link.empty()) values[std::string(kUnsubscribeField)] = link;
  finished.text = FillIn(text.text, values);
  return finished;
}

}  // namespace wissel::mailings
