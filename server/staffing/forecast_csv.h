// A day's forecast as a file of intervals: a header, then one line an interval.
//
//   start,calls,aht,cv,q10,q50,q90,work
//
// `calls` is needed; the rest is optional, in any order. `aht` in seconds (otherwise the option's),
// `cv` of the mean, quantiles of the calls (q05 to q95), `work` the hours of work that comes and
// may wait. Columns are parted by comma, semicolon or tab; numbers may have a decimal comma where
// columns are not parted by one.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/staffing/plan.h"

namespace wissel::staffing {

struct ForecastFile {
  std::vector<std::string> starts;  // as they are written; empty without that column
  std::vector<ForecastInterval> intervals;
};
// INVALID_ARGUMENT with one line for each fault, "FILE:12: ...".
absl::StatusOr<ForecastFile> ReadForecast(const std::string& path, double aht_s);
// The same from a text at hand.
absl::StatusOr<ForecastFile> ParseForecast(const std::string& path, const std::string& text,
                                           double aht_s);

}  // namespace wissel::staffing
