#include "channels/contacts/records.h"

#include "base/status.h"
#include "channels/contacts/records.pb.h"
#include "fmt/format.h"

namespace wissel::contacts {
namespace {

template <class Record>
absl::StatusOr<Record> Parse(std::string_view bytes) {
  Record record;
  if (record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return record;
  return absl::DataLossError("a row of the contact store holds no record");
}

using Fields = google::protobuf::RepeatedPtrField<records::Field>;

void WriteFields(const std::vector<Field>& fields, Fields* out) {
  for (const Field& field : fields) {
    records::Field* to = out->Add();
    to->set_name(field.name);
    to->set_value(field.value);
  }
}

std::vector<Field> ReadFields(const Fields& fields) {
  std::vector<Field> out;
  for (const records::Field& field : fields) out.push_back({field.name(), field.value()});
  return out;
}

void WriteAttachment(const Attachment& attachment, records::Attachment* out) {
  out->set_id(attachment.id);
  out->set_file_name(attachment.file_name);
  out->set_media_type(attachment.media_type);
  out->set_size(attachment.size);
}

Attachment ReadAttachment(const records::Attachment& attachment) {
  return {attachment.id(), attachment.file_name(), attachment.media_type(), attachment.size()};
}

}  // namespace

std::string RecordOf(const Customer& customer) {
  records::Customer out;
  out.set_display_name(customer.display_name);
  out.set_language(customer.language);
  out.set_note(customer.note);
  for (const Address& address : customer.addresses) {
    records::Address* to = out.add_addresses();
    to->set_kind(static_cast<int32_t>(address.kind));
    to->set_text(address.text);
  }
  for (Channel channel : customer.do_not_contact) {
    out.add_do_not_contact(static_cast<int32_t>(channel));
  }
  out.set_created_ms(customer.created.millis());
  return out.SerializeAsString();
}

absl::Status ReadRecord(std::string_view bytes, Customer& customer) {
  WISSEL_ASSIGN_OR_RETURN(const records::Customer record, Parse<records::Customer>(bytes));
  customer.display_name = record.display_name();
  customer.language = record.language();
  customer.note = record.note();
  customer.addresses.clear();
  for (const records::Address& address : record.addresses()) {
    customer.addresses.push_back({static_cast<AddressKind>(address.kind()), address.text()});
  }
  customer.do_not_contact.clear();
  for (int32_t channel : record.do_not_contact()) {
    customer.do_not_contact.push_back(static_cast<Channel>(channel));
  }
  customer.created = Instant::FromMillis(record.created_ms());
  return absl::OkStatus();
}

std::string RecordOf(const Contact& contact) {
  records::Contact out;
  out.set_display_name(contact.display_name);
  out.set_language(contact.language);
  out.set_subject(contact.subject);
  WriteFields(contact.fields, out.mutable_fields());
  return out.SerializeAsString();
}

absl::Status ReadRecord(std::string_view bytes, Contact& contact) {
  WISSEL_ASSIGN_OR_RETURN(const records::Contact record, Parse<records::Contact>(bytes));
  contact.display_name = record.display_name();
  contact.language = record.language();
  contact.subject = record.subject();
  contact.fields = ReadFields(record.fields());
  return absl::OkStatus();
}

std::string RecordOf(const Entry& entry) {
  records::Entry out;
  out.set_author(static_cast<int32_t>(entry.author));
  out.set_kind(static_cast<int32_t>(entry.kind));
  out.set_author_name(entry.author_name);
  out.set_text(entry.text);
  out.set_time_ms(entry.time.millis());
  out.set_agent(entry.agent);
  out.set_html(entry.html);
  WriteFields(entry.headers, out.mutable_headers());
  for (const Attachment& attachment : entry.attachments) {
    WriteAttachment(attachment, out.add_attachments());
  }
  return out.SerializeAsString();
}

absl::Status ReadRecord(std::string_view bytes, Entry& entry) {
  WISSEL_ASSIGN_OR_RETURN(const records::Entry record, Parse<records::Entry>(bytes));
  entry.author = static_cast<Author>(record.author());
  entry.kind = static_cast<EntryKind>(record.kind());
  entry.author_name = record.author_name();
  entry.text = record.text();
  entry.time = Instant::FromMillis(record.time_ms());
  entry.agent = record.agent();
  entry.html = record.html();
  entry.headers = ReadFields(record.headers());
  entry.attachments.clear();
  for (const records::Attachment& attachment : record.attachments()) {
    entry.attachments.push_back(ReadAttachment(attachment));
  }
  return absl::OkStatus();
}

std::string RecordOf(const Attachment& attachment) {
  records::Attachment out;
  WriteAttachment(attachment, &out);
  return out.SerializeAsString();
}

absl::Status ReadRecord(std::string_view bytes, Attachment& attachment) {
  WISSEL_ASSIGN_OR_RETURN(const records::Attachment record, Parse<records::Attachment>(bytes));
  attachment = ReadAttachment(record);
  return absl::OkStatus();
}

std::string RecordOf(const Draft& draft) {
  records::Draft out;
  out.set_text(draft.text);
  out.set_html(draft.html);
  WriteFields(draft.headers, out.mutable_headers());
  out.set_saved_ms(draft.saved.millis());
  return out.SerializeAsString();
}

absl::Status ReadRecord(std::string_view bytes, Draft& draft) {
  WISSEL_ASSIGN_OR_RETURN(const records::Draft record, Parse<records::Draft>(bytes));
  draft = {record.text(), record.html(), ReadFields(record.headers()),
           Instant::FromMillis(record.saved_ms())};
  return absl::OkStatus();
}

Identity& Identity::Add(std::string_view text) {
  text_ += fmt::format("{}:", text.size());
  text_ += text;
  return *this;
}

Identity& Identity::Add(int64_t number) { return Add(fmt::format("{}", number)); }

}  // namespace wissel::contacts
