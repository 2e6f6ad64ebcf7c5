#include "server/import/importer.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel::imports {

absl::StatusOr<Columns> Columns::AndOthers(const Table& table,
                                           const std::vector<std::string>& known,
                                           const std::vector<std::string>& required) {
  Columns columns;
  columns.table_ = &table;
  for (const std::string& name : required) {
    if (table.Find(name)) continue;
    return RefuseField("file", fmt::format("there is no column {}", name),
                       fmt::format("the columns {}", absl::StrJoin(known, ", ")));
  }
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const bool is_known =
        std::find(known.begin(), known.end(), ColumnKey(table.columns[i])) != known.end();
    if (!is_known) columns.others_.push_back({i, table.columns[i]});
  }
  return columns;
}

absl::StatusOr<Columns> Columns::Of(const Table& table, const std::vector<std::string>& known,
                                    const std::vector<std::string>& required) {
  WISSEL_ASSIGN_OR_RETURN(Columns columns, AndOthers(table, known, required));
  if (columns.others_.empty()) return columns;
  return RefuseField("file",
                     fmt::format("the column {} means nothing here", columns.others_[0].name),
                     fmt::format("the columns {}", absl::StrJoin(known, ", ")));
}

std::string Columns::Cell(const Row& row, std::string_view name) const {
  const std::optional<size_t> at = table_->Find(name);
  return at ? row.cells[*at] : "";
}

std::string Columns::HeadOf(std::string_view name) const {
  const std::optional<size_t> at = table_->Find(name);
  return at ? table_->columns[*at] : std::string(name);
}

std::vector<std::string> PartsOf(const std::string& cell) {
  std::vector<std::string> parts;
  for (absl::string_view part : absl::StrSplit(cell, ';')) {
    part = absl::StripAsciiWhitespace(part);
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

Fault FaultOf(const absl::Status& status, std::string column) {
  return {0, std::move(column), std::string(status.message()), WhatWouldBeRight(status)};
}

}  // namespace wissel::imports
