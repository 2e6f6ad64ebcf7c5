// Reads a table of past counts, as switches, workforce programs and spreadsheets write them: what
// `wissel history import` takes. docs/HISTORY.md says what is understood, and how.
//
// The bytes come in pieces of any size; nothing is kept of them but the line at hand, so a file may
// be of any length. Rows go to a sink as they are read, in the file's order; faults are collected,
// each with its line. Whoever keeps the rows keeps none of them when there was a fault.
//
// Pure but for the system's tz database. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "metrics/history/csv/layout.h"
#include "metrics/history/csv/lines.h"
#include "metrics/history/csv/local_time.h"
#include "metrics/history/csv/series_name.h"

namespace wissel::metrics {

// One interval of one series. Counts are in thousandths: a table of means has fractions.
struct CsvRow {
  uint64_t line = 0;
  uint32_t series = 0;  // in HistoryCsvReader::series()
  int64_t start_s = 0;  // since 1970 UTC
  int minutes = 15;
  int64_t arrivals = 0;
  std::optional<int64_t> answered;
  std::optional<int64_t> abandoned;
  std::optional<int64_t> handle_ms;  // sum
};

struct CsvFault {
  uint64_t line = 0;
  std::string what;
  std::string right;  // what would be right; may be empty
};

// What was read otherwise than it stands there, or not at all, without a fault.
struct CsvNotes {
  uint64_t without_count = 0;      // cells or lines that say nothing
  uint64_t fractions = 0;          // counts that are not whole
  uint64_t skipped_hour = 0;       // zeros in the hour that a clock change takes away
  uint64_t doubled_hour_once = 0;  // intervals of a doubled hour that stand there once
  uint64_t doubled_hour = 0;       // that stand there twice
};

class HistoryCsvReader {
 public:
  static constexpr size_t kMostFaults = 100;  // kept; all are counted
  static constexpr int64_t kMostCount = 1'000'000;
  using Sink = std::function<void(const CsvRow&)>;

  // `now`: intervals must be over. INVALID_ARGUMENT for a zone or channel that there is not.
  static absl::StatusOr<HistoryCsvReader> Open(CsvOptions options, Instant now, Sink sink);

  void Feed(std::string_view bytes);
  void End();

  // Known once enough has been read.
  const std::optional<CsvLayout>& layout() const { return layout_; }
  const std::vector<SeriesName>& series() const { return series_; }
  const std::vector<CsvFault>& faults() const { return faults_; }
  uint64_t fault_count() const { return fault_count_; }
  uint64_t lines() const { return lines_.number(); }
  uint64_t rows() const { return rows_; }
  CsvNotes notes() const;
  Lines::Encoding encoding() const { return lines_.encoding(); }

  // Another part of the import found something wrong with a row.
  void AddFault(uint64_t line, std::string what, std::string right);

 private:
  // A time of a doubled hour, of one series.
  struct Doubled {
    uint32_t series;
    int64_t first_s;
    auto operator<=>(const Doubled&) const = default;
  };
  // Which of the two moments of a doubled time have been given away.
  struct Given {
    bool first = false;
    bool second = false;
  };

  HistoryCsvReader(CsvOptions options, Instant now, Sink sink, std::optional<LocalTime> time)
      : options_(std::move(options)), now_(now), sink_(std::move(sink)), time_(std::move(time)) {}

  void FindTheLayout();
  void ReadLines();
  void ReadLine(std::string_view line, uint64_t number);
  void ReadInterval(uint64_t line);
  void ReadDay(uint64_t line);
  std::optional<int32_t> DayOf(uint64_t line);
  std::optional<DateAndTime> StampOf(uint64_t line);
  std::string_view Cell(Column column) const;

  std::optional<uint32_t> SeriesOf(uint64_t line);
  std::optional<SeriesName> NameSeries(uint64_t line, std::string_view queue,
                                       std::string_view channel, std::string_view topic);
  // The moment of a local time, for this series. None: refused, or nothing to be kept (`zero`).
  std::optional<int64_t> MomentOf(uint64_t line, uint32_t series, const DateAndTime& stamp,
                                  bool zero);
  std::optional<int64_t> OfDoubledHour(uint64_t line, uint32_t series,
                                       const LocalTime::Moments& moments, const DateAndTime& stamp);
  // Gives the row to the sink if its interval can be one.
  void Keep(CsvRow row);
  // False: a fault, which has been noted.
  bool ReadCount(uint64_t line, std::string_view cell, std::string_view name,
                 std::optional<int64_t>& count);
  bool ReadDetails(CsvRow& row);
  void Unusable(uint64_t line, std::string_view cell, const char* what, std::string_view right);

  CsvOptions options_;
  Instant now_;
  Sink sink_;
  std::optional<LocalTime> time_;
  Lines lines_;
  std::vector<std::string> head_;  // until the layout is known
  size_t head_bytes_ = 0;
  bool unreadable_ = false;  // no layout: the rest is passed over
  std::optional<CsvLayout> layout_;
  std::vector<std::string_view> cells_;
  std::string unquoted_;
  std::string length_text_;  // of the interval, in minutes
  std::string key_;          // as the file names the series of a line
  std::string last_key_;     // of the line before
  uint32_t last_series_ = 0;
  absl::flat_hash_map<std::string, uint32_t> series_of_;
  std::vector<SeriesName> series_;
  absl::btree_map<SeriesName, uint32_t> index_;
  std::vector<int64_t> last_start_s_;  // by series
  absl::btree_map<Doubled, Given> doubled_;
  std::vector<CsvFault> faults_;
  uint64_t fault_count_ = 0;
  uint64_t rows_ = 0;
  CsvNotes notes_;
};

}  // namespace wissel::metrics
