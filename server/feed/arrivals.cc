#include "server/feed/arrivals.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "absl/strings/str_split.h"
#include "base/status.h"
#include "fmt/format.h"

namespace wissel::feed {
namespace {

constexpr double kMostInAnInterval = 1e6;

std::optional<int> Digits(std::string_view text, size_t from, size_t count) {
  if (text.size() < from + count) return std::nullopt;
  int number = 0;
  const char* begin = text.data() + from;
  auto [end, error] = std::from_chars(begin, begin + count, number);
  if (error != std::errc() || end != begin + count || *begin == '-') return std::nullopt;
  return number;
}

// Hinnant, "chrono-compatible low-level date algorithms": days since 1970-01-01.
int64_t DaysFromCivil(int year, int month, int day) {
  year -= month <= 2;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t of_era = year - era * 400;
  const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

struct Civil {
  int64_t year;
  int64_t month;
  int64_t day;
};

Civil CivilFromDays(int64_t days) {
  days += 719'468;
  const int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const int64_t of_era = days - era * 146'097;
  const int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * of_year + 2) / 153;
  const int64_t day = of_year - (153 * shifted_month + 2) / 5 + 1;
  const int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {year_of_era + era * 400 + (month <= 2), month, day};
}

absl::Status WrongLine(const std::string& path, int line, std::string_view message,
                       std::string_view right) {
  return Refuse(absl::StatusCode::kInvalidArgument, "",
                fmt::format("{}:{}: {}; {}", path, line, message, right));
}

struct Columns {
  size_t timestamp = 0;
  size_t count = 0;
};

absl::StatusOr<Columns> ReadHeader(const std::string& path, const std::string& header) {
  const std::vector<std::string> names = absl::StrSplit(header, ',');
  auto timestamp = std::find(names.begin(), names.end(), "timestamp");
  auto count = std::find(names.begin(), names.end(), "count");
  if (timestamp == names.end() || count == names.end()) {
    return WrongLine(path, 1, "the header lacks a column", "write timestamp,count");
  }
  return Columns{static_cast<size_t>(timestamp - names.begin()),
                 static_cast<size_t>(count - names.begin())};
}

absl::StatusOr<IntervalCount> ReadRow(const std::string& path, int line, const std::string& text,
                                      const Columns& columns) {
  const std::vector<std::string> cells = absl::StrSplit(text, ',');
  if (cells.size() <= std::max(columns.timestamp, columns.count)) {
    return WrongLine(path, line, "has too few columns", "as many as the header");
  }
  std::optional<FileTime> stamp = ParseStamp(cells[columns.timestamp]);
  if (!stamp) {
    return WrongLine(path, line, fmt::format("`{}` is no time", cells[columns.timestamp]),
                     "write for example 2021-03-01T08:30:00");
  }
  const std::string& cell = cells[columns.count];
  double count = 0;
  auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), count);
  if (error != std::errc() || end != cell.data() + cell.size() ||
      !(count >= 0 && count <= kMostInAnInterval)) {
    return WrongLine(path, line, fmt::format("`{}` is no count", cell),
                     fmt::format("a number from 0 to {:.0f}", kMostInAnInterval));
  }
  return IntervalCount{*stamp, count};
}

// The least gap, if all others are multiples of it.
absl::StatusOr<int64_t> InferInterval(const ArrivalFile& file) {
  int64_t least = std::numeric_limits<int64_t>::max();
  for (size_t i = 1; i < file.counts.size(); ++i) {
    least = std::min(least, file.counts[i].from - file.counts[i - 1].from);
  }
  for (size_t i = 1; i < file.counts.size(); ++i) {
    if ((file.counts[i].from - file.counts[i - 1].from) % least == 0) continue;
    return WrongLine(file.path, static_cast<int>(i) + 2,
                     "is not a whole number of intervals after the line before",
                     fmt::format("the interval of this file is {} s", least));
  }
  return least;
}

}  // namespace

std::optional<FileTime> ParseStamp(std::string_view text) {
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  const auto year = Digits(text, 0, 4), month = Digits(text, 5, 2), day = Digits(text, 8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
  if (*month < 1 || *month > 12 || *day < 1 || *day > 31) return std::nullopt;
  const int64_t days = DaysFromCivil(*year, *month, *day);
  if (CivilFromDays(days).day != *day) return std::nullopt;  // 30 February
  if (text.size() == 10) return days * 86'400;
  const auto hour = Digits(text, 11, 2), minute = Digits(text, 14, 2);
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  if ((text[10] != 'T' && text[10] != ' ') || text[13] != ':') return std::nullopt;
  const FileTime time = days * 86'400 + *hour * 3600 + *minute * 60;
  if (text.size() == 16) return time;
  const auto second = Digits(text, 17, 2);
  if (text.size() != 19 || text[16] != ':' || !second || *second > 59) return std::nullopt;
  return time + *second;
}

std::string FormatStamp(FileTime time) {
  const FileTime day = DayOf(time);
  const Civil civil = CivilFromDays(day / 86'400);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", civil.year, civil.month, civil.day,
                     (time - day) / 3600, (time - day) / 60 % 60);
}

double ArrivalFile::total() const {
  double sum = 0;
  for (const IntervalCount& interval : counts) sum += interval.count;
  return sum;
}

absl::StatusOr<ArrivalFile> ParseArrivals(const std::string& path, std::string_view text) {
  std::istringstream in{std::string(text)};
  std::string row;
  if (!std::getline(in, row)) return WrongLine(path, 1, "the file is empty", "timestamp,count");
  if (!row.empty() && row.back() == '\r') row.pop_back();
  WISSEL_ASSIGN_OR_RETURN(const Columns columns, ReadHeader(path, row));
  ArrivalFile file;
  file.path = path;
  for (int line = 2; std::getline(in, row); ++line) {
    if (!row.empty() && row.back() == '\r') row.pop_back();
    if (row.empty()) continue;
    WISSEL_ASSIGN_OR_RETURN(const IntervalCount interval, ReadRow(path, line, row, columns));
    if (!file.counts.empty() && interval.from <= file.counts.back().from) {
      return WrongLine(path, line, "is not after the line before", "stamps rise");
    }
    file.counts.push_back(interval);
  }
  if (file.counts.size() < 2) {
    return WrongLine(path, 1, "has fewer than two intervals", "give at least two");
  }
  WISSEL_ASSIGN_OR_RETURN(file.interval_s, InferInterval(file));
  return file;
}

absl::StatusOr<ArrivalFile> LoadArrivals(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    return Refuse(absl::StatusCode::kNotFound, "", fmt::format("cannot read {}", path));
  }
  return ParseArrivals(path, text.str());
}

absl::StatusOr<ArrivalFile> OnDate(const ArrivalFile& file, std::string_view date) {
  std::optional<FileTime> day;
  if (date.size() == 10) day = ParseStamp(date);
  if (!day) {
    return Refuse(absl::StatusCode::kInvalidArgument, "", fmt::format("`{}` is no date", date),
                  "write for example 2021-03-01");
  }
  ArrivalFile result = file;
  std::erase_if(result.counts,
                [&](const IntervalCount& interval) { return DayOf(interval.from) != *day; });
  if (result.counts.empty()) {
    return Refuse(absl::StatusCode::kNotFound, "",
                  fmt::format("{} has no interval on {}; it runs from {} to {}", file.path, date,
                              FormatStamp(file.begin()), FormatStamp(file.end())));
  }
  return result;
}

std::vector<double> SpreadOver(const IntervalCount& interval, int64_t interval_s, Random& random) {
  const double whole = std::floor(interval.count);
  const double rest = interval.count - whole;
  const bool one_more = rest > 0 && random.Uniform() < rest;
  std::vector<double> moments(static_cast<size_t>(whole) + (one_more ? 1 : 0));
  for (double& moment : moments) {
    moment =
        static_cast<double>(interval.from) + random.Uniform() * static_cast<double>(interval_s);
  }
  std::sort(moments.begin(), moments.end());
  return moments;
}

}  // namespace wissel::feed
