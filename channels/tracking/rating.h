// How satisfied a customer is with what became of a request: one answer for each of its items, kept
// as an entry of the contact. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "channels/contacts/contact_store.h"

namespace wissel::tracking {

inline constexpr int kLowestScore = 1;
inline constexpr int kHighestScore = 5;

// Of the contact's current or last item; none: not given.
std::optional<int> RatingOf(const contacts::Contact& contact);

// Of that item; without what says whether it may be given. INVALID_ARGUMENT on `score` or `text`.
absl::StatusOr<contacts::NewEntry> NewRating(const contacts::Contact& contact, int score,
                                             std::string_view text, Instant now);

}  // namespace wissel::tracking
