#include "forecasting/service/past.h"

#include <map>
#include <set>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/volumes/calendar_be_nl.h"

namespace wissel::forecasting {
namespace {

using volumes::SpecialDays;

constexpr int kLongestDays = 3 * 366;
// Special days are looked up so far ahead: as far as forecasts reach.
constexpr int kYearsAhead = 2;

// Holidays go by the country, which the time zone tells for these two.
SpecialDays NationalDays(const std::string& zone, absl::CivilDay from, absl::CivilDay until) {
  const int first = static_cast<int>(from.year());
  const int last = static_cast<int>(until.year()) + kYearsAhead;
  if (zone == "Europe/Brussels") {
    return volumes::BelgianDays(first, last, volumes::Community::kNone);
  }
  if (zone == "Europe/Amsterdam") return volumes::DutchDays(first, last);
  return {};
}

// Counts of these are not what customers wanted.
bool IsNotLearnedFrom(metrics::MarkKind kind) {
  return kind == metrics::MarkKind::kOutage || kind == metrics::MarkKind::kExclude ||
         kind == metrics::MarkKind::kClosed;
}

bool Covers(const metrics::Mark& mark, int64_t start_s, int64_t end_s) {
  return mark.start.millis() < end_s * 1000 && mark.end.millis() > start_s * 1000;
}

void AddMarkedHolidays(const SeriesGrid& grid, const std::string& zone, SpecialDays& days) {
  absl::TimeZone loaded;
  if (!absl::LoadTimeZone(zone, &loaded)) return;
  for (const metrics::Mark& mark : grid.marks) {
    if (mark.kind != metrics::MarkKind::kHoliday) continue;
    const absl::CivilDay first =
        absl::ToCivilDay(absl::FromUnixMillis(mark.start.millis()), loaded);
    const absl::CivilDay last =
        absl::ToCivilDay(absl::FromUnixMillis(mark.end.millis() - 1), loaded);
    for (absl::CivilDay day = first; day <= last; ++day) {
      days[DateOf(day)] = {mark.label, volumes::KindOf(mark.label)};
    }
  }
}

struct Counts {
  std::vector<volumes::StampedCount> arrivals, handled, seconds;
};
Counts CountsIn(const SeriesGrid& grid) {
  Counts counts;
  for (int d = 0; d < grid.days; ++d) {
    for (int i = 0; i < grid.intervals; ++i) {
      const GridCell& cell = grid.At(d, i);
      if (cell.state != CellState::kKnown) continue;
      bool learned = true;
      for (const metrics::Mark* mark : grid.MarksOf(cell)) {
        learned &= !IsNotLearnedFrom(mark->kind) || !Covers(*mark, cell.start_s, cell.end_s);
      }
      if (!learned) continue;
      const volumes::Date day = volumes::Date::FromDays(grid.first_day + d);
      const int minute = i * grid.minutes;
      counts.arrivals.push_back({day, minute, cell.arrivals});
      if (!cell.sums.handled || !cell.sums.handle_s) continue;
      counts.handled.push_back({day, minute, *cell.sums.handled});
      counts.seconds.push_back({day, minute, *cell.sums.handle_s});
    }
  }
  return counts;
}

double SumOf(const std::vector<volumes::StampedCount>& counts) {
  double sum = 0;
  for (const auto& one : counts) sum += one.count;
  return sum;
}

absl::Status NothingKnown(const std::string& queue) {
  return Refuse(absl::StatusCode::kNotFound, "queue",
                fmt::format("nothing is known of the past of queues/{}", queue),
                "a queue with counts, or an import of earlier ones");
}

}  // namespace

volumes::Date DateOf(absl::CivilDay day) {
  return volumes::Date::FromDays(static_cast<int32_t>(day - absl::CivilDay(1970, 1, 1)));
}
absl::CivilDay DayOf(volumes::Date date) { return absl::CivilDay(1970, 1, 1) + date.days(); }

absl::StatusOr<Past> PastOf(metrics::HistoryTables& tables, const std::string& queue,
                            absl::CivilDay until, int interval_minutes, const std::string& zone) {
  SeriesOptions options;
  options.series.queue = queue;
  options.to_day = DateOf(until).days();
  options.from_day = options.to_day - kLongestDays;
  options.minutes = interval_minutes;
  options.zone = zone;
  WISSEL_ASSIGN_OR_RETURN(const SeriesGrid grid, ReadGrid(tables, options));
  Counts counts = CountsIn(grid);
  if (counts.arrivals.empty()) return NothingKnown(queue);
  Past past;
  WISSEL_ASSIGN_OR_RETURN(past.arrivals,
                          volumes::LayOut(std::move(counts.arrivals), interval_minutes));
  past.arrivals.special = NationalDays(zone, DayOf(past.arrivals.days.front()), until);
  AddMarkedHolidays(grid, zone, past.arrivals.special);
  if (SumOf(counts.handled) > 0) {
    WISSEL_ASSIGN_OR_RETURN(past.handled,
                            volumes::LayOut(std::move(counts.handled), interval_minutes));
    WISSEL_ASSIGN_OR_RETURN(const volumes::Series seconds,
                            volumes::LayOut(std::move(counts.seconds), interval_minutes));
    past.handle_s = seconds.counts;
  }
  return past;
}

absl::StatusOr<std::vector<SeriesRow>> CameIn(metrics::HistoryTables& tables,
                                              const std::string& queue, const Days& days,
                                              int interval_minutes, const std::string& zone) {
  SeriesOptions options;
  options.series.queue = queue;
  options.from_day = DateOf(days.first).days();
  options.to_day = DateOf(days.last).days() + 1;
  options.minutes = interval_minutes;
  options.zone = zone;
  return ReadSeries(tables, options);
}

}  // namespace wissel::forecasting
