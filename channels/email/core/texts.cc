#include "channels/email/core/texts.h"

#include <algorithm>

#include "base/status.h"
#include "channels/email/core/texts_file.h"
#include "fmt/format.h"

namespace wissel::email {
namespace {

// "@nl.subject" begins a text that ends before the next such line.
std::map<std::string, std::string, std::less<>> ReadTexts(std::string_view file) {
  std::map<std::string, std::string, std::less<>> texts;
  std::string* text = nullptr;
  while (!file.empty()) {
    const size_t end = std::min(file.find('\n'), file.size());
    const std::string_view line = file.substr(0, end);
    file.remove_prefix(std::min(end + 1, file.size()));
    if (line.starts_with('@')) {
      text = &texts[std::string(line.substr(1))];
    } else if (text != nullptr) {
      if (!text->empty() || !line.empty()) text->append(line).append("\n");
    }
  }
  for (auto& [key, value] : texts) {
    while (value.ends_with('\n')) value.pop_back();
  }
  return texts;
}

// The placeholder at the front of `text`, without its braces.
std::optional<std::string_view> PlaceholderAt(std::string_view text) {
  if (!text.starts_with('{')) return std::nullopt;
  const size_t end = text.find('}');
  if (end == std::string_view::npos || end == 1) return std::nullopt;
  const std::string_view name = text.substr(1, end - 1);
  const bool word =
      std::all_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (!word) return std::nullopt;
  return name;
}

struct FilledLine {
  std::string text;
  int filled = 0;  // placeholders with a value
  int empty = 0;
};

FilledLine FillLine(std::string_view line, const Values& values) {
  FilledLine out;
  while (!line.empty()) {
    const auto name = PlaceholderAt(line);
    const auto value = !name ? values.end()
                             : std::find_if(values.begin(), values.end(),
                                            [&](const auto& v) { return v.first == *name; });
    if (value == values.end()) {
      out.text += line[0];
      line.remove_prefix(1);
      continue;
    }
    out.text += value->second;
    ++(value->second.empty() ? out.empty : out.filled);
    line.remove_prefix(name->size() + 2);
  }
  return out;
}

}  // namespace

std::string Fill(std::string_view text, const Values& values) {
  std::string all;
  bool first = true;
  while (true) {
    const size_t end = text.find('\n');
    const FilledLine line = FillLine(text.substr(0, end), values);
    if (line.empty == 0 || line.filled > 0) {
      if (!first) all += '\n';
      all += line.text;
      first = false;
    }
    if (end == std::string_view::npos) return all;
    text.remove_prefix(end + 1);
  }
}

absl::Status CheckPlaceholders(std::string_view text, const std::vector<std::string_view>& known,
                               std::string_view field) {
  for (size_t at = 0; (at = text.find('{', at)) != std::string_view::npos; ++at) {
    const auto name = PlaceholderAt(text.substr(at));
    if (!name || std::find(known.begin(), known.end(), *name) != known.end()) continue;
    return RefuseField(field, fmt::format("there is no placeholder {{{}}}", *name),
                       fmt::format("one of {{{}}}", fmt::join(known, "}, {")));
  }
  return absl::OkStatus();
}

Texts::Texts() : texts_(ReadTexts(kTextsFile)) {}

void Texts::SetAcknowledgement(std::string language, AcknowledgementText text) {
  texts_[language + ".subject"] = std::move(text.subject);
  texts_[language + ".body"] = std::move(text.body);
}

std::string Texts::Choose(std::string_view language, std::string_view otherwise) const {
  for (std::string_view each : {language, otherwise}) {
    const std::string primary(each.substr(0, each.find('-')));
    if (texts_.contains(primary + ".body")) return primary;
  }
  return "en";
}

AcknowledgementText Texts::Acknowledge(std::string_view language,
                                       const Acknowledgement& what) const {
  const std::string promise = what.promise ? Fill(Words(language, "promise"),
                                                  {{"time", TimeWords(language, *what.promise)}})
                                           : "";
  const std::string link =
      what.link.empty() ? "" : Fill(Words(language, "link"), {{"url", what.link}});
  const Values values = {{"subject", what.subject}, {"reference", what.reference},
                         {"promise", promise},      {"link", link},
                         {"center", what.center},   {"name", what.name}};
  return {Fill(Words(language, "subject"), values), Fill(Words(language, "body"), values)};
}

// Of a language that the file has no words for, those of English.
std::string Texts::Words(std::string_view language, std::string_view key) const {
  auto it = texts_.find(fmt::format("{}.{}", language, key));
  if (it == texts_.end()) it = texts_.find(fmt::format("en.{}", key));
  return it == texts_.end() ? "" : it->second;
}

// Rounded up: to minutes below an hour, to hours below two days, to days.
std::string Texts::TimeWords(std::string_view language, Duration time) const {
  const int64_t minutes = std::max<int64_t>(1, (time.millis() + 59'999) / 60'000);
  const int64_t hours = (minutes + 59) / 60;
  const auto words = [&](const char* unit, int64_t n) {
    const std::string key = fmt::format("{}.{}", unit, n == 1 ? "one" : "many");
    return Fill(Words(language, key), {{"n", fmt::format("{}", n)}});
  };
  if (minutes < 60) return words("minutes", minutes);
  return hours < 48 ? words("hours", hours) : words("days", (hours + 23) / 24);
}

}  // namespace wissel::email
