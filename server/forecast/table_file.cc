#include "server/forecast/table_file.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel::forecast {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

char SeparatorOf(std::string_view header) {
  char best = ',';
  for (const char candidate : {',', ';', '\t'}) {
    if (std::count(header.begin(), header.end(), candidate) >
        std::count(header.begin(), header.end(), best)) {
      best = candidate;
    }
  }
  return best;
}

// Quotes part nothing; a doubled one inside is one.
std::vector<std::string> Cells(std::string_view line, char separator) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (size_t c = 0; c < line.size(); ++c) {
    if (line[c] == '"') {
      if (quoted && c + 1 < line.size() && line[c + 1] == '"') {
        cells.back() += line[c++];
      } else {
        quoted = !quoted;
      }
    } else if (line[c] == separator && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += line[c];
    }
  }
  for (std::string& cell : cells) absl::StripAsciiWhitespace(&cell);
  return cells;
}

}  // namespace

std::optional<size_t> Table::Find(std::string_view column) const {
  const auto at = std::find(columns.begin(), columns.end(), column);
  if (at == columns.end()) return std::nullopt;
  return static_cast<size_t>(at - columns.begin());
}

absl::StatusOr<size_t> Table::Column(const std::vector<std::string_view>& names) const {
  for (const std::string_view name : names) {
    if (const auto column = Find(name)) return *column;
  }
  return RefuseField(path, fmt::format("{}:1: there is no column \"{}\"", path, names.front()),
                     fmt::format("a header with one of: {}", fmt::join(names, ", ")));
}

absl::Status Table::Fault(const TableRow& row, std::string_view what,
                          std::string_view right) const {
  return RefuseField(path, fmt::format("{}:{}: {}", path, row.line, what), right);
}

absl::StatusOr<double> Table::Number(const TableRow& row, size_t column) const {
  std::string text = row.cells[column];
  if (separator != ',') std::replace(text.begin(), text.end(), ',', '.');
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') {
    return Fault(row, fmt::format("\"{}\" is no number", row.cells[column]), "for example 31");
  }
  return number;
}

absl::StatusOr<volumes::Date> Table::Day(const TableRow& row, size_t column) const {
  const auto day = volumes::Date::Parse(std::string_view(row.cells[column]).substr(0, 10));
  if (!day) {
    return Fault(row, fmt::format("\"{}\" is no day", row.cells[column]), "for example 2026-11-02");
  }
  return *day;
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return RefuseField(path, fmt::format("{} cannot be read", path), "a file that is there");
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

absl::StatusOr<Table> ReadTable(const std::string& path) {
  WISSEL_ASSIGN_OR_RETURN(const std::string text, ReadWhole(path));
  Table table;
  table.path = path;
  std::string_view left = text;
  if (left.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    left.remove_prefix(kByteOrderMark.size());
  }
  for (int line = 1; !left.empty(); ++line) {
    const size_t end = std::min(left.find('\n'), left.size());
    std::string_view row = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    if (!row.empty() && row.back() == '\r') row.remove_suffix(1);
    if (row.empty()) continue;
    if (table.columns.empty()) {
      table.separator = SeparatorOf(row);
      table.columns = Cells(row, table.separator);
      for (std::string& column : table.columns) absl::AsciiStrToLower(&column);
      continue;
    }
    TableRow cells{line, Cells(row, table.separator)};
    if (cells.cells.size() != table.columns.size()) {
      return table.Fault(
          cells, fmt::format("{} cells under {} columns", cells.cells.size(), table.columns.size()),
          "one cell for each column");
    }
    table.rows.push_back(std::move(cells));
  }
  if (table.columns.empty()) return RefuseField(path, fmt::format("{} is empty", path), "a header");
  return table;
}

}  // namespace wissel::forecast
