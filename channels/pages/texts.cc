#include "channels/pages/texts.h"

#include <unicode/datefmt.h>
#include <unicode/locid.h>
#include <unicode/msgfmt.h>
#include <unicode/timezone.h>

#include <fstream>
#include <iterator>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace wissel::pages {
namespace {

using Catalogue = std::map<std::string, std::string, std::less<>>;

absl::Status At(const std::filesystem::path& file, std::string_view message) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", file.string(), message));
}

absl::StatusOr<Catalogue> ReadCatalogue(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string json(std::istreambuf_iterator<char>(in), {});
  google::protobuf::Struct read;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &read);
  if (!status.ok()) {
    return At(file, std::string_view(status.message().data(), status.message().size()));
  }
  Catalogue texts;
  for (const auto& [key, value] : read.fields()) {
    if (!value.has_string_value()) return At(file, fmt::format("{} is no text", key));
    texts[key] = value.string_value();
  }
  return texts;
}

icu::UnicodeString Unicode(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int>(text.size())));
}

icu::Formattable ValueOf(const Argument& argument) {
  if (const auto* number = std::get_if<int64_t>(&argument)) return icu::Formattable(*number);
  if (const auto* instant = std::get_if<Instant>(&argument)) {
    return icu::Formattable(static_cast<UDate>(instant->millis()), icu::Formattable::kIsDate);
  }
  return icu::Formattable(Unicode(std::get<std::string>(argument)));
}

// Dates within a message are said in the center's zone, not in the machine's.
void SetZone(icu::MessageFormat& message, const icu::TimeZone& zone) {
  int32_t count = 0;
  const icu::Format* const* formats = message.getFormats(count);
  for (int32_t i = 0; i < count; ++i) {
    const auto* date = dynamic_cast<const icu::DateFormat*>(formats[i]);
    if (date == nullptr) continue;
    std::unique_ptr<icu::DateFormat> zoned(static_cast<icu::DateFormat*>(date->clone()));
    zoned->setTimeZone(zone);
    message.setFormat(i, *zoned);
  }
}

}  // namespace

class Texts::Language {
 public:
  static absl::StatusOr<std::unique_ptr<Language>> Make(const std::filesystem::path& file,
                                                        const std::string& name,
                                                        const icu::TimeZone& zone) {
    WISSEL_ASSIGN_OR_RETURN(const Catalogue texts, ReadCatalogue(file));
    auto language = std::make_unique<Language>();
    for (const auto& [key, text] : texts) {
      UErrorCode error = U_ZERO_ERROR;
      auto message =
          std::make_unique<icu::MessageFormat>(Unicode(text), icu::Locale(name.c_str()), error);
      if (U_FAILURE(error)) {
        return At(file, fmt::format("{} is no message: {}", key, u_errorName(error)));
      }
      SetZone(*message, zone);
      language->messages_.emplace(key, std::move(message));
    }
    return language;
  }

  bool Has(std::string_view key) const { return messages_.find(key) != messages_.end(); }
  std::string Say(std::string_view key, const Arguments& arguments) const;

  // The first key that only one of the two has.
  const std::string* Missing(const Language& other) const {
    for (const auto& [key, message] : messages_) {
      if (!other.Has(key)) return &key;
    }
    return nullptr;
  }

 private:
  std::map<std::string, std::unique_ptr<icu::MessageFormat>, std::less<>> messages_;
};

std::string Texts::Language::Say(std::string_view key, const Arguments& arguments) const {
  const auto found = messages_.find(key);
  if (found == messages_.end()) return "";
  std::vector<icu::UnicodeString> names;
  std::vector<icu::Formattable> values;
  for (const auto& [name, value] : arguments) {
    names.push_back(Unicode(name));
    values.push_back(ValueOf(value));
  }
  icu::UnicodeString said;
  UErrorCode error = U_ZERO_ERROR;
  // Formatting changes a message within, so each call has its own.
  const std::unique_ptr<icu::MessageFormat> message(
      static_cast<icu::MessageFormat*>(found->second->clone()));
  message->format(names.data(), values.data(), static_cast<int32_t>(values.size()), said, error);
  std::string text;
  said.toUTF8String(text);
  return text;
}

Texts::Texts() = default;
Texts::Texts(Texts&&) noexcept = default;
Texts& Texts::operator=(Texts&&) noexcept = default;
Texts::~Texts() = default;

absl::StatusOr<Texts> Texts::Read(const std::filesystem::path& folder, const std::string& zone) {
  const std::unique_ptr<icu::TimeZone> in(icu::TimeZone::createTimeZone(Unicode(zone)));
  Texts texts;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".json") continue;
    const std::string name = entry.path().stem().string();
    WISSEL_ASSIGN_OR_RETURN(texts.languages_[name], Language::Make(entry.path(), name, *in));
  }
  if (error) {
    return absl::NotFoundError(
        fmt::format("{} cannot be read: {}", folder.string(), error.message()));
  }
  if (!texts.languages_.contains("en")) {
    return absl::InvalidArgumentError(fmt::format("{} has no en.json", folder.string()));
  }
  const Language& english = *texts.languages_.at("en");
  for (const auto& [name, language] : texts.languages_) {
    const std::filesystem::path file = folder / (name + ".json");
    if (const std::string* key = english.Missing(*language)) {
      return At(file, fmt::format("lacks {}, which en.json has", *key));
    }
    if (const std::string* key = language->Missing(english)) {
      return At(file, fmt::format("has {}, which en.json lacks", *key));
    }
  }
  return texts;
}

std::vector<std::string> Texts::languages() const {
  std::vector<std::string> names;
  for (const auto& [name, language] : languages_) names.push_back(name);
  return names;
}

bool Texts::Has(std::string_view key) const { return languages_.at("en")->Has(key); }

std::string Texts::Say(std::string_view language, std::string_view key,
                       const Arguments& arguments) const {
  const auto found = languages_.find(language);
  return found == languages_.end() ? "" : found->second->Say(key, arguments);
}

}  // namespace wissel::pages
