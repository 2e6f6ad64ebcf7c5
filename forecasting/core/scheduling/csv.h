// The small tables of scheduling problems: a header, then lines of the same number of fields,
// separated by commas, semicolons or tabs. A byte order mark, CRLF and empty lines are let pass.
//
// Pure. Errors are INVALID_ARGUMENT with "NAME:LINE: ...".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace wissel::scheduling {

// One sentence with its place.
absl::Status FaultAt(std::string_view name, int line, std::string_view message);

std::string_view Trimmed(std::string_view text);
std::vector<std::string_view> SplitBy(std::string_view text, char separator);
// A whole number, and nothing else.
std::optional<int> WholeNumber(std::string_view text);

class Table {
 public:
  // `name` is how errors call it. The text must outlive the table.
  static absl::StatusOr<Table> Parse(std::string_view name, std::string_view text);

  int rows() const { return static_cast<int>(rows_.size()); }
  // Where the row stands in the text, from 1.
  int line(int row) const { return lines_[row]; }
  std::optional<int> Find(std::string_view column) const;
  // As Find; INVALID_ARGUMENT when the header has no such column.
  absl::StatusOr<int> Column(std::string_view column) const;
  std::string_view at(int row, int column) const { return rows_[row][column]; }
  // A whole number from `least` on.
  absl::StatusOr<int> Number(int row, int column, int least) const;

 private:
  std::string name_;
  std::vector<std::string_view> header_;
  std::vector<std::vector<std::string_view>> rows_;
  std::vector<int> lines_;
};

}  // namespace wissel::scheduling
