// base64url without padding (RFC 4648, section 5; RFC 7515, appendix C), as tokens are written.
// Stricter than most: a text has one form alone.
//
// Threads: free functions without state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wissel::gateway {

std::string ToBase64Url(std::string_view bytes);

// Nothing for padding, white space, another alphabet, or bits that stand for nothing.
std::optional<std::string> FromBase64Url(std::string_view text);

}  // namespace wissel::gateway
