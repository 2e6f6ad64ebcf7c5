#include "forecasting/core/volumes/series.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::volumes {
namespace {

constexpr int kMinutesOfDay = 24 * 60;

struct Cell {
  double sum = 0;
  int times = 0;
};
using Fine = absl::btree_map<Date, absl::btree_map<int, Cell>>;

absl::StatusOr<Fine> Sort(const std::vector<StampedCount>& counts) {
  if (counts.empty()) return RefuseField("series", "there are no counts", "at least one");
  Fine fine;
  for (const StampedCount& c : counts) {
    if (!std::isfinite(c.count) || c.count < 0) {
      return RefuseField("series", fmt::format("{:g} on {} is no count", c.count, c.day.ToString()),
                         "0 or more");
    }
    if (c.minute < 0 || c.minute >= kMinutesOfDay) {
      return RefuseField("series", fmt::format("minute {} is not in a day", c.minute), "0 to 1439");
    }
    Cell& cell = fine[c.day][c.minute];
    cell.sum += c.count;
    ++cell.times;
  }
  return fine;
}

// Minutes; the whole day where no day has two stamps.
int FineInterval(const Fine& fine) {
  int least = kMinutesOfDay;
  for (const auto& [day, cells] : fine) {
    for (auto it = cells.begin(), next = std::next(it); next != cells.end(); ++it, ++next) {
      least = std::min(least, next->first - it->first);
    }
  }
  return least;
}

std::vector<int> UsualMinutes(const Fine& fine) {
  absl::btree_map<int, size_t> days_with;
  for (const auto& [day, cells] : fine) {
    for (const auto& [minute, cell] : cells) ++days_with[minute];
  }
  std::vector<int> usual;
  for (const auto& [minute, days] : days_with) {
    if (2 * days >= fine.size()) usual.push_back(minute);
  }
  return usual;
}

std::vector<Date> Grid(const Fine& fine) {
  const Date first = fine.begin()->first;
  const Date last = std::prev(fine.end())->first;
  std::array<int, kWeekdays> dates{};
  std::array<int, kWeekdays> counted{};
  for (Date d = first; d <= last; d = d + 1) ++dates[static_cast<size_t>(d.weekday())];
  for (const auto& [day, cells] : fine) ++counted[static_cast<size_t>(day.weekday())];
  std::vector<Date> days;
  for (Date d = first; d <= last; d = d + 1) {
    const auto w = static_cast<size_t>(d.weekday());
    if (counted[w] > 0 && 5 * counted[w] >= dates[w]) days.push_back(d);
  }
  return days;
}

// Start of the coarse interval -> the fine ones in it, where all of them are usual.
absl::btree_map<int, std::vector<int>> Groups(const std::vector<int>& usual, int fine_min,
                                              int interval_min) {
  absl::btree_map<int, std::vector<int>> groups;
  for (const int minute : usual) groups[minute / interval_min * interval_min].push_back(minute);
  const auto whole = static_cast<size_t>(interval_min / fine_min);
  absl::erase_if(groups, [whole](const auto& g) { return g.second.size() < whole; });
  return groups;
}

}  // namespace

std::vector<Weekday> Series::OpenWeekdays() const {
  std::array<bool, kWeekdays> open{};
  for (const Date d : days) open[static_cast<size_t>(d.weekday())] = true;
  std::vector<Weekday> weekdays;
  for (int w = 0; w < kWeekdays; ++w) {
    if (open[static_cast<size_t>(w)]) weekdays.push_back(static_cast<Weekday>(w));
  }
  return weekdays;
}

absl::StatusOr<Series> LayOut(std::vector<StampedCount> counts, int interval_min) {
  WISSEL_ASSIGN_OR_RETURN(const Fine fine, Sort(counts));
  const int fine_min = FineInterval(fine);
  if (interval_min < 1 || interval_min > kMinutesOfDay ||
      (fine_min != kMinutesOfDay && interval_min % fine_min != 0)) {
    return RefuseField("interval_min",
                       fmt::format("{} minutes cannot be made of {}", interval_min, fine_min),
                       fmt::format("a multiple of {}", fine_min));
  }
  const int step = fine_min == kMinutesOfDay ? interval_min : fine_min;
  const auto groups = Groups(UsualMinutes(fine), step, interval_min);
  if (groups.empty()) {
    return RefuseField("series", fmt::format("no whole interval of {} minutes", interval_min),
                       "days that begin and end at the same times");
  }
  Series series;
  series.interval_min = interval_min;
  series.days = Grid(fine);
  for (const auto& [start, minutes] : groups) series.interval_starts.push_back(start);
  series.counts = Matrix::Zero(series.day_count(), series.interval_count());
  series.known = Mask::Constant(series.day_count(), series.interval_count(), false);
  for (int d = 0; d < series.day_count(); ++d) {
    const auto cells = fine.find(series.days[static_cast<size_t>(d)]);
    if (cells == fine.end()) continue;
    int i = 0;
    for (const auto& [start, minutes] : groups) {
      bool known = true;
      double sum = 0;
      for (const int minute : minutes) {
        const auto cell = cells->second.find(minute);
        known = known && cell != cells->second.end();
        if (known) sum += cell->second.sum / cell->second.times;
      }
      series.known(d, i) = known;
      series.counts(d, i++) = known ? sum : 0;
    }
  }
  return series;
}

Series Before(const Series& series, int day) {
  Series history = series;
  history.days.resize(static_cast<size_t>(day));
  history.counts = series.counts.topRows(day);
  history.known = series.known.topRows(day);
  return history;
}

Series Newest(Series series, int days) {
  const int drop = series.day_count() - days;
  if (drop <= 0) return series;
  series.days.erase(series.days.begin(), series.days.begin() + drop);
  series.counts = Matrix(series.counts.bottomRows(days));
  series.known = Mask(series.known.bottomRows(days));
  return series;
}

std::vector<Date> ComingDays(const Series& series, int count) {
  const std::vector<Weekday> open = series.OpenWeekdays();
  std::vector<Date> days;
  if (open.empty()) return days;
  for (Date d = series.days.back() + 1; static_cast<int>(days.size()) < count; d = d + 1) {
    if (std::find(open.begin(), open.end(), d.weekday()) != open.end()) days.push_back(d);
  }
  return days;
}

}  // namespace wissel::volumes
