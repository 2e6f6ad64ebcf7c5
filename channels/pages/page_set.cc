#include "channels/pages/page_set.h"

#include <ctemplate/template.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/invariant.h"
#include "base/status.h"
#include "channels/pages/texts.h"
#include "fmt/format.h"

namespace wissel::pages {
namespace {

// Values are escaped for the place where they stand.
constexpr std::string_view kAutoEscape = "{{%AUTOESCAPE context=\"HTML\"}}";

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string ReadAll(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Every [[> name]] is the file `name.part` beside the template.
std::string WithParts(const std::filesystem::path& file) {
  std::string source = ReadAll(file);
  for (size_t at = source.find("[[> "); at != std::string::npos; at = source.find("[[> ", at)) {
    const size_t end = source.find("]]", at);
    if (end == std::string::npos) break;
    const std::string part = source.substr(at + 4, end - at - 4) + ".part";
    source.replace(at, end + 2 - at, ReadAll(file.parent_path() / part));
  }
  return source;
}

// The template with its texts in one language.
absl::StatusOr<std::string> WithTexts(std::string_view source, const Texts& texts,
                                      std::string_view language, std::string_view file) {
  std::string out(kAutoEscape);
  while (!source.empty()) {
    const size_t begin = source.find("[[");
    out += source.substr(0, begin);
    if (begin == std::string_view::npos) break;
    source.remove_prefix(begin + 2);
    const size_t end = source.find("]]");
    const std::string_view key = source.substr(0, end);
    if (end == std::string_view::npos || !texts.Has(key)) {
      return absl::InvalidArgumentError(
          fmt::format("{}: no catalogue has the text {}", file, key.substr(0, 80)));
    }
    out += Escaped(texts.Say(language, key, {}));
    source.remove_prefix(end + 2);
  }
  return out;
}

void Fill(ctemplate::TemplateDictionary& dictionary, const PageData& data) {
  for (const auto& [name, value] : data.values) dictionary.SetValue(name, value);
  for (const auto& [name, rows] : data.sections) {
    for (const PageData& row : rows) Fill(*dictionary.AddSectionDictionary(name), row);
  }
}

// The language tags of a browser's wishes, best first: "nl-BE,nl;q=0.9" (RFC 9110, section 12.5.4).
std::vector<std::string> TagsOf(std::string_view wishes) {
  std::vector<std::pair<double, std::string>> weighed;
  while (!wishes.empty()) {
    const size_t comma = std::min(wishes.find(','), wishes.size());
    const std::string_view one = wishes.substr(0, comma);
    wishes.remove_prefix(std::min(comma + 1, wishes.size()));
    const size_t semicolon = std::min(one.find(';'), one.size());
    std::string tag;
    for (char c : one.substr(0, semicolon)) {
      if (c != ' ') tag += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    double weight = 1;
    if (const size_t q = one.find("q=", semicolon); q != std::string_view::npos) {
      weight = std::strtod(std::string(one.substr(q + 2)).c_str(), nullptr);
    }
    if (weight > 0) weighed.emplace_back(-weight, std::move(tag));
  }
  std::stable_sort(weighed.begin(), weighed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> tags;
  for (auto& [weight, tag] : weighed) tags.push_back(std::move(tag));
  return tags;
}

std::string NameOf(std::string_view page, std::string_view language) {
  return fmt::format("{}.{}", page, language);
}

}  // namespace

struct PageSet::Texts {
  pages::Texts texts;
};
// A cache of ctemplate's own; what is in it does not change after Load.
struct PageSet::Templates {
  mutable ctemplate::TemplateCache cache;
};

PageSet::PageSet() = default;
PageSet::~PageSet() = default;

absl::StatusOr<std::shared_ptr<const PageSet>> PageSet::Load(const std::filesystem::path& folder,
                                                             const std::string& zone) {
  WISSEL_ASSIGN_OR_RETURN(pages::Texts texts, pages::Texts::Read(folder / "texts", zone));
  std::shared_ptr<PageSet> set(new PageSet());
  set->languages_ = texts.languages();
  set->texts_ = std::make_unique<Texts>(Texts{std::move(texts)});
  set->templates_ = std::make_unique<Templates>();
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".html") continue;
    const std::string source = WithParts(entry.path());
    for (const std::string& language : set->languages_) {
      WISSEL_ASSIGN_OR_RETURN(const std::string text, WithTexts(source, set->texts_->texts,
                                                                language, entry.path().string()));
      if (!set->templates_->cache.StringToTemplateCache(
              NameOf(entry.path().stem().string(), language), text, ctemplate::STRIP_WHITESPACE)) {
        return absl::InvalidArgumentError(
            fmt::format("{}: this is no template", entry.path().string()));
      }
    }
  }
  if (error) {
    return absl::NotFoundError(
        fmt::format("{} cannot be read: {}", folder.string(), error.message()));
  }
  set->templates_->cache.Freeze();
  return set;
}

std::string PageSet::ChooseLanguage(const std::vector<std::string>& wishes) const {
  for (const std::string& wish : wishes) {
    for (const std::string& tag : TagsOf(wish)) {
      const std::string language = tag.substr(0, tag.find('-'));
      if (std::binary_search(languages_.begin(), languages_.end(), language)) return language;
    }
  }
  return "en";
}

std::string PageSet::Say(std::string_view language, std::string_view key,
                         const Arguments& arguments) const {
  INVARIANT(texts_->texts.Has(key));
  return texts_->texts.Say(language, key, arguments);
}

PageData PageSet::Head(std::string_view language, std::string_view title, std::string_view center,
                       std::string_view path) const {
  PageData data;
  data.values = {{"TITLE", std::string(title)}, {"CENTER", std::string(center)}};
  for (const std::string& code : languages_) {
    PageData& row = data.sections["LANGUAGES"].emplace_back();
    row.values = {{"CODE", code},
                  {"NAME", Say(code, "page.name")},
                  {"LINK", fmt::format("{}?lang={}", path, code)}};
    row.Show("CHOSEN", code == language);
  }
  return data;
}

std::string PageSet::Render(std::string_view page, std::string_view language,
                            const PageData& data) const {
  ctemplate::TemplateDictionary dictionary("page");
  Fill(dictionary, data);
  std::string html;
  const bool expanded = templates_->cache.ExpandNoLoad(
      NameOf(page, language), ctemplate::STRIP_WHITESPACE, &dictionary, nullptr, &html);
  INVARIANT(expanded);
  return html;
}

}  // namespace wissel::pages
