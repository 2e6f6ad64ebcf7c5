// A CSV file as a table of texts: its columns by name, its lines with their numbers. RFC 4180, with
// what programs make of it: commas, semicolons or tabs, UTF-8 with or without its mark, UTF-16, and
// Windows-1252 where it is no UTF-8. A cell stands on one line. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace wissel::imports {

struct Fault {
  uint64_t line = 0;   // of the file, from 1
  std::string column;  // as its head says; empty: the line as a whole
  std::string what;
  std::string right;  // what would be right; may be empty
};

struct Row {
  uint64_t line = 0;
  std::vector<std::string> cells;  // as many as there are columns
};

struct Table {
  static constexpr size_t kMostColumns = 200;
  static constexpr size_t kMostRows = 1'000'000;

  std::vector<std::string> columns;  // as they stand in the first line
  std::vector<Row> rows;             // without empty lines, and without those at fault
  std::vector<Fault> faults;
  bool is_utf8 = true;

  // The column of this name, in any case, "display name" and "Display-Name" as "display_name".
  std::optional<size_t> Find(std::string_view name) const;
};

// As columns are compared.
std::string ColumnKey(std::string_view name);

// INVALID_ARGUMENT: it is no table at all.
absl::StatusOr<Table> ReadTable(std::string_view bytes);

}  // namespace wissel::imports
