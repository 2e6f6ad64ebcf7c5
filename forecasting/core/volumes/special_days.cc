#include "forecasting/core/volumes/special_days.h"

#include <cctype>

namespace wissel::volumes {
namespace {

// Is `word` (in small letters) one of the words of `text`?
bool HasWord(std::string_view text, std::string_view word) {
  std::string current;
  for (size_t i = 0; i <= text.size(); ++i) {
    const auto c = i < text.size() ? static_cast<unsigned char>(text[i]) : ' ';
    if (std::isalpha(c) != 0) {
      current += static_cast<char>(std::tolower(c));
      continue;
    }
    if (current == word) return true;
    current.clear();
  }
  return false;
}

}  // namespace

DayKind KindOf(std::string_view name) {
  if (HasWord(name, "eve")) return DayKind::kEve;
  if (HasWord(name, "bridge")) return DayKind::kBridge;
  return DayKind::kHoliday;
}

std::string_view NameOf(DayKind kind) {
  switch (kind) {
    case DayKind::kHoliday:
      return "holiday";
    case DayKind::kEve:
      return "eve";
    case DayKind::kBridge:
      return "bridge";
    case DayKind::kOther:
      break;
  }
  return "other";
}

}  // namespace wissel::volumes
