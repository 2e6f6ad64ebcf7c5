#include "forecasting/history/series_grid.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "metrics/history/csv/local_time.h"

namespace wissel::forecasting {
namespace {

using metrics::HistoryCell;
using metrics::LocalTime;

constexpr int kMinutesOfDay = 1440;
constexpr int32_t kMostDays = 20 * 366;

Instant Moment(int64_t s) { return Instant::FromMillis(s * 1000); }

// The moment at which a day begins: where midnight is left out, that of the clock change.
int64_t Midnight(LocalTime& time, int32_t day) { return time.At(day, 0).first_s; }

absl::Status Check(const SeriesOptions& options) {
  if (options.minutes < 1 || options.minutes > kMinutesOfDay ||
      kMinutesOfDay % options.minutes != 0) {
    return RefuseField("intervalMin",
                       fmt::format("{} minutes do not divide a day", options.minutes),
                       "15, 30 or 60");
  }
  if (options.from_day < 0 || options.to_day <= options.from_day ||
      options.to_day - options.from_day > kMostDays) {
    return RefuseField("to", "these are no days that follow each other", "at most 20 years");
  }
  return absl::OkStatus();
}

// The intervals of one day. Up to an hour they are as long as they say, so a doubled hour has them
// twice; longer ones end where the wall's clock says.
void AddDay(LocalTime& time, int32_t day, int minutes, std::vector<SeriesRow>& rows) {
  const int64_t end = Midnight(time, day + 1);
  int64_t start = Midnight(time, day);
  while (start < end) {
    SeriesRow row{.start_s = start, .day = day};
    row.minute = time.WallAt(start).minute / minutes * minutes;
    row.end_s = start + minutes * 60;
    if (minutes > 60) {
      const int next = row.minute + minutes;
      row.end_s = next >= kMinutesOfDay ? end : time.At(day, next).first_s;
    }
    row.end_s = std::min(row.end_s, end);
    start = row.end_s;
    rows.push_back(std::move(row));
  }
}

void AddTo(std::optional<double>& sum, const std::optional<double>& part) {
  sum = sum && part ? std::optional(*sum + *part) : std::nullopt;
}

// What is not known of one part is not known of the whole.
void AddTo(HistoryCell& sum, const HistoryCell& part) {
  sum.arrivals += part.arrivals;
  for (const auto field :
       {&HistoryCell::offered, &HistoryCell::answered, &HistoryCell::answered_in_time,
        &HistoryCell::abandoned, &HistoryCell::short_abandoned, &HistoryCell::handled,
        &HistoryCell::handle_s, &HistoryCell::hold_s, &HistoryCell::wrap_s, &HistoryCell::wait_s}) {
    AddTo(sum.*field, part.*field);
  }
  sum.waiting = part.waiting;  // at the end
  sum.imported |= part.imported;
}

void AddTo(SeriesRow& row, const HistoryCell& cell) {
  if (row.known_minutes == 0) {
    row.sums = cell;
  } else {
    AddTo(row.sums, cell);
  }
  row.known_minutes += cell.minutes;
  row.imported |= cell.imported;
  row.known = row.known_minutes * 60 == row.end_s - row.start_s;
}

// Both by start. A cell that does not lie in one row is left out.
void Fill(const std::vector<HistoryCell>& cells, std::vector<SeriesRow>& rows,
          int* longest_left_out) {
  auto row = rows.begin();
  for (const HistoryCell& cell : cells) {
    while (row != rows.end() && row->end_s <= cell.start_s) ++row;
    if (row == rows.end()) break;
    if (cell.start_s >= row->start_s && cell.end_s() <= row->end_s) {
      AddTo(*row, cell);
    } else if (longest_left_out != nullptr) {
      *longest_left_out = std::max(*longest_left_out, cell.minutes);
    }
  }
}

struct Read {
  std::vector<SeriesRow> rows;
  std::string zone;
  int longest_left_out = 0;
};
absl::StatusOr<Read> ReadRows(metrics::HistoryTables& tables, const SeriesOptions& options) {
  WISSEL_RETURN_IF_ERROR(Check(options));
  Read read{.zone = options.zone};
  if (read.zone.empty()) {
    WISSEL_ASSIGN_OR_RETURN(read.zone, tables.TimeZone());
  }
  WISSEL_ASSIGN_OR_RETURN(LocalTime time, LocalTime::In(read.zone));
  for (int32_t day = options.from_day; day < options.to_day; ++day) {
    AddDay(time, day, options.minutes, read.rows);
  }
  WISSEL_ASSIGN_OR_RETURN(const auto cells,
                          tables.ReadCells(options.series, Moment(read.rows.front().start_s),
                                           Moment(read.rows.back().end_s)));
  Fill(cells, read.rows, &read.longest_left_out);
  return read;
}

void AddTo(GridCell& cell, const SeriesRow& row) {
  const bool first = cell.state == CellState::kAbsent;
  cell.doubled = !first;
  if (first) cell.start_s = row.start_s;
  cell.end_s = row.end_s;
  if (row.known_minutes > 0) {
    if (first || cell.sums.start_s == 0) {
      cell.sums = row.sums;
    } else {
      AddTo(cell.sums, row.sums);
    }
  }
  cell.arrivals = cell.sums.arrivals;
  cell.imported |= row.imported;
  const bool known = row.known && (first || cell.state == CellState::kKnown);
  cell.state = known ? CellState::kKnown : CellState::kUnknown;
}

}  // namespace

absl::StatusOr<std::vector<SeriesRow>> ReadSeries(metrics::HistoryTables& tables,
                                                  const SeriesOptions& options) {
  WISSEL_ASSIGN_OR_RETURN(Read read, ReadRows(tables, options));
  return std::move(read.rows);
}

std::vector<const metrics::Mark*> SeriesGrid::MarksOf(const GridCell& cell) const {
  std::vector<const metrics::Mark*> found;
  for (const metrics::Mark& mark : marks) {
    if (mark.start < Moment(cell.end_s) && Moment(cell.start_s) < mark.end) found.push_back(&mark);
  }
  return found;
}

absl::StatusOr<SeriesGrid> ReadGrid(metrics::HistoryTables& tables, const SeriesOptions& options) {
  WISSEL_ASSIGN_OR_RETURN(const Read read, ReadRows(tables, options));
  SeriesGrid grid;
  grid.series = options.series;
  grid.zone = read.zone;
  grid.first_day = options.from_day;
  grid.minutes = options.minutes;
  grid.days = options.to_day - options.from_day;
  grid.intervals = kMinutesOfDay / options.minutes;
  grid.longest_imported_minutes = read.longest_left_out;
  grid.cells.resize(static_cast<size_t>(grid.days * grid.intervals));
  metrics::KnownDays known_days(options.minutes);
  for (const SeriesRow& row : read.rows) {
    const int at = (row.day - grid.first_day) * grid.intervals + row.minute / options.minutes;
    AddTo(grid.cells[static_cast<size_t>(at)], row);
    if (row.known) known_days.Add(row.day, row.minute);
  }
  WISSEL_ASSIGN_OR_RETURN(const LocalTime time, LocalTime::In(read.zone));
  grid.gaps = known_days.Gaps(time);
  WISSEL_ASSIGN_OR_RETURN(
      grid.marks, tables.marks().List(options.series.queue, Moment(read.rows.front().start_s),
                                      Moment(read.rows.back().end_s)));
  return grid;
}

}  // namespace wissel::forecasting
