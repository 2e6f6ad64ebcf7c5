#include "channels/outbound/messages.h"

#include <algorithm>
#include <charconv>

#include "base/status.h"
#include "channels/contacts/contact_messages.h"
#include "channels/contacts/text_rules.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::outbound {
namespace {

constexpr int kMostOpen = 1'000;
constexpr int kMostAttempts = 20;
constexpr int kUsualAttempts = 3;
constexpr Duration kUsualPause = Duration::Hours(4);
constexpr int kMostReasons = 20;
constexpr size_t kLongestReason = 40;
constexpr int kMostFields = 30;
constexpr size_t kLongestValue = 1'000;
constexpr size_t kLongestKey = 64;
constexpr std::string_view kEntries = "/entries/";

absl::StatusOr<std::vector<std::string>> ReadReasons(
    const google::protobuf::RepeatedPtrField<std::string>& reasons, const std::string& field) {
  WISSEL_RETURN_IF_ERROR(CheckCount(reasons.size(), kMostReasons, field));
  for (int i = 0; i < reasons.size(); ++i) {
    const std::string at = fmt::format("{}[{}]", field, i);
    if (reasons[i].empty()) return RefuseField(at, "it is empty", "a reason code of the queue");
    WISSEL_RETURN_IF_ERROR(CheckText(reasons[i], kLongestReason, at));
  }
  return std::vector<std::string>(reasons.begin(), reasons.end());
}

absl::Status ReadField(const std::string& field, const v1::OutboundList& from, ListRecord& to) {
  if (field == "display_name") {
    WISSEL_RETURN_IF_ERROR(contacts::CheckName(from.display_name(), "list.displayName"));
    to.display_name = from.display_name();
  } else if (field == "queue") {
    WISSEL_ASSIGN_OR_RETURN(const std::string_view queue,
                            ParseName("queues/", "queues/{queue}", from.queue(), "list.queue"));
    to.queue = queue;
  } else if (field == "most_open") {
    const int open = from.most_open() == 0 ? 1 : from.most_open();
    WISSEL_ASSIGN_OR_RETURN(to.rules.most_open, ReadNumber(open, 1, kMostOpen, "list.mostOpen"));
  } else if (field == "attempts") {
    const int attempts = from.attempts() == 0 ? kUsualAttempts : from.attempts();
    WISSEL_ASSIGN_OR_RETURN(to.rules.attempts,
                            ReadNumber(attempts, 1, kMostAttempts, "list.attempts"));
  } else if (field == "pause") {
    to.rules.pause = kUsualPause;
    if (from.has_pause()) {
      WISSEL_ASSIGN_OR_RETURN(
          to.rules.pause, ReadDuration(from.pause(), Duration::Minutes(1), kLongest, "list.pause"));
    }
  } else if (field == "refused_reasons") {
    WISSEL_ASSIGN_OR_RETURN(to.refused_reasons,
                            ReadReasons(from.refused_reasons(), "list.refusedReasons"));
  } else if (field == "do_not_contact_reasons") {
    WISSEL_ASSIGN_OR_RETURN(to.mark_reasons,
                            ReadReasons(from.do_not_contact_reasons(), "list.doNotContactReasons"));
  } else {
    return RefuseField("fields", Quoted(field) + " cannot be changed",
                       "display_name, queue, most_open, attempts, pause, refused_reasons or "
                       "do_not_contact_reasons");
  }
  return absl::OkStatus();
}

absl::Status ReadPerson(const v1::OutboundEntry& entry, std::string_view region,
                        contacts::NewContact& contact) {
  if (!entry.customer().empty()) {
    WISSEL_RETURN_IF_ERROR(contacts::CheckCustomerName(entry.customer(), "customer"));
    contact.contact.customer = entry.customer();
  }
  WISSEL_RETURN_IF_ERROR(contacts::CheckName(entry.display_name(), "displayName"));
  contact.contact.display_name = entry.display_name();
  WISSEL_RETURN_IF_ERROR(contacts::CheckLanguage(entry.language(), "language"));
  contact.contact.language = entry.language();
  if (!entry.external_id().empty()) {
    WISSEL_ASSIGN_OR_RETURN(contacts::Address external,
                            contacts::ExternalAddress(entry.external_id(), "externalId"));
    contact.addresses.push_back(std::move(external));
  }
  WISSEL_ASSIGN_OR_RETURN(contacts::Address number,
                          contacts::PhoneAddress(entry.number(), region, "number"));
  contact.contact.fields.push_back({std::string(kNumberField), number.text});
  contact.addresses.push_back(std::move(number));
  WISSEL_RETURN_IF_ERROR(CheckCount(entry.fields_size(), kMostFields, "fields"));
  for (int i = 0; i < entry.fields_size(); ++i) {
    const v1::ContactField& field = entry.fields(i);
    const std::string at = fmt::format("fields[{}]", i);
    if (field.name().empty()) return RefuseField(at + ".name", "it is empty", "what it says");
    WISSEL_RETURN_IF_ERROR(contacts::CheckName(field.name(), at + ".name"));
    if (!field.value().empty()) {
      WISSEL_RETURN_IF_ERROR(contacts::CheckMessage(field.value(), at + ".value"));
    }
    if (CountCharacters(field.value()) > kLongestValue) {
      return RefuseField(at + ".value", "it is too long",
                         fmt::format("at most {} characters", kLongestValue));
    }
    contact.contact.fields.push_back({field.name(), field.value()});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadListName(const std::string& name, std::string_view field) {
  WISSEL_ASSIGN_OR_RETURN(const std::string_view id,
                          ParseName(kListPrefix, "outboundLists/{list}", name, field));
  return std::string(id);
}

absl::StatusOr<EntryName> ReadEntryName(const std::string& name, std::string_view field) {
  const size_t at = name.find(kEntries);
  EntryName read;
  if (name.starts_with(kListPrefix) && at != std::string::npos && at > kListPrefix.size()) {
    read.list = name.substr(kListPrefix.size(), at - kListPrefix.size());
    const char* end = name.data() + name.size();
    const auto result = std::from_chars(name.data() + at + kEntries.size(), end, read.number);
    if (result.ec == std::errc() && result.ptr == end && read.number > 0) return read;
  }
  return RefuseField(field, Quoted(name) + " is no name of an entry",
                     "outboundLists/{list}/entries/{number}");
}

absl::StatusOr<ListRecord> ReadList(const v1::CreateOutboundListRequest& request) {
  if (!IsResourceId(request.list_id())) {
    return RefuseField("listId", Quoted(request.list_id()) + " cannot be a name",
                       "1 to 63 characters of [a-z0-9-], beginning with a letter");
  }
  ListRecord list;
  list.id = request.list_id();
  for (const char* field : {"display_name", "queue", "most_open", "attempts", "pause",
                            "refused_reasons", "do_not_contact_reasons"}) {
    WISSEL_RETURN_IF_ERROR(ReadField(field, request.list(), list));
  }
  if (request.list().channel() != v1::CHANNEL_UNSPECIFIED) {
    WISSEL_ASSIGN_OR_RETURN(list.channel, ReadChannel(request.list().channel(), "list.channel"));
    if (list.channel != Channel::kOutbound && list.channel != Channel::kCallback) {
      return RefuseField("list.channel", "a list is of calls to customers", "OUTBOUND or CALLBACK");
    }
  }
  return list;
}

absl::StatusOr<ListRecord> ReadUpdate(const v1::UpdateOutboundListRequest& request,
                                      ListRecord list) {
  if (request.fields().empty()) return RefuseField("fields", "nothing would change", "a field");
  for (const std::string& field : request.fields()) {
    WISSEL_RETURN_IF_ERROR(ReadField(field, request.list(), list));
  }
  return list;
}

absl::StatusOr<NewListEntry> ReadEntry(const v1::OutboundEntry& entry, const ListRecord& list,
                                       std::string_view region, Instant now) {
  NewListEntry read;
  if (entry.key().empty()) return RefuseField("key", "it is empty", "1 to 64 characters");
  WISSEL_RETURN_IF_ERROR(CheckText(entry.key(), kLongestKey, "key"));
  read.key = entry.key();
  WISSEL_RETURN_IF_ERROR(ReadPerson(entry, region, read.contact));
  read.entry.next = now;
  if (entry.has_not_before_time()) {
    WISSEL_ASSIGN_OR_RETURN(read.entry.next,
                            ReadTimestamp(entry.not_before_time(), "notBeforeTime"));
  }
  if (entry.has_not_after_time()) {
    WISSEL_ASSIGN_OR_RETURN(read.entry.deadline,
                            ReadTimestamp(entry.not_after_time(), "notAfterTime"));
    if (entry.has_not_before_time() && *read.entry.deadline <= read.entry.next) {
      return RefuseField("notAfterTime", "it leaves no time for a call",
                         "later than notBeforeTime");
    }
  }
  contacts::Contact& contact = read.contact.contact;
  contact.channel = list.channel;
  contact.queue = list.queue;
  contact.subject = list.display_name;
  contact.started = now;
  read.said = entry.SerializeAsString();
  return read;
}

v1::OutboundList ToProto(const ListRecord& list, const std::map<EntryState, int64_t>& counts,
                         const std::string& last_refusal) {
  v1::OutboundList out;
  out.set_name(std::string(kListPrefix) + list.id);
  out.set_display_name(list.display_name);
  out.set_queue("queues/" + list.queue);
  out.set_channel(static_cast<v1::Channel>(list.channel));
  out.set_most_open(list.rules.most_open);
  out.set_attempts(list.rules.attempts);
  WriteDuration(list.rules.pause, out.mutable_pause());
  for (const std::string& reason : list.refused_reasons) out.add_refused_reasons(reason);
  for (const std::string& reason : list.mark_reasons) out.add_do_not_contact_reasons(reason);
  out.set_state(static_cast<v1::OutboundList::State>(list.phase));
  WriteTimestamp(list.created, out.mutable_create_time());
  for (const auto& [state, entries] : counts) {
    v1::OutboundCount* count = out.add_counts();
    count->set_state(static_cast<v1::OutboundEntry::State>(state));
    count->set_entries(entries);
  }
  out.set_last_refusal(last_refusal);
  return out;
}

v1::OutboundEntry ToProto(const std::string& list, const Entry& entry) {
  v1::OutboundEntry out;
  out.set_name(fmt::format("{}{}{}{}", kListPrefix, list, kEntries, entry.number));
  out.set_customer(entry.customer);
  out.set_contact(entry.contact);
  if (entry.deadline) WriteTimestamp(*entry.deadline, out.mutable_not_after_time());
  out.set_state(static_cast<v1::OutboundEntry::State>(entry.state));
  out.set_attempts(entry.attempts);
  if (entry.state == EntryState::kPending) WriteTimestamp(entry.next, out.mutable_next_time());
  if (entry.item) out.set_work_item(ItemName(*entry.item));
  if (entry.ended) WriteTimestamp(*entry.ended, out.mutable_end_time());
  return out;
}

v1::OutboundAttempt ToProto(const Attempt& attempt) {
  v1::OutboundAttempt out;
  out.set_work_item(ItemName(attempt.item));
  WriteTimestamp(attempt.ended, out.mutable_end_time());
  out.set_end(static_cast<v1::OutboundAttempt::End>(attempt.end));
  if (!attempt.agent.empty()) out.set_agent("agents/" + attempt.agent);
  return out;
}

void WritePerson(const contacts::Contact& contact, v1::OutboundEntry* out) {
  out->set_customer(contact.customer);
  out->set_display_name(contact.display_name);
  out->set_language(contact.language);
  for (size_t i = 0; i < contact.fields.size(); ++i) {
    const contacts::Field& field = contact.fields[i];
    if (i == 0) {
      out->set_number(field.value);
      continue;
    }
    v1::ContactField* to = out->add_fields();
    to->set_name(field.name);
    to->set_value(field.value);
  }
}

std::optional<contacts::Address> NumberOf(const contacts::Contact& contact) {
  if (contact.fields.empty() || contact.fields[0].name != kNumberField) return std::nullopt;
  return contacts::Address{contacts::AddressKind::kPhone, contact.fields[0].value};
}

}  // namespace wissel::outbound
