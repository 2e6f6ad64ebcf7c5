// What is text: UTF-8 as RFC 3629, section 4 has it, without overlong forms, halves of pairs and
// what is beyond the last character. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wissel {

bool IsUtf8(std::string_view text);

// How many characters (code points) it has; none: it is not UTF-8.
std::optional<int64_t> CharactersOf(std::string_view text);

}  // namespace wissel
