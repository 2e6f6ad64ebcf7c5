// Whole-number programs solved by CBC. Blocking; each call stands alone, and two must not run at
// once in one process (CBC has state of its own). CBC may overshoot its time limit by seconds: who
// needs an answer in time keeps the best so far and ends the process (server/schedule).
#pragma once

#include <optional>
#include <vector>

#include "forecasting/core/scheduling/linear_program.h"

namespace wissel::scheduling {

struct MipLimits {
  double seconds = 60;
  std::optional<int> nodes;      // with this and without luck of the clock: the same answer again
  std::vector<double> start;     // a solution to begin from, all columns; empty: none
  std::optional<double> cutoff;  // only what costs less than this
};

struct MipAnswer {
  enum class Kind { kOptimal, kFeasible, kInfeasible, kNothingFound };
  Kind kind = Kind::kNothingFound;
  double objective = 0;        // of kOptimal and kFeasible
  double bound = -kUnbounded;  // nothing costs less
  std::vector<double> values;  // by column; whole columns are rounded

  bool found() const { return kind == Kind::kOptimal || kind == Kind::kFeasible; }
};

MipAnswer SolveMip(const LinearProgram& program, const MipLimits& limits);

}  // namespace wissel::scheduling
