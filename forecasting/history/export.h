// The past as a file: CSV that `wissel history import` reads again, XLSX for a spreadsheet, JSON
// with one object a line. Only intervals that are known stand in it: what is missing stays missing.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "forecasting/history/series_grid.h"
#include "metrics/history/csv/local_time.h"

namespace wissel::forecasting {

struct ExportedSeries {
  metrics::SeriesName name;
  std::vector<SeriesRow> rows;
};

// Starts are of this zone's wall clock, with their offset. No cell begins like a formula.
std::string ExportCsv(const std::vector<ExportedSeries>& all, const metrics::LocalTime& time);
std::string ExportJson(const std::vector<ExportedSeries>& all, const metrics::LocalTime& time);
// Starts are real dates on the wall's clock; the offset has a column of its own. RESOURCE_EXHAUSTED
// for more rows than a sheet has; UNAVAILABLE when the file cannot be written.
absl::Status ExportXlsx(const std::vector<ExportedSeries>& all, const metrics::LocalTime& time,
                        const std::string& path);

}  // namespace wissel::forecasting
