// The texts of a notice, with {fields} that each recipient fills in. Pure; thread-safe.
//
// "{" to the next "}" of its line names a field; "{{" is a brace. What a value says is not looked
// at again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace wissel::mailings {

// The address of the page where a recipient can say that they want no more; in texts alone.
inline constexpr std::string_view kUnsubscribeField = "unsubscribe";

struct NoticeText {
  std::string language;  // BCP 47
  std::string subject;
  std::string text;

  bool operator==(const NoticeText&) const = default;
};

using FieldValues = std::map<std::string, std::string, std::less<>>;

// INVALID_ARGUMENT on `field` when the text names one that is not `known`, or a brace is not
// closed.
absl::Status CheckFields(std::string_view text, const std::vector<std::string>& known,
                         std::string_view field);

// A field without a value stays as it is written.
std::string FillIn(std::string_view text, const FieldValues& values);

// The one in this language, else in its primary language ("nl" of "nl-BE"), else the first; `texts`
// is not empty.
const NoticeText& TextFor(std::string_view language, const std::vector<NoticeText>& texts);

// One line: nothing in it can end a header (RFC 5322, section 2.2). INVALID_ARGUMENT on `field`.
absl::Status CheckOneLine(std::string_view value, std::string_view field);

}  // namespace wissel::mailings
