// What an import would do, for a person to look at before it is done. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metrics/history/csv/reader.h"
#include "metrics/history/day_cells.h"
#include "metrics/history/gaps.h"
#include "metrics/history/import_checks.h"

namespace wissel::metrics {

// An interval for which the file says something else than an earlier import.
struct ImportChange {
  SeriesName name;
  int64_t start_s = 0;
  Cell known;
  Cell fresh;
};

struct SeriesPreview {
  SeriesName name;
  int64_t first_s = 0;  // of its intervals in the file
  int64_t end_s = 0;
  int64_t intervals = 0;
  double arrivals = 0;
  std::optional<double> answered;  // of those intervals that say it
  std::optional<double> abandoned;
  std::optional<double> aht_s;
  // What an import would make of them.
  int64_t added = 0;
  int64_t completed = 0;  // known, and now in more detail
  int64_t same = 0;
  int64_t changed = 0;
  int64_t counted_here = 0;  // the center has counted these itself: they stay
  int64_t more_answered_than_came = 0;
  std::vector<Gap> gaps;  // the first ones
  int64_t gap_count = 0;
  std::vector<Outlier> outliers;
  std::optional<int> hours_later;  // than what is known of the queue
  bool mostly_at_night = false;
};

struct ImportPreview {
  static constexpr size_t kMostChanges = 20;
  static constexpr size_t kMostGaps = 10;

  std::optional<CsvLayout> layout;
  Lines::Encoding encoding = Lines::Encoding::kUtf8;
  std::string zone;  // of times without an offset, and of those shown
  uint64_t lines = 0;
  uint64_t rows = 0;
  CsvNotes notes;
  std::vector<CsvFault> faults;  // the first ones
  uint64_t fault_count = 0;
  std::vector<SeriesPreview> series;
  std::vector<ImportChange> changes;  // the first ones
  int64_t change_count = 0;

  // It can be imported; where something changes, only by `replace`.
  bool ok() const { return fault_count == 0; }
};

// What the cells of one series in a file add up to. Days in their order.
class SeriesTally {
 public:
  // `minutes`: length of the file's intervals.
  SeriesTally(const SeriesName& name, int minutes) : known_days_(minutes) { preview_.name = name; }

  void Add(int64_t day, const DayCells& cells, const LocalTime& time);
  const DayShape& shape() const { return shape_; }
  SeriesPreview& preview() { return preview_; }
  // After the last day.
  SeriesPreview Finish(const LocalTime& time);

 private:
  SeriesPreview preview_;
  KnownDays known_days_;
  DayShape shape_;
  int64_t handled_ = 0;
  int64_t handle_ms_ = 0;
};

}  // namespace wissel::metrics
