// The files of `wissel forecast`: counts, special days, origins, regressors, and the protocol that
// names them (docs/FORECAST.md has their formats).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/volumes/evaluate.h"
#include "forecasting/core/volumes/series.h"

namespace wissel::forecast {

// What is to be read, as flags or a protocol file say it.
struct InputOptions {
  std::string series;
  int interval_min = 30;
  std::string special_days;  // a file; empty: none
  std::string dataset;       // rows of the special days' file; empty: all
  std::string calendar;      // "be", "nl"; empty: none
  std::string regressors;    // a file; empty: none
};

struct ProtocolOptions {
  std::optional<int> train_days;
  std::optional<int> horizon_days;
  std::optional<int> step_days;
  std::string first_origin;
  std::string origins;  // a file; empty: every `step_days`
  std::optional<int> intraday;
};

// The counts on their grid, with everything known about the days. Refusals name file and line.
absl::StatusOr<volumes::Series> ReadSeries(const InputOptions& options);

absl::StatusOr<volumes::Protocol> ReadProtocol(const ProtocolOptions& options);

// A protocol file (YAML): fills in what no flag has said. Files are relative to it.
absl::Status ApplyProtocolFile(const std::string& path, InputOptions& inputs,
                               ProtocolOptions& protocol);

}  // namespace wissel::forecast
