// What is left of text from outside: UTF-8, without NUL and CR. Pure.
#pragma once

#include <string>
#include <string_view>

namespace wissel::email {

// What is not UTF-8, and NUL, becomes U+FFFD; CR LF and CR become LF.
std::string CleanText(std::string_view text);
// The same on one line: control characters become spaces, runs of spaces one.
std::string CleanLine(std::string_view text);
// The longest beginning of at most so many bytes that ends at a character.
std::string_view Beginning(std::string_view utf8, size_t bytes);

}  // namespace wissel::email
