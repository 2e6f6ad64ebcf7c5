// The reference tables in ../shared/data/queueing, where that folder is.
#pragma once

#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace wissel::staffing {

// A row by the names of the columns; empty fields are left out.
class Row {
 public:
  bool Has(const std::string& column) const { return fields_.count(column) > 0; }
  std::string Text(const std::string& column) const { return fields_.at(column); }
  double Number(const std::string& column) const { return std::stod(fields_.at(column)); }
  void Set(const std::string& column, std::string text) { fields_[column] = std::move(text); }

 private:
  std::map<std::string, std::string> fields_;
};

inline std::vector<std::string> SplitLine(const std::string& line) {
  std::vector<std::string> fields(1);
  for (char c : line) {
    if (c == ',') {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

// None when it is not there.
inline std::optional<std::vector<Row>> ReadTable(const std::string& name) {
  const char* source = std::getenv("WISSEL_SOURCE_DIR");
  std::ifstream file(std::string(source != nullptr ? source : ".") + "/../shared/data/queueing/" +
                     name);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const std::vector<std::string> columns = SplitLine(line);
  std::vector<Row> rows;
  while (std::getline(file, line)) {
    const std::vector<std::string> fields = SplitLine(line);
    Row row;
    for (size_t i = 0; i < fields.size() && i < columns.size(); ++i) {
      if (!fields[i].empty()) row.Set(columns[i], fields[i]);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace wissel::staffing
