#include "forecasting/scheduling/mip.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "Cbc_C_Interface.h"
#include "fmt/format.h"

namespace wissel::scheduling {
namespace {

// CBC takes numbers from here on as infinite.
constexpr double kInfinite = 1e30;

double ForCbc(double bound) {
  if (bound == kUnbounded) return kInfinite;
  return bound == -kUnbounded ? -kInfinite : bound;
}

std::vector<double> ForCbc(const std::vector<double>& bounds) {
  std::vector<double> result;
  for (const double bound : bounds) result.push_back(ForCbc(bound));
  return result;
}

struct Deleter {
  void operator()(Cbc_Model* model) const { Cbc_deleteModel(model); }
};
using Model = std::unique_ptr<Cbc_Model, Deleter>;

Model Load(const LinearProgram& program) {
  Model model(Cbc_newModel());
  const std::vector<double> lower = ForCbc(program.lower());
  const std::vector<double> upper = ForCbc(program.upper());
  const std::vector<double> row_lower = ForCbc(program.row_lower());
  const std::vector<double> row_upper = ForCbc(program.row_upper());
  Cbc_loadProblem(model.get(), program.columns(), program.rows(), program.start().data(),
                  program.index().data(), program.value().data(), lower.data(), upper.data(),
                  program.cost().data(), row_lower.data(), row_upper.data());
  for (int column = 0; column < program.columns(); ++column) {
    if (program.is_whole(column)) Cbc_setInteger(model.get(), column);
  }
  return model;
}

void Limit(Cbc_Model* model, const MipLimits& limits) {
  Cbc_setLogLevel(model, 0);
  Cbc_setParameter(model, "log", "0");
  Cbc_setParameter(model, "threads", "0");
  Cbc_setParameter(model, "randomCbcSeed", "1");
  Cbc_setParameter(model, "seconds", fmt::format("{:.3f}", std::max(0.1, limits.seconds)).c_str());
  if (limits.nodes) Cbc_setParameter(model, "maxNodes", std::to_string(*limits.nodes).c_str());
  if (limits.cutoff) {
    Cbc_setParameter(model, "cutoff", fmt::format("{:.6f}", *limits.cutoff).c_str());
  }
}

}  // namespace

MipAnswer SolveMip(const LinearProgram& program, const MipLimits& limits) {
  const Model model = Load(program);
  Limit(model.get(), limits);
  if (!limits.start.empty()) {
    std::vector<int> columns(limits.start.size());
    for (size_t c = 0; c < columns.size(); ++c) columns[c] = static_cast<int>(c);
    Cbc_setMIPStartI(model.get(), static_cast<int>(columns.size()), columns.data(),
                     limits.start.data());
  }
  Cbc_solve(model.get());
  MipAnswer answer;
  if (Cbc_isProvenInfeasible(model.get()) != 0) {
    answer.kind = MipAnswer::Kind::kInfeasible;
    answer.bound = kUnbounded;
    return answer;
  }
  answer.bound = Cbc_getBestPossibleObjValue(model.get());
  if (Cbc_numberSavedSolutions(model.get()) == 0 && Cbc_isProvenOptimal(model.get()) == 0) {
    return answer;
  }
  const double* const values = Cbc_getColSolution(model.get());
  answer.kind = Cbc_isProvenOptimal(model.get()) != 0 ? MipAnswer::Kind::kOptimal
                                                      : MipAnswer::Kind::kFeasible;
  answer.values.assign(values, values + program.columns());
  for (int column = 0; column < program.columns(); ++column) {
    if (program.is_whole(column)) answer.values[column] = std::round(answer.values[column]);
    answer.objective += program.cost()[column] * answer.values[column];
  }
  if (answer.kind == MipAnswer::Kind::kOptimal) answer.bound = answer.objective;
  return answer;
}

}  // namespace wissel::scheduling
