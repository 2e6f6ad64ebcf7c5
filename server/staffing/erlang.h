// `wissel erlang a|b|c`: a station in steady state, or the fewest agents for a target.
#pragma once

#include <optional>
#include <string>

namespace wissel::staffing {

struct ErlangOptions {
  std::string model;            // "a", "b" or "c"
  std::optional<double> load;   // erlangs; or
  std::optional<double> calls;  // calls in `interval_min`, of `aht_s` each
  double interval_min = 60;
  double aht_s = 180;
  double cv = 0;                 // of the load, when it is not known exactly
  std::optional<double> agents;  // none: the fewest for the targets
  double patience_s = 180;       // of A
  double threshold_s = 20;
  std::optional<double> service_level;
  std::string variant = "of-offered";
  std::optional<double> short_s;
  std::optional<double> answer_s;
  std::optional<double> abandoned;
  std::optional<double> waits;
  std::optional<double> occupancy;
  std::optional<double> blocked;  // of B
  bool json = false;
};

// Prints the figures; returns the exit code: 0 done, 1 refused, 2 wrongly asked.
int RunErlang(const ErlangOptions& options);

}  // namespace wissel::staffing
