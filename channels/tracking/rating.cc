#include "channels/tracking/rating.h"

#include <string>

#include "base/digest.h"
#include "base/status.h"
#include "channels/contacts/text_rules.h"
#include "fmt/format.h"

namespace wissel::tracking {
namespace {

constexpr std::string_view kItem = "item";

std::string ItemText(const contacts::Contact& contact) {
  return contact.item ? std::to_string(contact.item->value()) : "";
}

}  // namespace

std::optional<int> RatingOf(const contacts::Contact& contact) {
  for (const contacts::Entry& entry : contact.entries) {
    const std::string& score = contacts::ValueOf(entry.headers, contacts::kRatingField);
    if (score.size() == 1 && contacts::ValueOf(entry.headers, kItem) == ItemText(contact))
      return score[0] - '0';
  }
  return std::nullopt;
}

absl::StatusOr<contacts::NewEntry> NewRating(const contacts::Contact& contact, int score,
                                             std::string_view text, Instant now) {
  if (score < kLowestScore || score > kHighestScore) {
    return RefuseField("score", fmt::format("{} is no score", score), "1 to 5");
  }
  if (!text.empty()) WISSEL_RETURN_IF_ERROR(contacts::CheckMessage(text, "text"));
  contacts::NewEntry rating;
  rating.contact = contact.name;
  rating.entry.author = contacts::Author::kCustomer;
  rating.entry.author_name = contact.display_name;
  rating.entry.kind = text.empty() ? contacts::EntryKind::kEvent : contacts::EntryKind::kMessage;
  rating.entry.text = text;
  rating.entry.time = now;
  rating.entry.headers = {{std::string(contacts::kRatingField), std::to_string(score)},
                          {std::string(kItem), ItemText(contact)}};
  rating.request_id = "rating " + ItemText(contact);
  rating.fingerprint = DigestOf(fmt::format("{}\n{}", score, text));
  return rating;
}

}  // namespace wissel::tracking
