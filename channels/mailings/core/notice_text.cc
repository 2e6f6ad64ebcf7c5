#include "channels/mailings/core/notice_text.h"

#include <algorithm>

#include "base/status.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace wissel::mailings {
namespace {

struct Piece {
  std::string_view text;  // as it is written
  std::optional<std::string_view> field;
  bool closed = true;
};

// The piece at the front of `text`, which is not empty.
Piece PieceAt(std::string_view text) {
  if (text[0] != '{') return {text.substr(0, text.find('{')), std::nullopt};
  if (text.starts_with("{{")) return {text.substr(0, 2), std::nullopt};
  const size_t end = text.find_first_of("}\n");
  if (end == std::string_view::npos || text[end] != '}') {
    return {text.substr(0, 1), std::nullopt, false};
  }
  return {text.substr(0, end + 1), text.substr(1, end - 1)};
}

std::string_view PrimaryOf(std::string_view language) {
  return language.substr(0, language.find('-'));
}

}  // namespace

absl::Status CheckFields(std::string_view text, const std::vector<std::string>& known,
                         std::string_view field) {
  while (!text.empty()) {
    const Piece piece = PieceAt(text);
    if (!piece.closed) {
      return RefuseField(field, "a brace is not closed on its line", "{field}, or {{ for a brace");
    }
    if (piece.field && std::find(known.begin(), known.end(), *piece.field) == known.end()) {
      return RefuseField(field, fmt::format("there is no field {}", piece.text),
                         known.empty() ? "a text without fields, or a mailing that has this one"
                                       : fmt::format("one of {{{}}}", fmt::join(known, "}, {")));
    }
    text.remove_prefix(piece.text.size());
  }
  return absl::OkStatus();
}

std::string FillIn(std::string_view text, const FieldValues& values) {
  std::string filled;
  while (!text.empty()) {
    const Piece piece = PieceAt(text);
    const auto value = piece.field ? values.find(*piece.field) : values.end();
    if (value != values.end()) {
      filled += value->second;
    } else {
      filled += piece.text == "{{" ? std::string_view("{") : piece.text;
    }
    text.remove_prefix(piece.text.size());
  }
  return filled;
}

const NoticeText& TextFor(std::string_view language, const std::vector<NoticeText>& texts) {
  for (const std::string_view wish : {language, PrimaryOf(language)}) {
    const auto found = std::find_if(texts.begin(), texts.end(),
                                    [&](const NoticeText& t) { return t.language == wish; });
    if (found != texts.end()) return *found;
  }
  // "nl-BE" for whoever reads "nl".
  const auto near = std::find_if(texts.begin(), texts.end(), [&](const NoticeText& t) {
    return PrimaryOf(t.language) == PrimaryOf(language);
  });
  return near == texts.end() ? texts.front() : *near;
}

absl::Status CheckOneLine(std::string_view value, std::string_view field) {
  const bool breaks = std::any_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (!breaks) return absl::OkStatus();
  return RefuseField(field, "line ends and control characters do not go into a notice's fields",
                     "one line of text");
}

}  // namespace wissel::mailings
