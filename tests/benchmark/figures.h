// What a benchmark found: figures, each beside the one it was measured with in the same run.
//
// These machines are noisy: rounds of the sides take turns, and medians are kept. A ratio holds
// where an absolute figure does not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace wissel::benchmark {

struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  // What it was measured beside, in the same unit; `ratio` is value over base.
  std::optional<double> base;
  std::string base_is;  // for the table
};

// Of at least one value.
double Median(std::vector<double> values);
// The value below which `permille` of them lie.
double Quantile(std::vector<double> values, int permille);

void PrintTable(const std::vector<Figure>& figures);
// One object a line: name, value, unit, base, ratio.
absl::Status WriteJsonLines(const std::vector<Figure>& figures, const std::string& path);

}  // namespace wissel::benchmark
