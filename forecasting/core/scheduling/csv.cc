#include "forecasting/core/scheduling/csv.h"

#include <algorithm>
#include <charconv>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::scheduling {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

char SeparatorOf(std::string_view header) {
  for (const char separator : {';', '\t'}) {
    if (header.find(separator) != std::string_view::npos) return separator;
  }
  return ',';
}

}  // namespace

absl::Status FaultAt(std::string_view name, int line, std::string_view message) {
  return absl::InvalidArgumentError(fmt::format("{}:{}: {}", name, line, message));
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string_view> SplitBy(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(separator);
    parts.push_back(Trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<int> WholeNumber(std::string_view text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || rest != end) return std::nullopt;
  return number;
}

absl::StatusOr<Table> Table::Parse(std::string_view name, std::string_view text) {
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  Table table;
  table.name_ = name;
  int number = 0;
  char separator = ',';
  for (const std::string_view line : SplitBy(text, '\n')) {
    ++number;
    if (line.empty()) continue;
    if (table.header_.empty()) {
      separator = SeparatorOf(line);
      table.header_ = SplitBy(line, separator);
      continue;
    }
    std::vector<std::string_view> fields = SplitBy(line, separator);
    if (fields.size() != table.header_.size()) {
      return FaultAt(
          name, number,
          fmt::format("{} fields, and the header has {}", fields.size(), table.header_.size()));
    }
    table.rows_.push_back(std::move(fields));
    table.lines_.push_back(number);
  }
  if (table.rows_.empty()) return FaultAt(name, number, "nothing below a header");
  return table;
}

std::optional<int> Table::Find(std::string_view column) const {
  const auto found = std::find(header_.begin(), header_.end(), column);
  if (found == header_.end()) return std::nullopt;
  return static_cast<int>(found - header_.begin());
}

absl::StatusOr<int> Table::Column(std::string_view column) const {
  if (const auto found = Find(column)) return *found;
  return FaultAt(name_, 1, fmt::format("the header has no column \"{}\"", column));
}

absl::StatusOr<int> Table::Number(int row, int column, int least) const {
  const std::string_view text = at(row, column);
  const auto number = WholeNumber(text);
  if (number && *number >= least) return *number;
  return FaultAt(
      name_, line(row),
      fmt::format("{}: \"{}\" is no whole number from {} on", header_[column], text, least));
}

}  // namespace wissel::scheduling
