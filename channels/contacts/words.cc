#include "channels/contacts/words.h"

#include <glib.h>

#include <memory>

#include "base/utf8.h"

namespace wissel::contacts {
namespace {

constexpr size_t kMostWords = 20;
constexpr size_t kLongestWord = 40;

struct Free {
  void operator()(gchar* text) const { g_free(text); }
};
using Text = std::unique_ptr<gchar, Free>;

gssize Size(std::string_view text) { return static_cast<gssize>(text.size()); }

}  // namespace

bool IsText(std::string_view text) {
  return IsUtf8(text) && text.find('\0') == std::string_view::npos;
}

std::string Folded(std::string_view text) {
  if (text.empty() || !IsText(text)) return "";
  const Text normal(g_utf8_normalize(text.data(), Size(text), G_NORMALIZE_DEFAULT_COMPOSE));
  return Text(g_utf8_casefold(normal.get(), -1)).get();
}

std::set<std::string> WordsOf(std::string_view name) {
  std::set<std::string> words;
  if (name.empty() || !IsText(name)) return words;
  // Letters apart from their accents, which are then left out.
  const Text apart(g_utf8_normalize(name.data(), Size(name), G_NORMALIZE_ALL));
  const Text folded(g_utf8_casefold(apart.get(), -1));
  std::string word;
  const auto end_word = [&] {
    if (!word.empty() && words.size() < kMostWords) words.insert(word);
    word.clear();
  };
  for (const gchar* at = folded.get(); *at != '\0'; at = g_utf8_next_char(at)) {
    const gunichar c = g_utf8_get_char(at);
    if (g_unichar_ismark(c)) continue;
    if (!g_unichar_isalnum(c)) {
      end_word();
    } else if (word.size() < kLongestWord) {
      word.append(at, static_cast<size_t>(g_utf8_next_char(at) - at));
    }
  }
  end_word();
  return words;
}

}  // namespace wissel::contacts
