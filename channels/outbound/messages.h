// The contract's messages as what the room keeps, and back. Pure. Refusals are INVALID_ARGUMENT on
// the field at fault.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "channels/contacts/contact_store.h"
#include "channels/outbound/list_tables.h"
#include "wissel/v1/outbound.pb.h"

namespace wissel::outbound {

inline constexpr std::string_view kListPrefix = "outboundLists/";
// The field of an entry's contact that has the number to be called, before those of its owner.
inline constexpr std::string_view kNumberField = "number";

// "spring" of "outboundLists/spring".
absl::StatusOr<std::string> ReadListName(const std::string& name, std::string_view field);
struct EntryName {
  std::string list;
  int64_t number = 0;
};
absl::StatusOr<EntryName> ReadEntryName(const std::string& name, std::string_view field);

// What a list says of itself; whether its queue is there is not asked.
absl::StatusOr<ListRecord> ReadList(const v1::CreateOutboundListRequest& request);
// `list` with the fields that the request names as it says.
absl::StatusOr<ListRecord> ReadUpdate(const v1::UpdateOutboundListRequest& request,
                                      ListRecord list);

struct NewListEntry {
  std::string key;
  Entry entry;                   // without number, contact and customer
  contacts::NewContact contact;  // without name and request key
  std::string said;              // all that the request said: the same again is no change
};
absl::StatusOr<NewListEntry> ReadEntry(const v1::OutboundEntry& entry, const ListRecord& list,
                                       std::string_view region, Instant now);

v1::OutboundList ToProto(const ListRecord& list, const std::map<EntryState, int64_t>& counts,
                         const std::string& last_refusal);
v1::OutboundEntry ToProto(const std::string& list, const Entry& entry);
v1::OutboundAttempt ToProto(const Attempt& attempt);
// Name, number and fields, as its contact has them.
void WritePerson(const contacts::Contact& contact, v1::OutboundEntry* out);

// The number of an entry's contact; none: it has none any more.
std::optional<contacts::Address> NumberOf(const contacts::Contact& contact);

}  // namespace wissel::outbound
