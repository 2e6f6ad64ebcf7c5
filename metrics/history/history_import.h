// One file of past counts on its way into the history: read in pieces of any size, looked at by a
// person, then imported as one, or not at all.
//
//   auto import = HistoryImport::Begin(tables, options, now);
//   while (there is more) import->Feed(piece);      // the bytes of the file, as they come
//   auto preview = import->Preview();               // what was understood, what would change
//   if (preview->ok()) import->Commit(false);       // in one transaction
//
// What has been read is kept in a temporary table, which SQLite puts on the disk when it grows:
// memory does not grow with the file. Nothing else is touched before Commit. One at a time on a
// HistoryTables, which must outlive it. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "metrics/history/csv/reader.h"
#include "metrics/history/history_tables.h"
#include "metrics/history/import_checks.h"
#include "metrics/history/import_preview.h"

namespace wissel::metrics {

struct ImportOutcome {
  int64_t written = 0;  // new, or in more detail
  int64_t replaced = 0;
  int64_t same = 0;
  int64_t counted_here = 0;  // left alone
};

class HistoryImport {
 public:
  // `options.zone` empty: that of the center, where it is known.
  static absl::StatusOr<std::unique_ptr<HistoryImport>> Begin(HistoryTables& tables,
                                                              CsvOptions options, Instant now);
  ~HistoryImport();

  // Faults of the file are in the preview; an error here is one of the disk.
  absl::Status Feed(std::string_view bytes);
  // After the last piece; the same again afterwards.
  absl::StatusOr<ImportPreview> Preview();
  // INVALID_ARGUMENT when there are faults, FAILED_PRECONDITION when known counts would change and
  // `replace` was not said: nothing is written then.
  absl::StatusOr<ImportOutcome> Commit(bool replace);

 private:
  struct Staged {  // one series of the file
    std::map<int32_t, DayCells> days;
    int32_t day = INT32_MIN;
    DayCells* cells = nullptr;  // of `day`
    Magnitudes magnitudes;
  };

  HistoryImport(HistoryTables& tables, std::string zone, LocalTime time)
      : tables_(tables), zone_(std::move(zone)), time_(std::move(time)) {}
  absl::Status Prepare();
  // There is no more to read.
  absl::Status Finish();
  void Take(const CsvRow& row);
  absl::Status Stage(Staged& staged, uint32_t series, int32_t day);
  absl::Status Flush();
  absl::StatusOr<DayCells> ReadStaged(uint32_t series, int64_t day);

  // Every day of every series, in that order, with what the center has not counted itself.
  using VisitDay = std::function<absl::Status(uint32_t series, int64_t day, const DayCells& all,
                                              const DayCells& free)>;
  absl::Status ForEachStaged(const VisitDay& visit);
  absl::StatusOr<DayCells> WithoutCounted(const std::string& queue, int64_t day,
                                          const DayCells& cells);
  absl::Status PreviewSeries(ImportPreview& preview);
  absl::Status PreviewMerge(int64_t id, int64_t day, const DayCells& free, SeriesPreview& one,
                            ImportPreview& preview);
  absl::StatusOr<DayShape> KnownShape(const SeriesPreview& one);

  HistoryTables& tables_;
  std::string zone_;
  LocalTime time_;
  std::optional<HistoryCsvReader> reader_;
  std::vector<std::unique_ptr<Staged>> staged_;  // by the reader's series
  size_t cells_ = 0;                             // in `staged_`
  absl::Status status_;
  bool ended_ = false;
  sql::Statement stage_, staged_day_, staged_days_;
};

}  // namespace wissel::metrics
