#include "channels/email/mime/clean_text.h"

#include <cstdint>

namespace wissel::email {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// Length of the character at the front; 0 for what is none (RFC 3629, section 4).
size_t CharacterLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first < 0xc2   ? 0
                        : first < 0xe0 ? 2
                        : first < 0xf0 ? 3
                        : first < 0xf5 ? 4
                                       : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool half_of_a_pair = first == 0xed && byte(1) > 0x9f;
  const bool beyond_the_last = first == 0xf4 && byte(1) > 0x8f;
  return overlong || half_of_a_pair || beyond_the_last ? 0 : length;
}

}  // namespace

std::string CleanText(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    if (text[0] == '\r') {
      clean += '\n';
      text.remove_prefix(text.starts_with("\r\n") ? 2 : 1);
      continue;
    }
    const size_t length = text[0] == '\0' ? 0 : CharacterLength(text);
    clean += length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return clean;
}

std::string CleanLine(std::string_view text) {
  std::string line;
  for (char c : CleanText(text)) {
    const bool space = static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
    if (!space) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  if (line.ends_with(' ')) line.pop_back();
  return line;
}

std::string_view Beginning(std::string_view utf8, size_t bytes) {
  if (utf8.size() <= bytes) return utf8;
  while (bytes > 0 && (static_cast<unsigned char>(utf8[bytes]) & 0xc0) == 0x80) --bytes;
  return utf8.substr(0, bytes);
}

}  // namespace wissel::email
