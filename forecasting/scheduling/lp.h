// A linear program that grows by columns, solved by Clp again and again from where it stood.
//
// Blocking; one thread at a time.
#pragma once

#include <memory>
#include <vector>

#include "forecasting/core/scheduling/linear_program.h"

namespace wissel::scheduling {

class GrowingLp {
 public:
  // The rows, and the columns that are there from the start.
  explicit GrowingLp(const LinearProgram& program);
  ~GrowingLp();
  GrowingLp(const GrowingLp&) = delete;
  GrowingLp& operator=(const GrowingLp&) = delete;

  void AddColumn(double cost, const std::vector<Entry>& entries);
  void SetBounds(int column, double lower, double upper);

  // False when it has no solution.
  bool Solve();
  double objective() const;
  // By row, and by column; of the last Solve.
  const double* duals() const;
  const double* values() const;
  int columns() const;

 private:
  struct Model;
  std::unique_ptr<Model> model_;
};

}  // namespace wissel::scheduling
