// `wissel staff --model`: the cheapest staff for skills, by simulation and search, beside what
// plain Erlang C would have for each queue by itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace wissel::simulate {

struct StaffModelOptions {
  std::string model;
  std::optional<uint64_t> seed;  // instead of the model's
  int replications = 10;         // for each look of the search
  int check_replications = 40;
  int most_looks = 2000;
  int threads = 0;  // 0: one for each processor
  bool json = false;
};

// Prints the staff; returns the exit code: 0 every queue keeps its target, 1 refused or not found.
int RunStaffModel(const StaffModelOptions& options);

}  // namespace wissel::simulate
