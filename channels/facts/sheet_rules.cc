#include "channels/facts/sheet_rules.h"

#include <optional>
#include <set>

#include "absl/time/civil_time.h"
#include "base/status.h"
#include "channels/contacts/text_rules.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::facts {
namespace {

constexpr int kMostLanguages = 10;
constexpr size_t kLongestTitle = 100;
constexpr size_t kLongestText = 8'000;
constexpr std::string_view kQueues = "queues/";
constexpr std::string_view kSheets = "/factSheets/";

// A day as "2026-12-31"; none: it is no day.
std::optional<absl::CivilDay> ParseDay(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00";
  bool shaped = text.size() == kForm.size();
  for (size_t i = 0; shaped && i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    shaped = kForm[i] == '-' ? text[i] == '-' : digit;
  }
  absl::CivilDay day;
  if (!shaped || !absl::ParseCivilTime(absl::string_view(text.data(), text.size()), &day)) {
    return std::nullopt;
  }
  return day;
}

absl::Status CheckFactText(const v1::FactText& text, std::string_view path) {
  WISSEL_RETURN_IF_ERROR(
      contacts::CheckLanguage(text.language(), fmt::format("{}.language", path)));
  if (text.language().empty()) {
    return RefuseField(fmt::format("{}.language", path), "the text has no language",
                       "for example \"nl\"");
  }
  const std::string title = fmt::format("{}.title", path);
  if (text.title().find_first_not_of(' ') == std::string::npos) {
    return RefuseField(title, "the sheet has no title", "1 to 100 characters");
  }
  WISSEL_RETURN_IF_ERROR(CheckText(text.title(), kLongestTitle, title));
  const bool blank = text.text().find_first_not_of(" \t\r\n") == std::string::npos;
  if (blank || CountCharacters(text.text()) > kLongestText ||
      text.text().find('\0') != std::string::npos) {
    return RefuseField(fmt::format("{}.text", path),
                       blank ? "the sheet has no text" : "the text is too long, or has a NUL",
                       "1 to 8,000 characters");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ParseQueue(std::string_view name, std::string_view field) {
  WISSEL_ASSIGN_OR_RETURN(const std::string_view queue,
                          ParseName(kQueues, "queues/{queue}", name, field));
  return std::string(queue);
}

absl::StatusOr<SheetName> ParseSheetName(std::string_view name, std::string_view field) {
  const size_t at = name.find(kSheets);
  if (name.starts_with(kQueues) && at != std::string_view::npos) {
    SheetName parts{std::string(name.substr(kQueues.size(), at - kQueues.size())),
                    std::string(name.substr(at + kSheets.size()))};
    if (IsResourceId(parts.queue) && IsResourceId(parts.sheet)) return parts;
  }
  return RefuseField(field, Quoted(name) + " is no name of a fact sheet",
                     "queues/{queue}/factSheets/{sheet}");
}

absl::Status CheckSheetId(std::string_view id, std::string_view field) {
  if (IsResourceId(id)) return absl::OkStatus();
  return RefuseField(field, Quoted(id) + " is no id",
                     "1 to 63 characters of [a-z0-9-], beginning with a letter");
}

absl::Status CheckSheet(const v1::FactSheet& sheet) {
  if (sheet.texts().empty() || sheet.texts_size() > kMostLanguages) {
    return RefuseField("texts", fmt::format("the sheet has {} texts", sheet.texts_size()),
                       "1 to 10, each in another language");
  }
  std::set<std::string_view> languages;
  for (int i = 0; i < sheet.texts_size(); ++i) {
    const std::string path = fmt::format("texts[{}]", i);
    WISSEL_RETURN_IF_ERROR(CheckFactText(sheet.texts(i), path));
    if (!languages.insert(sheet.texts(i).language()).second) {
      return RefuseField(path + ".language", "this language has a text already",
                         "each language once");
    }
  }
  if (sheet.review_date().empty() || ParseDay(sheet.review_date())) return absl::OkStatus();
  return RefuseField("reviewDate", Quoted(sheet.review_date()) + " is no date",
                     "a date such as \"2026-12-31\"");
}

v1::FactSheet WhatIsWritten(const v1::FactSheet& sheet) {
  v1::FactSheet written;
  *written.mutable_texts() = sheet.texts();
  written.set_review_date(sheet.review_date());
  return written;
}

bool IsStale(const std::string& review_date, Instant now, absl::TimeZone zone) {
  const std::optional<absl::CivilDay> day = ParseDay(review_date);
  return day && absl::ToCivilDay(absl::FromUnixMillis(now.millis()), zone) > *day;
}

}  // namespace wissel::facts
