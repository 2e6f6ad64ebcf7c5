#include "metrics/history/csv/numbers.h"

#include <algorithm>
#include <array>

namespace wissel::metrics {
namespace {

using Kind = NumberText::Kind;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool SaysNothing(std::string_view text) {
  constexpr std::array<std::string_view, 8> kNothing = {"",     "-",    "n/a", "N/A",
                                                        "null", "NULL", "NaN", "nan"};
  return std::find(kNothing.begin(), kNothing.end(), text) != kNothing.end();
}

// How many bytes of a space that sets thousands apart begin the text: plain, no-break and narrow
// no-break, in UTF-8 or Latin-1; an apostrophe does the same in Switzerland.
size_t GroupSpace(std::string_view text) {
  if (text[0] == ' ' || text[0] == '\'' || text[0] == '\xA0') return 1;
  if (text.substr(0, 2) == "\xC2\xA0") return 2;
  const std::string_view three = text.substr(0, 3);
  return three == "\xE2\x80\xAF" || three == "\xE2\x80\x99" ? 3 : 0;
}

struct Signs {
  size_t points = 0;
  size_t commas = 0;
  size_t last = std::string_view::npos;  // place of the last one
};
Signs SignsOf(std::string_view text) {
  Signs signs;
  for (size_t i = 0; i < text.size(); ++i) {
    signs.points += text[i] == '.';
    signs.commas += text[i] == ',';
    if (text[i] == '.' || text[i] == ',') signs.last = i;
  }
  return signs;
}

// Of a number that is not known to have one or the other.
std::optional<char> DecimalOf(std::string_view text) {
  const Signs signs = SignsOf(text);
  if (signs.points + signs.commas == 0) return std::nullopt;
  const char last = text[signs.last];
  if (signs.points > 0 && signs.commas > 0) {
    const size_t of_last = last == '.' ? signs.points : signs.commas;
    return of_last == 1 ? std::optional(last) : std::nullopt;
  }
  if (signs.points + signs.commas > 1) return std::nullopt;  // 1.234.567
  const size_t behind = text.size() - signs.last - 1;
  const bool group = behind == 3 && signs.last >= 1 && signs.last <= 3 && text[0] != '0';
  return group ? std::nullopt : std::optional(last);
}

// The digits of a number without its sign; `decimal` is the sign before its fraction.
NumberText ReadDigits(std::string_view text, std::optional<char> decimal) {
  int64_t whole = 0;
  int fraction_digits = -1;  // before the sign
  int64_t fraction = 0;
  size_t digits = 0;
  size_t in_group = 0;  // digits since the last sign of thousands
  bool grouped = false;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (IsDigit(c)) {
      ++digits;
      ++i;
      if (fraction_digits < 0) {
        ++in_group;
        whole = whole * 10 + (c - '0');
        if (whole > kMostThousandths / 1000) return {Kind::kNone};
      } else if (fraction_digits < 4) {
        fraction = fraction * 10 + (c - '0');
        ++fraction_digits;
      }
      continue;
    }
    if (fraction_digits >= 0) return {Kind::kNone};
    const bool is_decimal = decimal && c == *decimal;
    const size_t group = c == '.' || c == ',' ? 1 : GroupSpace(text.substr(i));
    // Groups are of three, and the first of one to three.
    if ((!is_decimal && group == 0) || (grouped ? in_group != 3 : in_group > 3 && !is_decimal)) {
      return {Kind::kNone};
    }
    if (!is_decimal && in_group == 0) return {Kind::kNone};
    if (is_decimal) fraction_digits = 0;
    grouped = !is_decimal;
    in_group = 0;
    i += is_decimal ? 1 : group;
  }
  if (digits == 0 || (grouped && fraction_digits < 0 && in_group != 3)) return {Kind::kNone};
  for (int have = std::max(fraction_digits, 0); have < 4; ++have) fraction *= 10;
  return {Kind::kNumber, whole * 1000 + (fraction + 5) / 10};
}

}  // namespace

NumberText ReadNumber(std::string_view text, std::optional<char> decimal) {
  // Nearly all of them.
  if (!text.empty() && text.size() <= 7 && std::all_of(text.begin(), text.end(), IsDigit)) {
    int64_t whole = 0;
    for (char c : text) whole = whole * 10 + (c - '0');
    return {Kind::kNumber, whole * 1000};
  }
  if (SaysNothing(text)) return {Kind::kEmpty};
  const bool negative = text[0] == '-' || text.substr(0, 3) == "\xE2\x88\x92";
  if (negative) text.remove_prefix(text[0] == '-' ? 1 : 3);
  if (!negative && text[0] == '+') text.remove_prefix(1);
  NumberText read = ReadDigits(text, decimal ? decimal : DecimalOf(text));
  if (negative && read.kind == Kind::kNumber && read.thousandths > 0) read.kind = Kind::kNegative;
  return read;
}

NumberText ReadSeconds(std::string_view text, std::optional<char> decimal) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return ReadNumber(text, decimal);
  const size_t first = text.find(':');
  int64_t minutes = 0;
  for (std::string_view part : {text.substr(0, first), text.substr(first, colon - first)}) {
    if (part.starts_with(':')) part.remove_prefix(1);
    if (first == colon && part.empty()) continue;  // no hours
    const NumberText read = ReadNumber(part, '.');
    if (read.kind != Kind::kNumber || read.thousandths % 1000 != 0) return {Kind::kNone};
    minutes = minutes * 60 + read.thousandths / 1000;
  }
  const NumberText seconds = ReadNumber(text.substr(colon + 1), decimal ? decimal : '.');
  if (seconds.kind != Kind::kNumber || seconds.thousandths >= 60'000 ||
      minutes > kMostThousandths / 60'000 - 1) {
    return {Kind::kNone};
  }
  return {Kind::kNumber, minutes * 60'000 + seconds.thousandths};
}

std::optional<char> DecimalIn(std::string_view text) {
  const std::optional<char> decimal = DecimalOf(text);
  if (!decimal) return std::nullopt;
  return ReadNumber(text, decimal).kind == Kind::kNumber ? decimal : std::nullopt;
}

}  // namespace wissel::metrics
