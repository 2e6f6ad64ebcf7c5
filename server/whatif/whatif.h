// `wissel whatif`: a recorded period again, with other rules, people or volumes, and what that
// would have changed. Reads the data folder of a server that runs or not; writes nothing.
#pragma once

#include <cstdint>
#include <string>

namespace wissel::whatif {

struct WhatIfOptions {
  std::string data;
  std::string rules;   // a center file; empty: those of the record
  std::string from;    // "2026-11-21T09:30:00Z"; empty: when work or people first came
  std::string until;   // empty: the end of the journal
  double volume = 1;   // 1.2: a fifth more contacts
  std::string agents;  // "+2", "-2" or "110%"; empty: as many
  uint64_t seed = 1;
  bool json = false;
};

// Prints the comparison and returns the exit code: 0 done, 1 failed.
int RunWhatIf(const WhatIfOptions& options);

}  // namespace wissel::whatif
