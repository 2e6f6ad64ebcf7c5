// A linear program with whole-number columns, as plain data: minimise cost * x where each row and
// each column lies within its bounds. Built by the pure parts of scheduling, solved in
// forecasting/scheduling (mip.h, lp.h).
//
// A value; reading it from several threads is fine.
#pragma once

#include <limits>
#include <vector>

namespace wissel::scheduling {

inline constexpr double kUnbounded = std::numeric_limits<double>::infinity();

struct Entry {
  int row = 0;
  double value = 1;
};

class LinearProgram {
 public:
  // Rows come first; both return the index of the new one.
  int AddRow(double lower, double upper) {
    row_lower_.push_back(lower);
    row_upper_.push_back(upper);
    return rows() - 1;
  }
  // At most one entry for each row.
  int AddColumn(double cost, double lower, double upper, bool whole,
                const std::vector<Entry>& entries) {
    cost_.push_back(cost);
    lower_.push_back(lower);
    upper_.push_back(upper);
    whole_.push_back(whole);
    for (const Entry& entry : entries) {
      index_.push_back(entry.row);
      value_.push_back(entry.value);
    }
    start_.push_back(static_cast<int>(index_.size()));
    return columns() - 1;
  }

  int rows() const { return static_cast<int>(row_lower_.size()); }
  int columns() const { return static_cast<int>(cost_.size()); }
  bool is_whole(int column) const { return whole_[column]; }
  const std::vector<double>& cost() const { return cost_; }
  const std::vector<double>& lower() const { return lower_; }
  const std::vector<double>& upper() const { return upper_; }
  const std::vector<double>& row_lower() const { return row_lower_; }
  const std::vector<double>& row_upper() const { return row_upper_; }
  // By columns: the entries of column c stand at start()[c] to start()[c + 1].
  const std::vector<int>& start() const { return start_; }
  const std::vector<int>& index() const { return index_; }
  const std::vector<double>& value() const { return value_; }

 private:
  std::vector<double> row_lower_;
  std::vector<double> row_upper_;
  std::vector<double> cost_;
  std::vector<double> lower_;
  std::vector<double> upper_;
  std::vector<bool> whole_;
  std::vector<int> start_{0};
  std::vector<int> index_;
  std::vector<double> value_;
};

}  // namespace wissel::scheduling
