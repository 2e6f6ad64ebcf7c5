#include "channels/language/detect.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "channels/language/catalogue.h"

namespace wissel {
namespace {

constexpr int kLeastHits = 3;
constexpr int kLeastShareOf = 10;  // one word in so many
// The beginning says enough.
constexpr size_t kMostBytes = 20'000;

using WordSet = std::set<std::string_view, std::less<>>;

// The catalogue's lines are "nl de het een ...".
std::map<std::string_view, WordSet> ReadCatalogue(std::string_view text) {
  std::map<std::string_view, WordSet> languages;
  WordSet* words = nullptr;
  while (!text.empty()) {
    const size_t end = text.find_first_of(" \n");
    const std::string_view word = text.substr(0, end);
    const bool line_ends = end == std::string_view::npos || text[end] == '\n';
    if (!word.empty()) {
      if (words == nullptr) {
        words = &languages[word];
      } else {
        words->insert(word);
      }
    }
    if (line_ends) words = nullptr;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return languages;
}

const std::map<std::string_view, WordSet>& Catalogue() {
  static const auto& catalogue = *new std::map(ReadCatalogue(kLanguageCatalogue));
  return catalogue;
}

bool IsLetter(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

// Small letters, those with accents of Latin-1 included: U+00C0..U+00DE are C3 80..C3 9E in UTF-8.
std::string Small(std::string_view word) {
  std::string small(word);
  for (size_t i = 0; i < small.size(); ++i) {
    const auto c = static_cast<unsigned char>(small[i]);
    if (c >= 'A' && c <= 'Z') small[i] = static_cast<char>(c - 'A' + 'a');
    const bool after_c3 = i > 0 && static_cast<unsigned char>(small[i - 1]) == 0xc3;
    if (after_c3 && c >= 0x80 && c <= 0x9e && c != 0x97) small[i] = static_cast<char>(c + 0x20);
  }
  return small;
}

struct Counts {
  int words = 0;
  std::map<std::string_view, int> hits;
};

void CountLine(std::string_view line, Counts& counts) {
  while (!line.empty()) {
    size_t length = 0;
    while (length < line.size() && IsLetter(line[length])) ++length;
    if (length > 0) {
      ++counts.words;
      const std::string word = Small(line.substr(0, length));
      for (const auto& [language, words] : Catalogue()) {
        if (words.contains(word)) ++counts.hits[language];
      }
    }
    line.remove_prefix(std::min(line.size(), length + 1));
  }
}

Counts CountWords(std::string_view text) {
  Counts counts;
  text = text.substr(0, kMostBytes);
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (line == "-- ") break;
    if (!line.starts_with('>')) CountLine(line, counts);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return counts;
}

}  // namespace

std::string DetectLanguage(std::string_view text) {
  const Counts counts = CountWords(text);
  std::pair<int, std::string_view> best;
  int next = 0;
  for (const auto& [language, hits] : counts.hits) {
    if (hits > best.first) {
      next = best.first;
      best = {hits, language};
    } else {
      next = std::max(next, hits);
    }
  }
  const bool enough = best.first >= kLeastHits && best.first * kLeastShareOf >= counts.words;
  const bool clear = best.first * 2 >= next * 3;
  return enough && clear ? std::string(best.second) : "";
}

}  // namespace wissel
