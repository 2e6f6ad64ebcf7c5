#include "server/config/source.h"

#include "fmt/format.h"

namespace wissel::config {

std::string Problem::Text(std::string_view file) const {
  std::string text = fmt::format("{}:{}: {}", file, line, message);
  if (!right.empty()) text += fmt::format("; {}", right);
  return text;
}

std::string InFileWords(std::string_view path) {
  std::string words;
  for (char c : path) {
    if (c >= 'A' && c <= 'Z') {
      words += '_';
      c = static_cast<char>(c - 'A' + 'a');
    }
    words += c;
  }
  return words;
}

int LineMap::LineOf(std::string_view path) const {
  while (!path.empty()) {
    if (auto it = lines_.find(path); it != lines_.end()) return it->second;
    const size_t cut = path.find_last_of(".[");
    if (cut == std::string_view::npos) break;
    path = path.substr(0, cut);
  }
  return 1;
}

}  // namespace wissel::config
