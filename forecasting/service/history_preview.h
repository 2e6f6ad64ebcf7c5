// Imports and the past as the contract shows them. Pure.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "forecasting/history/series_grid.h"
#include "metrics/history/import_preview.h"
#include "router/core/directory.h"
#include "wissel/v1/history.pb.h"

namespace wissel::forecasting {

v1::HistoryImportPreview WritePreview(const metrics::ImportPreview& preview,
                                      const Directory& directory);

// Of a file that cannot be imported: INVALID_ARGUMENT on `file` with its first fault.
absl::Status FileFault(const metrics::ImportPreview& preview);

// What is known of a queue, day by day.
class SeriesDays {
 public:
  void Add(const SeriesRow& row);
  bool any() const { return !days_.empty(); }
  void Write(const std::string& queue, v1::ListHistorySeriesResponse::Series& out) const;

 private:
  struct Day {
    bool imported = false;
  };
  std::map<int32_t, Day> days_;
  double arrivals_ = 0;
};

}  // namespace wissel::forecasting
