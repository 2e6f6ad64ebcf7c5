// Pages for customers that the server writes itself: templates and texts in several languages,
// loaded once from a folder of `*.html` and `texts/{language}.json`.
//
// A template is of ctemplate: {{NAME}} is a value, {{#ROWS}}...{{/ROWS}} a section, once for each
// of its rows; every value is escaped for the place where it stands (text, attribute, address).
// Texts come from the catalogue, parts that pages share from `name.part` ([[> name]]):
// [[form.send]] stands for the text of that key in the page's language. A text with arguments (ICU
// MessageFormat) is said by Say, and given to the page as a value.
//
// Immutable once loaded; thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"

namespace wissel::pages {

// What a page shows; names are [A-Z0-9_].
struct PageData {
  std::map<std::string, std::string> values = {};
  std::map<std::string, std::vector<PageData>> sections = {};

  // A section that is shown once, or not at all.
  void Show(std::string section, bool shown = true) {
    if (shown) sections[std::move(section)].emplace_back();
  }
};

// A point in time is said in the zone that the page set was loaded with.
using Argument = std::variant<int64_t, std::string, Instant>;
using Arguments = std::map<std::string, Argument>;

class PageSet {
 public:
  // `zone`: IANA. INVALID_ARGUMENT names the file, and the line or key at fault: a text that one
  // language has and another lacks, a key that no catalogue has, a message that ICU does not
  // understand, a template that does not parse. NOT_FOUND: there is no such folder.
  static absl::StatusOr<std::shared_ptr<const PageSet>> Load(const std::filesystem::path& folder,
                                                             const std::string& zone);
  ~PageSet();

  // "en", "nl", ...: those for which there is a catalogue, sorted.
  const std::vector<std::string>& languages() const { return languages_; }

  // The first of the wishes that there is a catalogue for, by language (RFC 4647, section 3.4): a
  // language tag, or what a browser says ("nl-BE,nl;q=0.9,fr;q=0.5", best first). Else "en".
  std::string ChooseLanguage(const std::vector<std::string>& wishes) const;

  // The text of a key that the templates' author knows to be there.
  std::string Say(std::string_view language, std::string_view key,
                  const Arguments& arguments = {}) const;

  // What the part `head` shows: the page's title, the center's name, and the languages, with links
  // to `path`.
  PageData Head(std::string_view language, std::string_view title, std::string_view center,
                std::string_view path) const;

  // `page` is the template's name without ".html".
  std::string Render(std::string_view page, std::string_view language, const PageData& data) const;

 private:
  struct Texts;
  struct Templates;
  PageSet();

  std::vector<std::string> languages_;
  std::unique_ptr<Texts> texts_;
  std::unique_ptr<Templates> templates_;
};

}  // namespace wissel::pages
