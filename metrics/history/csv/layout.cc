#include "metrics/history/csv/layout.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "base/status.h"
#include "fmt/format.h"
#include "metrics/history/csv/lines.h"
#include "metrics/history/csv/numbers.h"

namespace wissel::metrics {
namespace {

constexpr size_t kMostPreamble = 20;  // lines above the header: a title, who made it
constexpr int kLeastIntervalColumns = 2;
constexpr size_t kEnoughToKnowTheInterval = 4;  // different times of day
constexpr int kQuarter = 15;

absl::Status AtLine(size_t line, std::string_view what, std::string_view right) {
  return Refuse(absl::StatusCode::kInvalidArgument, "", fmt::format("line {}: {}", line, what),
                right);
}

struct Header {
  CsvLayout layout;
  std::vector<Column> missing;
  std::optional<std::string> fault;
  int known = 0;  // columns that are understood
};

std::optional<Column> RoleOf(std::string_view cell, const CsvOptions& options) {
  const std::string text = ToUtf8(cell);
  for (const auto& [column, header] : options.columns) {
    if (text == header || Normalized(text) == Normalized(header)) return column;
  }
  const auto role = ColumnOf(text);
  // One that the caller names is no other.
  if (role && options.columns.contains(*role)) return std::nullopt;
  return role;
}

void FindMissing(const CsvOptions& options, Header& header) {
  const CsvLayout& layout = header.layout;
  const auto need = [&](Column column) {
    if (!layout.At(column)) header.missing.push_back(column);
  };
  if (layout.wide()) {
    if (!layout.At(Column::kStart)) need(Column::kDate);
  } else {
    if (layout.At(Column::kDate)) {
      if (!layout.At(Column::kStart)) need(Column::kTime);
    } else {
      need(Column::kStart);
    }
    need(Column::kArrivals);
  }
  if (options.queue.empty()) need(Column::kQueue);
}

// The line as a header, were it one.
Header ReadHeader(std::string_view line, size_t number, char separator, const CsvOptions& options) {
  Header header;
  CsvLayout& layout = header.layout;
  layout.separator = separator;
  layout.header_line = number;
  std::vector<std::string_view> cells;
  std::string unquoted;
  if (!SplitCells(line, separator, cells, unquoted)) {
    header.fault = "a quote is not closed";
    return header;
  }
  layout.columns = cells.size();
  for (size_t i = 0; i < cells.size(); ++i) {
    if (const auto time = ReadTime(cells[i]); time && !time->offset_minutes) {
      layout.intervals.push_back({i, time->minute});
      continue;
    }
    const auto role = RoleOf(cells[i], options);
    if (!role) {
      layout.ignored.push_back(ToUtf8(cells[i]));
      continue;
    }
    auto& at = layout.at[static_cast<size_t>(*role)];
    if (at) header.fault = fmt::format("two columns are the {}", NameOf(*role));
    at = i;
    ++header.known;
  }
  if (static_cast<int>(layout.intervals.size()) < kLeastIntervalColumns) layout.intervals.clear();
  header.known += static_cast<int>(layout.intervals.size());
  FindMissing(options, header);
  return header;
}

bool Better(const Header& a, const Header& b) {
  if (a.missing.empty() != b.missing.empty()) return a.missing.empty();
  return a.known > b.known;
}

absl::StatusOr<CsvLayout> FindHeader(const std::vector<std::string>& head,
                                     const CsvOptions& options) {
  std::string separators = ",;\t|";
  if (options.separator) separators = *options.separator;
  std::optional<Header> best;
  for (size_t i = 0; i < head.size() && i < kMostPreamble; ++i) {
    const std::string& line = head[i];
    // A line of Excel's that says nothing else.
    if (i == 0 && line.size() == 5 && line.starts_with("sep=") && !options.separator) {
      separators = line.back();
      continue;
    }
    for (char separator : separators) {
      Header header = ReadHeader(line, i + 1, separator, options);
      if (!best || Better(header, *best)) best = std::move(header);
    }
    if (best && best->missing.empty()) break;
  }
  if (!best) return AtLine(1, "the file is empty", "a first line such as start,queue,arrivals");
  const size_t line = best->layout.header_line;
  if (best->fault) return AtLine(line, *best->fault, "each column once");
  for (const auto& [column, header] : options.columns) {
    if (!best->layout.At(column)) {
      return AtLine(line, fmt::format("there is no column \"{}\"", header), "a header of the file");
    }
  }
  if (!best->missing.empty()) {
    return AtLine(
        line, fmt::format("the column \"{}\" is missing", NameOf(best->missing.front())),
        best->missing.front() == Column::kQueue
            ? "a column for the queue, or its name beside the file (--queue)"
            : "a first line such as start,queue,arrivals; other names can be given (--column)");
  }
  return std::move(best->layout);
}

// The lines behind the header, each in cells.
template <class Visit>  // void(size_t line, const std::vector<std::string_view>& cells)
void ForEachRow(const std::vector<std::string>& head, const CsvLayout& layout, Visit visit) {
  std::vector<std::string_view> cells;
  std::string unquoted;
  for (size_t i = layout.header_line; i < head.size(); ++i) {
    if (head[i].empty() || !SplitCells(head[i], layout.separator, cells, unquoted)) continue;
    if (cells.size() == layout.columns) visit(cells);
  }
}

void FindDateOrder(const std::vector<std::string>& head, const CsvOptions& options,
                   CsvLayout& layout) {
  const auto column =
      layout.At(Column::kStart) ? layout.At(Column::kStart) : layout.At(Column::kDate);
  size_t day_first = 0, month_first = 0, either = 0;
  ForEachRow(head, layout, [&](const std::vector<std::string_view>& cells) {
    const std::string_view cell = cells[*column];
    const auto order = OrderIn(cell);
    if (order) {
      ++(*order == DateOrder::kDayFirst ? day_first : month_first);
    } else if (cell.size() > 4 && (cell[1] < '0' || cell[2] < '0')) {
      ++either;
    }
  });
  layout.dates = options.dates.value_or(month_first > day_first ? DateOrder::kMonthFirst
                                                                : DateOrder::kDayFirst);
  layout.dates_assumed = !options.dates && day_first + month_first == 0 && either > 0;
}

void FindDecimal(const std::vector<std::string>& head, const CsvOptions& options,
                 CsvLayout& layout) {
  layout.decimal = options.decimal;
  if (layout.decimal) return;
  std::vector<size_t> numbers;
  for (Column column :
       {Column::kArrivals, Column::kAnswered, Column::kAbandoned, Column::kAht, Column::kHandle}) {
    if (layout.At(column)) numbers.push_back(*layout.At(column));
  }
  for (const auto& interval : layout.intervals) numbers.push_back(interval.at);
  size_t points = 0, commas = 0;
  ForEachRow(head, layout, [&](const std::vector<std::string_view>& cells) {
    for (size_t at : numbers) {
      const auto decimal = DecimalIn(cells[at]);
      if (decimal) ++(*decimal == '.' ? points : commas);
    }
  });
  if (points != commas) layout.decimal = points > commas ? '.' : ',';
}

// The greatest length that all beginnings fit, from an hour down.
std::optional<int> LengthThatFits(const std::set<int>& minutes) {
  if (minutes.size() < 2) return std::nullopt;
  int gap = 0;
  for (int minute : minutes) gap = std::gcd(gap, minute);
  gap = std::gcd(gap, 60);
  return IsIntervalLength(gap) ? std::optional(gap) : std::nullopt;
}

absl::Status FindInterval(const std::vector<std::string>& head, const CsvOptions& options,
                          CsvLayout& layout) {
  std::set<int> minutes;
  std::optional<int> said;
  for (const auto& interval : layout.intervals) minutes.insert(interval.minute);
  if (!layout.wide()) {
    ForEachRow(head, layout, [&](const std::vector<std::string_view>& cells) {
      if (layout.At(Column::kMinutes)) {
        const NumberText length = ReadNumber(cells[*layout.At(Column::kMinutes)], std::nullopt);
        if (length.kind == NumberText::Kind::kNumber && !said) {
          said = static_cast<int>(std::min<int64_t>(length.thousandths / 1000, 1440));
        }
      }
      std::optional<TimeOfDay> time;
      if (layout.At(Column::kStart)) {
        const auto both = ReadDateAndTime(cells[*layout.At(Column::kStart)], layout.dates);
        if (both) time = both->time;
      } else {
        time = ReadTime(cells[*layout.At(Column::kTime)]);
      }
      if (!time) return;
      minutes.insert(time->minute);
      if (time->until && !said) said = *time->until - time->minute;
    });
  }
  const auto found = said ? said : LengthThatFits(minutes);
  const bool enough = said || layout.wide() || minutes.size() >= kEnoughToKnowTheInterval;
  // A few lines on the hour may well be quarters.
  const int assumed = std::min(found.value_or(kQuarter), kQuarter);
  layout.interval_assumed = !options.interval_minutes && !enough;
  layout.interval_minutes =
      options.interval_minutes.value_or(enough ? found.value_or(kQuarter) : assumed);
  if (!IsIntervalLength(layout.interval_minutes)) {
    return AtLine(layout.header_line,
                  fmt::format("intervals of {} minutes cannot be kept", layout.interval_minutes),
                  kIntervalLengths);
  }
  return absl::OkStatus();
}

// The columns of a day rise, an interval apart or more.
absl::Status CheckWide(const CsvLayout& layout) {
  for (size_t i = 0; i < layout.intervals.size(); ++i) {
    const int minute = layout.intervals[i].minute;
    if (i > 0 && minute <= layout.intervals[i - 1].minute) {
      return AtLine(layout.header_line, "the columns of the intervals do not follow each other",
                    "00:00, 00:15, 00:30 and so on");
    }
    if (minute % layout.interval_minutes != 0) {
      return AtLine(layout.header_line,
                    fmt::format("{:02}:{:02} does not begin an interval of {} minutes", minute / 60,
                                minute % 60, layout.interval_minutes),
                    "columns an interval apart");
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool IsIntervalLength(int minutes) { return minutes >= 1 && minutes <= 60 && 60 % minutes == 0; }

absl::StatusOr<CsvLayout> FindLayout(const std::vector<std::string>& head,
                                     const CsvOptions& options) {
  WISSEL_ASSIGN_OR_RETURN(CsvLayout layout, FindHeader(head, options));
  FindDateOrder(head, options, layout);
  FindDecimal(head, options, layout);
  WISSEL_RETURN_IF_ERROR(FindInterval(head, options, layout));
  if (layout.wide()) WISSEL_RETURN_IF_ERROR(CheckWide(layout));
  return layout;
}

}  // namespace wissel::metrics
