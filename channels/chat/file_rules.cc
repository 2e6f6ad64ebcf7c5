#include "channels/chat/file_rules.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/status.h"
#include "base/utf8.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace wissel::chat {
namespace {

using std::string_view_literals::operator""sv;

struct Kind {
  std::string_view ending;
  std::string_view media_type;
  // What stands at `at`; empty: text, in which no byte is NUL.
  size_t at = 0;
  std::string_view mark = {};
};

constexpr std::string_view kZip = "PK\x03\x04";
constexpr Kind kKinds[] = {
    {".jpg", "image/jpeg", 0, "\xff\xd8\xff"},
    {".jpeg", "image/jpeg", 0, "\xff\xd8\xff"},
    {".png", "image/png", 0, "\x89PNG\r\n\x1a\n"},
    {".gif", "image/gif", 0, "GIF8"},
    {".webp", "image/webp", 8, "WEBP"},
    {".heic", "image/heic", 4, "ftyp"},
    {".pdf", "application/pdf", 0, "%PDF-"},
    {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", 0, kZip},
    {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 0, kZip},
    {".odt", "application/vnd.oasis.opendocument.text", 0, kZip},
    {".ods", "application/vnd.oasis.opendocument.spreadsheet", 0, kZip},
    {".txt", "text/plain"},
    {".csv", "text/csv"},
};

const Kind* KindOf(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  for (const Kind& kind : kKinds) {
    if (lower.size() > kind.ending.size() && lower.ends_with(kind.ending)) return &kind;
  }
  return nullptr;
}

// Control characters of both sets, and the marks that are not seen or turn what follows, so that a
// name can look like another one (Unicode Standard Annex 9, section 2). In UTF-8, which the name
// is.
bool HasUnseen(std::string_view name) {
  constexpr std::array kMarks = {
      "\xe2\x80\x8b"sv, "\xe2\x80\x8c"sv, "\xe2\x80\x8d"sv, "\xe2\x80\x8e"sv, "\xe2\x80\x8f"sv,
      "\xe2\x80\xa8"sv, "\xe2\x80\xa9"sv, "\xe2\x80\xaa"sv, "\xe2\x80\xab"sv, "\xe2\x80\xac"sv,
      "\xe2\x80\xad"sv, "\xe2\x80\xae"sv, "\xe2\x81\xa6"sv, "\xe2\x81\xa7"sv, "\xe2\x81\xa8"sv,
      "\xe2\x81\xa9"sv, "\xef\xbb\xbf"sv};
  for (size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte == 0xc2 && static_cast<unsigned char>(name[i + 1]) < 0xa0) return true;
  }
  return std::ranges::any_of(
      kMarks, [&](std::string_view mark) { return name.find(mark) != std::string_view::npos; });
}

bool IsEdge(char c) { return c == '.' || c == ' '; }

}  // namespace

absl::Status CheckFileName(std::string_view name, std::string_view field) {
  const std::string right =
      fmt::format("1 to {} characters on one line, without a path", kLongestFileName);
  const std::optional<int64_t> characters = CharactersOf(name);
  if (!characters) return RefuseField(field, "the file's name is not UTF-8", right);
  if (*characters < 1 || *characters > kLongestFileName) {
    return RefuseField(field, fmt::format("the file's name has {} characters", *characters), right);
  }
  if (HasUnseen(name)) {
    return RefuseField(field, "the file's name contains characters that are not seen", right);
  }
  if (name.find_first_of("/\\") != std::string_view::npos) {
    return RefuseField(field, "the file's name is a path", right);
  }
  if (IsEdge(name.front()) || IsEdge(name.back())) {
    return RefuseField(field, "the file's name begins or ends with a dot or a space", right);
  }
  return absl::OkStatus();
}

std::vector<std::string_view> FileEndings() {
  std::vector<std::string_view> endings;
  for (const Kind& kind : kKinds) endings.push_back(kind.ending);
  return endings;
}

absl::StatusOr<std::string_view> MediaTypeOf(std::string_view name, std::string_view field) {
  if (const Kind* kind = KindOf(name)) return kind->media_type;
  return RefuseField(field, "files of this kind are not taken",
                     fmt::format("a name that ends in {}", fmt::join(FileEndings(), ", ")));
}

absl::Status CheckFileBytes(std::string_view name, std::string_view bytes, std::string_view field) {
  const Kind* kind = KindOf(name);
  const bool agrees =
      kind != nullptr && (kind->mark.empty() ? bytes.find('\0') == std::string_view::npos
                                             : bytes.size() > kind->at &&
                                                   bytes.substr(kind->at).starts_with(kind->mark));
  if (agrees) return absl::OkStatus();
  return RefuseField(field, "the file is not what its name says", "a file that its name fits");
}

}  // namespace wissel::chat
