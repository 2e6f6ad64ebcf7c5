#include "forecasting/scheduling/lp.h"

#include "Clp_C_Interface.h"

namespace wissel::scheduling {
namespace {

// What Clp takes as infinite.
constexpr double kInfinite = 1e30;

std::vector<double> ForClp(const std::vector<double>& bounds) {
  std::vector<double> result;
  for (const double bound : bounds) {
    result.push_back(bound == kUnbounded ? kInfinite : bound == -kUnbounded ? -kInfinite : bound);
  }
  return result;
}

}  // namespace

struct GrowingLp::Model {
  Clp_Simplex* clp = Clp_newModel();
  ~Model() { Clp_deleteModel(clp); }
};

GrowingLp::GrowingLp(const LinearProgram& program) : model_(std::make_unique<Model>()) {
  Clp_setLogLevel(model_->clp, 0);
  const std::vector<double> lower = ForClp(program.lower());
  const std::vector<double> upper = ForClp(program.upper());
  const std::vector<double> row_lower = ForClp(program.row_lower());
  const std::vector<double> row_upper = ForClp(program.row_upper());
  Clp_loadProblem(model_->clp, program.columns(), program.rows(), program.start().data(),
                  program.index().data(), program.value().data(), lower.data(), upper.data(),
                  program.cost().data(), row_lower.data(), row_upper.data());
}

GrowingLp::~GrowingLp() = default;

void GrowingLp::AddColumn(double cost, const std::vector<Entry>& entries) {
  const double lower = 0;
  const double upper = kInfinite;
  const int starts[] = {0, static_cast<int>(entries.size())};
  std::vector<int> rows;
  std::vector<double> values;
  for (const Entry& entry : entries) {
    rows.push_back(entry.row);
    values.push_back(entry.value);
  }
  Clp_addColumns(model_->clp, 1, &lower, &upper, &cost, starts, rows.data(), values.data());
}

void GrowingLp::SetBounds(int column, double lower, double upper) {
  Clp_columnLower(model_->clp)[column] = lower == -kUnbounded ? -kInfinite : lower;
  Clp_columnUpper(model_->clp)[column] = upper == kUnbounded ? kInfinite : upper;
}

bool GrowingLp::Solve() {
  // New columns leave the old basis feasible, so the primal simplex goes on from it.
  Clp_primal(model_->clp, 0);
  return Clp_status(model_->clp) == 0;
}

double GrowingLp::objective() const { return Clp_getObjValue(model_->clp); }
const double* GrowingLp::duals() const { return Clp_getRowPrice(model_->clp); }
const double* GrowingLp::values() const { return Clp_getColSolution(model_->clp); }
int GrowingLp::columns() const { return Clp_getNumCols(model_->clp); }

}  // namespace wissel::scheduling
