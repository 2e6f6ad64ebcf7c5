// `wissel simulate`: a model of a center, run through the real engine on a virtual clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace wissel::simulate {

struct SimulateOptions {
  std::string model;
  std::optional<int> replications;  // instead of the model's
  std::optional<uint64_t> seed;     // likewise
  std::optional<double> precision;  // half width of each queue's service level
  int most = 1000;                  // replications, with a precision
  double volume = 1;                // times the contacts
  int threads = 0;                  // 0: one for each processor
  bool json = false;
};

// Prints the figures; returns the exit code: 0 done, 1 refused.
int RunSimulate(const SimulateOptions& options);

}  // namespace wissel::simulate
