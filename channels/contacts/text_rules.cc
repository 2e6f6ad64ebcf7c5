#include "channels/contacts/text_rules.h"

#include <algorithm>
#include <optional>

#include "base/status.h"
#include "base/utf8.h"
#include "channels/contacts/words.h"
#include "fmt/format.h"

namespace wissel::contacts {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsLetterOrDigit(char c) { return IsLetter(c) || (c >= '0' && c <= '9'); }
bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// U+202A to U+202E and U+2066 to U+2069, in UTF-8: they turn what follows, so that a name reads as
// another one, and the line behind it too (Unicode Standard Annex 9, section 2).
bool TurnsDirection(std::string_view text) {
  for (size_t i = 0; i + 2 < text.size(); ++i) {
    const auto last = static_cast<unsigned char>(text[i + 2]);
    if (text.substr(i, 2) == "\xe2\x80" && last >= 0xaa && last <= 0xae) return true;
    if (text.substr(i, 2) == "\xe2\x81" && last >= 0xa6 && last <= 0xa9) return true;
  }
  return false;
}

}  // namespace

absl::Status CheckMessage(std::string_view text, std::string_view field) {
  const std::string right = fmt::format("1 to {} characters of UTF-8", kLongestMessage);
  if (text.find('\0') != std::string_view::npos) {
    return RefuseField(field, "the text contains NUL", "text without the character NUL");
  }
  const std::optional<int64_t> characters = CharactersOf(text);
  if (!characters) return RefuseField(field, "the text is not UTF-8", right);
  if (characters == 0) return RefuseField(field, "the text is empty", right);
  if (*characters > static_cast<int64_t>(kLongestMessage)) {
    return RefuseField(field, fmt::format("the text has {} characters", *characters), right);
  }
  return absl::OkStatus();
}

absl::Status CheckName(std::string_view name, std::string_view field) {
  const std::string right = fmt::format("at most {} characters, on one line", kLongestName);
  if (std::any_of(name.begin(), name.end(), IsControl)) {
    return RefuseField(field, "the name contains control characters", right);
  }
  if (TurnsDirection(name)) {
    return RefuseField(field, "the name contains marks that turn its direction", right);
  }
  const std::optional<int64_t> characters = CharactersOf(name);
  if (!characters) return RefuseField(field, "the name is not UTF-8", right);
  if (*characters > static_cast<int64_t>(kLongestName)) {
    return RefuseField(field, fmt::format("the name has {} characters", *characters), right);
  }
  return absl::OkStatus();
}

absl::Status CheckLanguage(std::string_view language, std::string_view field) {
  if (language.empty()) return absl::OkStatus();
  const absl::Status refusal =
      RefuseField(field, "this is no language tag", "BCP 47, for example nl or fr-BE");
  size_t part = 0;
  bool primary = true;
  for (char c : language) {
    if (c == '-') {
      if (part < (primary ? 2u : 1u)) return refusal;
      part = 0;
      primary = false;
      continue;
    }
    if (primary ? !IsLetter(c) : !IsLetterOrDigit(c)) return refusal;
    if (++part > (primary ? 3u : 8u)) return refusal;
  }
  const bool ends_well = part >= (primary ? 2u : 1u);
  return ends_well && language.size() <= 35 ? absl::OkStatus() : refusal;
}

absl::Status CheckRequestId(std::string_view request_id, std::string_view field) {
  if (IsText(request_id) && request_id.size() <= kLongestRequestId) return absl::OkStatus();
  return RefuseField(field, "the request id is too long",
                     "a UUID, or any text of 1 to 64 characters");
}

}  // namespace wissel::contacts
