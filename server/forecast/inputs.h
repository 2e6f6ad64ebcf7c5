// The files of `wissel forecast`: counts, special days, origins, regressors, and the protocol that
// names them (docs/FORECAST.md has their formats).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/volumes/evaluate.h"
#include "forecasting/core/volumes/events.h"
#include "forecasting/core/volumes/series.h"

namespace wissel::forecast {

// What is to be read, as flags or a protocol file say it.
struct InputOptions {
  std::string series;
  int interval_min = 30;
  std::string special_days;  // a file; empty: none
  std::string dataset;       // rows of the special days' file; empty: all
  std::string calendar;      // a name of `CalendarNames`; empty: none
  std::string regressors;    // a file; empty: none
};

// "be", the same with a community's own day ("be-flemish", "be-french", "be-german",
// "be-brussels"), "nl". be-flemish knows its schools' holidays.
const std::vector<std::string>& CalendarNames();

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

// Events of a file: columns name, effect (factor or contacts), size, first, and if need be
// uncertainty, response ("0.6 0.3 0.1"), from and until ("09:00").
absl::StatusOr<std::vector<volumes::Event>> ReadEvents(const std::string& path);

absl::StatusOr<volumes::Protocol> ReadProtocol(const ProtocolOptions& options);

// A protocol file (YAML): fills in what no flag has said. Files are relative to it.
absl::Status ApplyProtocolFile(const std::string& path, InputOptions& inputs,
                               ProtocolOptions& protocol);

}  // namespace wissel::forecast
