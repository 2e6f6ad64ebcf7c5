// Interval counts of arrivals from a CSV file, and the moments they stand for.
//
// A file has the columns `timestamp,count` (others are ignored), stamps "2021-03-01T08:30:00" in
// rising order, local time without a zone; a stamp begins its interval. The length of the interval
// is the least gap between two stamps. A count is whole, or a mean with a fraction ("2.5"), whose
// rest is one more arrival with that chance. Pure functions; values are in the file's own seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/feed/random.h"

namespace wissel::feed {

// Seconds since 1970-01-01T00:00:00 of the file's own calendar.
using FileTime = int64_t;

// "2021-03-01T08:30:00", also with a space for the T and without seconds.
std::optional<FileTime> ParseStamp(std::string_view text);
// "2021-03-01 08:30".
std::string FormatStamp(FileTime time);
inline FileTime DayOf(FileTime time) { return time - ((time % 86'400) + 86'400) % 86'400; }

struct IntervalCount {
  FileTime from = 0;
  double count = 0;
};

struct ArrivalFile {
  std::string path;
  int64_t interval_s = 0;
  std::vector<IntervalCount> counts;  // rising

  FileTime begin() const { return counts.front().from; }
  FileTime end() const { return counts.back().from + interval_s; }
  double total() const;
};

// INVALID_ARGUMENT with file and line.
absl::StatusOr<ArrivalFile> ParseArrivals(const std::string& path, std::string_view text);
absl::StatusOr<ArrivalFile> LoadArrivals(const std::string& path);

// Only the intervals of this day, "2021-03-01". NOT_FOUND when there is none.
absl::StatusOr<ArrivalFile> OnDate(const ArrivalFile& file, std::string_view date);

// Moments of arrival in one interval of a Poisson process, given how many there were: independent
// and uniform over it (Ross, Introduction to Probability Models, theorem 5.2). In rising order.
std::vector<double> SpreadOver(const IntervalCount& interval, int64_t interval_s, Random& random);

}  // namespace wissel::feed
