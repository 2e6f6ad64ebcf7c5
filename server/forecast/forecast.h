// `wissel forecast evaluate` and `wissel forecast make`: how good forecasts of a series of counts
// would have been, and what comes next. Reads files, writes nothing but its answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/forecast/inputs.h"

namespace wissel::forecast {

struct EvaluateOptions {
  InputOptions inputs;
  ProtocolOptions protocol;
  std::string protocol_file;
  std::vector<std::string> methods;  // empty: all of them
  bool json = false;
};

struct MakeOptions {
  InputOptions inputs;
  std::string method = "auto";
  int days = 14;                      // open days after the last of the history
  std::string events;                 // a file; empty: none
  std::string scenario = "expected";  // "low", "expected", "high"
  double surge = 1;                   // all means times this
  bool json = false;
};

// Print the answer and return the exit code: 0 done, 1 refused.
int RunEvaluate(const EvaluateOptions& options);
int RunMake(const MakeOptions& options);

}  // namespace wissel::forecast
