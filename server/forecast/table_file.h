// A table in a text file, as people's programs write it: a header, columns by name, parted by
// comma, semicolon or tab; a byte order mark, quotes, carriage returns and empty lines do no harm.
// Where the columns are not parted by commas, a number may have a decimal comma.
//
// A fault is an INVALID_ARGUMENT with "file:line" in its sentence.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/volumes/date.h"

namespace wissel::forecast {

struct TableRow {
  int line = 0;  // in the file, from 1
  std::vector<std::string> cells;
};

struct Table {
  std::string path;
  char separator = ',';
  std::vector<std::string> columns;  // small letters
  std::vector<TableRow> rows;

  std::optional<size_t> Find(std::string_view column) const;
  // The first of these columns that is there.
  absl::StatusOr<size_t> Column(const std::vector<std::string_view>& names) const;
  absl::Status Fault(const TableRow& row, std::string_view what, std::string_view right) const;
  absl::StatusOr<double> Number(const TableRow& row, size_t column) const;
  absl::StatusOr<volumes::Date> Day(const TableRow& row, size_t column) const;
};

absl::StatusOr<std::string> ReadWhole(const std::string& path);
absl::StatusOr<Table> ReadTable(const std::string& path);

}  // namespace wissel::forecast
