// The imported series of history.sqlite: tables `series` and `imported`.
//
// Belongs to the connection that it is made on. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/connection.h"
#include "metrics/history/csv/series_name.h"
#include "metrics/history/day_cells.h"

namespace wissel::metrics {

struct KnownSeries {
  int64_t id = 0;
  SeriesName name;
};

class ImportedTable {
 public:
  static absl::StatusOr<ImportedTable> Prepare(sql::Connection& connection);

  // By queue, channel and topic; `queue` empty: all.
  absl::StatusOr<std::vector<KnownSeries>> List(const std::string& queue);
  // Made where there is none; within a transaction of the caller's.
  absl::StatusOr<int64_t> IdOf(const SeriesName& name);

  // Empty where nothing was imported.
  absl::StatusOr<DayCells> Read(int64_t series, int64_t day);
  absl::Status Write(int64_t series, int64_t day, const DayCells& cells);
  // Days of [from, to), since 1970 UTC, in their order.
  using Visit = std::function<void(int64_t day, const DayCells& cells)>;
  absl::Status ForEachDay(int64_t series, int64_t from, int64_t to, const Visit& visit);

 private:
  sql::Statement list_, find_, make_, read_, write_, days_;
};

}  // namespace wissel::metrics
