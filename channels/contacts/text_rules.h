// What a text from outside must be before it enters a contact. Pure; thread-safe. Refusals are
// INVALID_ARGUMENT on `field`.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace wissel::contacts {

inline constexpr size_t kLongestMessage = 4'000;
inline constexpr size_t kLongestName = 80;
inline constexpr size_t kLongestRequestId = 64;

// 1 to 4,000 characters of UTF-8 without NUL.
absl::Status CheckMessage(std::string_view text, std::string_view field);
// At most 80 characters, none of them a control character or a mark that turns the direction; may
// be empty.
absl::Status CheckName(std::string_view name, std::string_view field);
// BCP 47 as far as its form goes; may be empty.
absl::Status CheckLanguage(std::string_view language, std::string_view field);
absl::Status CheckRequestId(std::string_view request_id, std::string_view field);

}  // namespace wissel::contacts
