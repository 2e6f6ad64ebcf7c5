// What a table of counts looks like, found out from its first lines: the separator, where its
// columns are, whether a line is one interval or a whole day, how it writes dates and numbers, and
// how long its intervals are. What the caller says goes before what is found. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "metrics/history/csv/dates.h"
#include "metrics/history/csv/header.h"

namespace wissel::metrics {

// What the file does not say, or says in a way of its own.
struct CsvOptions {
  std::string zone;                           // of times without an offset; empty: there are none
  std::string queue;                          // of a file without a column for it
  std::string channel;                        // the same
  std::map<std::string, std::string> queues;  // as the file calls them -> as the center does
  std::map<Column, std::string> columns;      // by their header in the file
  std::optional<char> separator;
  std::optional<char> decimal;
  std::optional<DateOrder> dates;
  std::optional<int> interval_minutes;
};

// Of an import: these divide an hour.
bool IsIntervalLength(int minutes);
inline constexpr std::string_view kIntervalLengths =
    "1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30 or 60 minutes";

struct CsvLayout {
  char separator = ',';
  uint64_t header_line = 1;
  size_t columns = 0;                                    // cells of a line
  std::array<std::optional<size_t>, kColumnCount> at{};  // by Column
  struct IntervalColumn {
    size_t at = 0;
    int minute = 0;
  };
  std::vector<IntervalColumn> intervals;  // one line a day: these hold its counts
  std::vector<std::string> ignored;       // headers
  std::optional<char> decimal;
  DateOrder dates = DateOrder::kDayFirst;
  bool dates_assumed = false;  // all of those seen could be read both ways
  int interval_minutes = 15;
  bool interval_assumed = false;

  bool wide() const { return !intervals.empty(); }
  std::optional<size_t> At(Column column) const { return at[static_cast<size_t>(column)]; }
};

// `head`: whole lines from the beginning. INVALID_ARGUMENT with a message that begins with its
// line.
absl::StatusOr<CsvLayout> FindLayout(const std::vector<std::string>& head,
                                     const CsvOptions& options);

}  // namespace wissel::metrics
