// The contract's messages as what the room keeps, and back. Pure. Refusals are INVALID_ARGUMENT on
// the field at fault.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "channels/contacts/contact_store.h"
#include "channels/mailings/core/mailing.h"
#include "wissel/v1/mailing.pb.h"

namespace wissel::mailings {

inline constexpr std::string_view kMailingPrefix = "mailings/";
// Of a recipient's contact: to whom it goes. The mailing's fields stand beside it.
inline constexpr std::string_view kToField = "to";

// "spring" of "mailings/spring".
absl::StatusOr<std::string> ReadMailingName(const std::string& name, std::string_view field);
struct RecipientName {
  std::string mailing;
  int64_t number = 0;
};
absl::StatusOr<RecipientName> ReadRecipientName(const std::string& name, std::string_view field);

// What a mailing says of itself; whether its sender is there is not asked. `unsubscribe`: texts may
// name the page.
absl::StatusOr<Mailing> ReadMailing(const v1::CreateMailingRequest& request, bool unsubscribe);
// `mailing` with the fields that the request names as it says.
absl::StatusOr<Mailing> ReadUpdate(const v1::UpdateMailingRequest& request, Mailing mailing,
                                   bool unsubscribe);

struct NewRecipient {
  std::string key;
  contacts::NewContact contact;  // without name, queue and request key
  std::string said;              // all that the request said: the same again is no change
};
absl::StatusOr<NewRecipient> ReadRecipient(const v1::MailingRecipient& recipient,
                                           const Mailing& mailing, Instant now);

v1::Mailing ToProto(const Mailing& mailing, const Counts& counts);
v1::MailingRecipient ToProto(const std::string& mailing, const Recipient& recipient);

// Of a recipient's contact.
std::optional<contacts::Address> AddressOf(const contacts::Contact& contact);
FieldValues ValuesOf(const contacts::Contact& contact);

struct FinishedText {
  std::string language;
  std::string subject;
  std::string text;
};
// `link` is that of the page to unsubscribe; may be empty.
FinishedText Finish(const Mailing& mailing, const contacts::Contact& contact,
                    const std::string& link);

}  // namespace wissel::mailings
