#include "server/import/table.h"

#include <algorithm>
#include <set>

#include "base/status.h"
#include "base/utf8.h"
#include "fmt/format.h"
#include "metrics/history/csv/lines.h"

namespace wissel::imports {
namespace {

using metrics::Lines;
using metrics::SplitCells;

absl::Status AtLine(uint64_t line, std::string_view what, std::string_view right) {
  return RefuseField("file", fmt::format("line {}: {}", line, what), right);
}

// The one that cuts the first line into most cells.
char SeparatorOf(std::string_view head) {
  char best = ',';
  size_t most = 0;
  for (const char separator : {',', ';', '\t'}) {
    std::vector<std::string_view> cells;
    std::string unquoted;
    if (SplitCells(head, separator, cells, unquoted) && cells.size() > most) {
      best = separator;
      most = cells.size();
    }
  }
  return best;
}

absl::Status ReadHead(std::string_view line, uint64_t number, char separator, Table& table) {
  std::vector<std::string_view> cells;
  std::string unquoted;
  if (!SplitCells(line, separator, cells, unquoted)) {
    return AtLine(number, "a quote is not closed", "\"...\", with \"\" for a quote in it");
  }
  if (cells.size() > Table::kMostColumns) {
    return AtLine(number, fmt::format("there are {} columns", cells.size()),
                  fmt::format("at most {}", Table::kMostColumns));
  }
  std::set<std::string> seen;
  for (const std::string_view cell : cells) {
    table.columns.emplace_back(cell);
    if (cell.empty()) return AtLine(number, "a column has no name", "a name for each column");
    if (!seen.insert(ColumnKey(cell)).second) {
      return AtLine(number, fmt::format("the column {} stands there twice", cell),
                    "each column once");
    }
  }
  return absl::OkStatus();
}

void ReadRow(std::string_view line, uint64_t number, char separator, Table& table) {
  std::vector<std::string_view> cells;
  std::string unquoted;
  if (!SplitCells(line, separator, cells, unquoted)) {
    table.faults.push_back({number, "", "a quote is not closed on this line",
                            "\"...\" on one line, with \"\" for a quote in it"});
    return;
  }
  if (cells.size() != table.columns.size()) {
    table.faults.push_back(
        {number, "",
         fmt::format("there are {} cells, and {} columns", cells.size(), table.columns.size()),
         "a cell for each column"});
    return;
  }
  if (std::all_of(cells.begin(), cells.end(), [](auto cell) { return cell.empty(); })) return;
  table.rows.push_back({number, {cells.begin(), cells.end()}});
}

}  // namespace

std::string ColumnKey(std::string_view name) {
  std::string key(name);
  for (char& c : key) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == ' ' || c == '-') c = '_';
  }
  return key;
}

std::optional<size_t> Table::Find(std::string_view name) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (ColumnKey(columns[i]) == name) return i;
  }
  return std::nullopt;
}

absl::StatusOr<Table> ReadTable(std::string_view bytes) {
  Lines lines;
  lines.Feed(bytes);
  lines.End();
  Table table;
  char separator = ',';
  std::string_view raw;
  while (lines.Next(raw)) {
    if (raw.empty()) continue;
    const uint64_t number = lines.number();
    const bool has_nul = raw.find('\0') != std::string_view::npos;
    table.is_utf8 = table.is_utf8 && CharactersOf(raw).has_value();
    const std::string line = metrics::ToUtf8(raw);
    if (table.columns.empty()) {
      if (has_nul) return AtLine(number, "it contains NUL", "text");
      separator = SeparatorOf(line);
      WISSEL_RETURN_IF_ERROR(ReadHead(line, number, separator, table));
    } else if (has_nul) {
      table.faults.push_back({number, "", "the line contains NUL", "text"});
    } else {
      ReadRow(line, number, separator, table);
    }
    if (table.rows.size() > Table::kMostRows) {
      return AtLine(number, "the file is too long",
                    fmt::format("at most {} lines; several files", Table::kMostRows));
    }
  }
  if (lines.too_long()) {
    return AtLine(lines.number() + 1, "the line is too long",
                  fmt::format("at most {} bytes", Lines::kLongest));
  }
  if (table.columns.empty()) return RefuseField("file", "it is empty", "a first line with columns");
  return table;
}

}  // namespace wissel::imports
