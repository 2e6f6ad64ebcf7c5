// What is told of a simulation: tables for people, one JSON object a line for machines.
#pragma once

#include <string>

#include "forecasting/replications/replications.h"
#include "server/simulate/model_file.h"

namespace wissel::simulate {

struct Report {
  const simulation::Model& model;
  const simulation::RunResult& result;
  double seconds = 0;  // that passed
};
std::string Text(const Report& report);
// Lines of kind "queue", "all", "group", "interval" (of a day) and "run".
std::string Json(const Report& report);

}  // namespace wissel::simulate
