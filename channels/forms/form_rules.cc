#include "channels/forms/form_rules.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "absl/time/civil_time.h"
#include "base/status.h"
#include "base/utf8.h"
#include "channels/contacts/addresses.h"
#include "fmt/format.h"

namespace wissel::forms {
namespace {

using Field = v1::FormField;
using Kind = Problem::Kind;

constexpr int kMostFields = 50;
constexpr int kMostChoices = 200;
constexpr size_t kLongestName = 40;
constexpr int64_t kLongestValue = 10'000;
constexpr int64_t kLongestLine = 200;
constexpr int64_t kLongestText = 4'000;
constexpr int64_t kMostNumber = 1'000'000;

bool IsName(std::string_view name, std::string_view also) {
  return !name.empty() && name.size() <= kLongestName &&
         std::all_of(name.begin(), name.end(), [also](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  also.find(c) != std::string_view::npos;
         });
}

absl::Status CheckTexts(const google::protobuf::RepeatedPtrField<v1::LocalText>& texts,
                        std::string_view path) {
  for (const v1::LocalText& text : texts) {
    if (text.language().empty() || text.text().empty()) {
      return RefuseField(path, "a text lacks its language or its words",
                         "[{language: nl, text: Klacht}]");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckLabel(const google::protobuf::RepeatedPtrField<v1::LocalText>& texts,
                        std::string_view path) {
  if (texts.empty()) return RefuseField(path, "is missing", "a text in at least one language");
  return CheckTexts(texts, path);
}

absl::Status CheckChoices(const Field& field, const std::string& path) {
  const bool choice = field.type() == Field::CHOICE;
  if (choice != !field.choices().empty() || field.choices_size() > kMostChoices) {
    return RefuseField(path + ".choices", "do not fit the type",
                       "1 to 200 for CHOICE, none for another type");
  }
  std::set<std::string_view> values;
  for (const v1::FormChoice& one : field.choices()) {
    std::string lower = one.value();
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (!IsName(lower, "_-") || !values.insert(one.value()).second) {
      return RefuseField(path + ".choices", fmt::format("\"{}\" is no value", one.value()),
                         "1 to 40 characters of [A-Za-z0-9_-], each once");
    }
    WISSEL_RETURN_IF_ERROR(CheckLabel(one.label(), path + ".choices.label"));
  }
  return absl::OkStatus();
}

absl::Status CheckField(const Field& field, const std::string& path) {
  if (!IsName(field.name(), "_")) {
    return RefuseField(path + ".name", "is no name", "1 to 40 characters of [a-z0-9_]");
  }
  if (field.type() == Field::TYPE_UNSPECIFIED) {
    return RefuseField(path + ".type", "is missing", "TEXT, MULTILINE, EMAIL, ...");
  }
  WISSEL_RETURN_IF_ERROR(CheckLabel(field.label(), path + ".label"));
  WISSEL_RETURN_IF_ERROR(CheckTexts(field.hint(), path + ".hint"));
  if (field.longest() < 0 || field.longest() > kLongestValue) {
    return RefuseField(path + ".longest", "is out of range", "1 to 10,000 characters");
  }
  if (field.least() > MostOf(field)) {
    return RefuseField(path + ".least", "is more than `most`", "at most `most`");
  }
  return CheckChoices(field, path);
}

std::string Trimmed(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      if (i + 1 == text.size() || text[i + 1] != '\n') out += '\n';
    } else {
      out += text[i];
    }
  }
  const auto space = [](char c) { return c == ' ' || c == '\n' || c == '\t'; };
  while (!out.empty() && space(out.back())) out.pop_back();
  out.erase(out.begin(), std::find_if_not(out.begin(), out.end(), space));
  return out;
}

// Characters that no keyboard makes: a line holds none, a text of several lines its line ends.
bool HasControls(std::string_view text, bool multiline) {
  return std::any_of(text.begin(), text.end(), [multiline](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 || byte == 0x7f) && !(multiline && (c == '\n' || c == '\t'));
  });
}

std::optional<Kind> FaultOf(const Field& field, const std::string& value, std::string_view region) {
  switch (field.type()) {
    case Field::EMAIL:
      if (!contacts::EmailAddress(value, "").ok()) return Kind::kNoEmail;
      return std::nullopt;
    case Field::PHONE:
      if (!contacts::PhoneAddress(value, region, "").ok()) return Kind::kNoPhone;
      return std::nullopt;
    case Field::NUMBER: {
      int64_t number = 0;
      const char* end = value.data() + value.size();
      const auto [rest, error] = std::from_chars(value.data(), end, number);
      if (error != std::errc() || rest != end) return Kind::kNoNumber;
      if (number < field.least() || number > MostOf(field)) return Kind::kOutOfRange;
      return std::nullopt;
    }
    case Field::DATE: {
      absl::CivilDay day;
      if (value.size() != 10 || !absl::ParseCivilTime(value, &day)) return Kind::kNoDate;
      return std::nullopt;
    }
    case Field::CHOICE: {
      const bool known =
          std::any_of(field.choices().begin(), field.choices().end(),
                      [&](const v1::FormChoice& choice) { return choice.value() == value; });
      if (!known) return Kind::kNoChoice;
      return std::nullopt;
    }
    case Field::CHECKBOX:
      if (value != "yes") return Kind::kNoChoice;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

int64_t LongestOf(const v1::FormField& field) {
  if (field.longest() > 0) return field.longest();
  return field.type() == Field::MULTILINE ? kLongestText : kLongestLine;
}

int64_t MostOf(const v1::FormField& field) { return field.has_most() ? field.most() : kMostNumber; }

absl::Status CheckForm(const v1::Form& form) {
  const std::string_view name = form.name();
  constexpr std::string_view kPrefix = "forms/";
  if (!name.starts_with(kPrefix) || !IsName(name.substr(kPrefix.size()), "-")) {
    return RefuseField("name", "is no name of a form", "forms/{form}, of [a-z0-9-]");
  }
  constexpr std::string_view kQueues = "queues/";
  const std::string_view queue = form.queue();
  if (!queue.starts_with(kQueues) || queue.size() == kQueues.size()) {
    return RefuseField("queue", "is no name of a queue", "queues/{queue}");
  }
  WISSEL_RETURN_IF_ERROR(CheckLabel(form.title(), "title"));
  WISSEL_RETURN_IF_ERROR(CheckTexts(form.intro(), "intro"));
  if (form.fields().empty() || form.fields_size() > kMostFields) {
    return RefuseField("fields", "too few or too many", "1 to 50");
  }
  std::set<std::string_view> names;
  for (int i = 0; i < form.fields_size(); ++i) {
    const std::string path = fmt::format("fields[{}]", i);
    WISSEL_RETURN_IF_ERROR(CheckField(form.fields(i), path));
    if (!names.insert(form.fields(i).name()).second) {
      return RefuseField(path + ".name", "there is one of this name already", "another name");
    }
  }
  return absl::OkStatus();
}

Values Cleaned(const v1::Form& form, const Values& values) {
  Values cleaned;
  for (const Field& field : form.fields()) {
    const auto found = values.find(field.name());
    if (found == values.end()) continue;
    std::string value = Trimmed(found->second);
    if (!value.empty()) cleaned.emplace(field.name(), std::move(value));
  }
  return cleaned;
}

std::vector<Problem> ProblemsOf(const v1::Form& form, const Values& cleaned,
                                std::string_view region) {
  std::vector<Problem> problems;
  for (const Field& field : form.fields()) {
    const auto found = cleaned.find(field.name());
    if (found == cleaned.end()) {
      if (field.required()) problems.push_back({field.name(), Kind::kMissing});
      continue;
    }
    const std::string& value = found->second;
    const std::optional<int64_t> characters = CharactersOf(value);
    if (!characters || HasControls(value, field.type() == Field::MULTILINE)) {
      problems.push_back({field.name(), Kind::kNoText});
    } else if (*characters > LongestOf(field)) {
      problems.push_back({field.name(), Kind::kTooLong, 0, LongestOf(field)});
    } else if (const auto fault = FaultOf(field, value, region)) {
      problems.push_back({field.name(), *fault, field.least(), MostOf(field)});
    }
  }
  return problems;
}

absl::Status RefusalOf(const Problem& problem) {
  const std::string field = "fields." + problem.field;
  switch (problem.kind) {
    case Kind::kMissing:
      return RefuseField(field, "is missing", "a value");
    case Kind::kTooLong:
      return RefuseField(field, "is too long", fmt::format("at most {} characters", problem.most));
    case Kind::kNoText:
      return RefuseField(field, "is no text", "UTF-8 without control characters");
    case Kind::kNoEmail:
      return RefuseField(field, "is no mail address", "name@example.org");
    case Kind::kNoPhone:
      return RefuseField(field, "is no telephone number", "+32 2 555 01 23");
    case Kind::kNoNumber:
      return RefuseField(field, "is no whole number", "digits");
    case Kind::kOutOfRange:
      return RefuseField(field, "is out of range",
                         fmt::format("from {} to {}", problem.least, problem.most));
    case Kind::kNoDate:
      return RefuseField(field, "is no date", "2026-03-31");
    case Kind::kNoChoice:
      break;
  }
  return RefuseField(field, "is none of the choices", "one of the form's choices");
}

std::string_view TextIn(std::string_view language,
                        const google::protobuf::RepeatedPtrField<v1::LocalText>& texts) {
  const std::string_view wanted = language.substr(0, language.find('-'));
  for (const v1::LocalText& text : texts) {
    if (text.language() == wanted) return text.text();
  }
  return texts.empty() ? std::string_view() : std::string_view(texts[0].text());
}

std::string InWords(const v1::FormField& field, const std::string& value,
                    std::string_view language) {
  if (field.type() == Field::CHECKBOX) return "\u2713";
  for (const v1::FormChoice& choice : field.choices()) {
    if (choice.value() == value) return std::string(TextIn(language, choice.label()));
  }
  return value;
}

}  // namespace wissel::forms
