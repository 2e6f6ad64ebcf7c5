#include "metrics/history/csv/lines.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/utf8.h"

namespace wissel::metrics {
namespace {

void AppendCodePoint(uint32_t c, std::string& out) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

constexpr uint32_t kUnreadable = 0xFFFD;

// Windows-1252 has its own signs in 0x80 to 0x9F; the rest is Latin-1.
constexpr std::array<uint16_t, 32> kWindows1252 = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

std::string_view Trimmed(std::string_view cell) {
  while (!cell.empty() && cell.front() == ' ') cell.remove_prefix(1);
  while (!cell.empty() && cell.back() == ' ') cell.remove_suffix(1);
  return cell;
}

// The cell that begins with a quote at `at`; leaves `at` behind the closing one. False: there is
// none. What is written between the closing quote and the separator belongs to the cell.
bool TakeQuoted(std::string_view line, char separator, size_t& at, std::string_view& cell,
                std::string& unquoted) {
  const size_t from = unquoted.size();
  for (++at; at < line.size(); ++at) {
    if (line[at] != '"') {
      unquoted += line[at];
    } else if (at + 1 < line.size() && line[at + 1] == '"') {
      unquoted += line[++at];
    } else {
      break;
    }
  }
  if (at >= line.size()) return false;
  for (++at; at < line.size() && line[at] != separator; ++at) unquoted += line[at];
  cell = Trimmed(std::string_view(unquoted).substr(from));
  return true;
}

}  // namespace

void Lines::Feed(std::string_view bytes) {
  if (too_long_) return;
  text_.erase(0, at_);
  at_ = 0;
  if (!recognized_) {
    raw_ += bytes;
    if (raw_.size() < 3) return;
    return Recognize();
  }
  if (encoding_ == Encoding::kUtf8) {
    text_ += bytes;
  } else {
    AppendUtf16(bytes);
  }
}

void Lines::Recognize() {
  recognized_ = true;
  std::string bytes = std::move(raw_);
  raw_.clear();
  const std::string_view all = bytes;
  if (all.starts_with("\xEF\xBB\xBF")) {
    text_ += all.substr(3);
  } else if (all.starts_with("\xFF\xFE") || all.starts_with("\xFE\xFF")) {
    encoding_ = all[0] == '\xFF' ? Encoding::kUtf16LittleEndian : Encoding::kUtf16BigEndian;
    AppendUtf16(all.substr(2));
  } else {
    text_ += all;
  }
}

void Lines::AppendUtf16(std::string_view bytes) {
  raw_ += bytes;
  size_t i = 0;
  for (; i + 1 < raw_.size(); i += 2) {
    const auto first = static_cast<unsigned char>(raw_[i]);
    const auto second = static_cast<unsigned char>(raw_[i + 1]);
    const uint32_t unit = encoding_ == Encoding::kUtf16LittleEndian
                              ? static_cast<uint32_t>(second << 8 | first)
                              : static_cast<uint32_t>(first << 8 | second);
    const bool high = unit >= 0xD800 && unit < 0xDC00;
    const bool low = unit >= 0xDC00 && unit < 0xE000;
    if (high_surrogate_ != 0 && low) {
      AppendCodePoint(0x10000 + ((high_surrogate_ - 0xD800) << 10) + (unit - 0xDC00), text_);
      high_surrogate_ = 0;
      continue;
    }
    if (high_surrogate_ != 0) AppendCodePoint(kUnreadable, text_);
    high_surrogate_ = high ? unit : 0;
    if (!high) AppendCodePoint(low ? kUnreadable : unit, text_);
  }
  raw_.erase(0, i);
}

bool Lines::Next(std::string_view& line) {
  if (too_long_) return false;
  if (ended_ && !recognized_) Recognize();
  const std::string_view rest = std::string_view(text_).substr(at_);
  if (end_of_line_ == '\0') {
    const size_t end = rest.find_first_of("\r\n");
    const bool known =
        end != std::string_view::npos && (rest[end] == '\n' || end + 1 < rest.size());
    // CR LF ends by LF.
    if (known) end_of_line_ = rest[end] == '\n' || rest[end + 1] == '\n' ? '\n' : '\r';
  }
  const size_t end = end_of_line_ == '\0' ? std::string_view::npos : rest.find(end_of_line_);
  if (end == std::string_view::npos) {
    too_long_ = rest.size() > kLongest;
    if (too_long_ || !ended_ || rest.empty()) return false;
  }
  line = rest.substr(0, end);
  if (line.size() > kLongest) {
    too_long_ = true;
    return false;
  }
  at_ += end == std::string_view::npos ? rest.size() : end + 1;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  ++number_;
  return true;
}

bool SplitCells(std::string_view line, char separator, std::vector<std::string_view>& cells,
                std::string& unquoted) {
  cells.clear();
  unquoted.clear();
  // So that what has been cut stays where it is.
  if (std::memchr(line.data(), '"', line.size()) != nullptr) unquoted.reserve(line.size());
  for (size_t at = 0;;) {
    while (at < line.size() && line[at] == ' ') ++at;
    if (at < line.size() && line[at] == '"') {
      cells.emplace_back();
      if (!TakeQuoted(line, separator, at, cells.back(), unquoted)) return false;
    } else {
      const size_t end = std::min(line.find(separator, at), line.size());
      cells.push_back(Trimmed(line.substr(at, end - at)));
      at = end;
    }
    if (at >= line.size()) return true;
    ++at;
  }
}

std::string ToUtf8(std::string_view text) {
  if (IsUtf8(text)) return std::string(text);
  std::string out;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool own = byte >= 0x80 && byte < 0xA0;
    AppendCodePoint(own ? kWindows1252[byte - 0x80] : byte, out);
  }
  return out;
}

}  // namespace wissel::metrics
