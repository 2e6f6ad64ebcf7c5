#include "metrics/history/gaps.h"

#include <optional>

#include "fmt/format.h"

namespace wissel::metrics {
namespace {

constexpr int kLeastDays = 3;

}  // namespace

std::string GapText(const Gap& gap) {
  return fmt::format("{} {:02}:{:02} to {} {:02}:{:02}", DayText(gap.from_day),
                     gap.from_minute / 60, gap.from_minute % 60, DayText(gap.to_day),
                     gap.to_minute / 60, gap.to_minute % 60);
}

void KnownDays::Add(int32_t day, int minute) {
  std::vector<bool>& known = days_[day];
  if (known.empty()) known.resize(static_cast<size_t>(1440 / minutes_));
  known[static_cast<size_t>(minute / minutes_)] = true;
}

bool KnownDays::Expected(const Week& known, const std::vector<int>& days, int weekday,
                         size_t at) const {
  const auto w = static_cast<size_t>(weekday);
  return days[w] >= kLeastDays && known[w][at] * 2 >= days[w];
}

std::vector<Gap> KnownDays::Gaps(LocalTime time) const {
  std::vector<Gap> gaps;
  if (days_.empty()) return gaps;
  const auto intervals = static_cast<size_t>(1440 / minutes_);
  const int32_t first = days_.begin()->first, last = days_.rbegin()->first;
  Week known(7, std::vector<int>(intervals));
  std::vector<int> days(7);
  for (int32_t day = first; day <= last; ++day) ++days[static_cast<size_t>(WeekdayOf(day))];
  for (const auto& [day, row] : days_) {
    for (size_t at = 0; at < intervals; ++at) {
      known[static_cast<size_t>(WeekdayOf(day))][at] += row[at];
    }
  }
  std::optional<Gap> open;
  bool begun = false;
  for (int32_t day = first; day <= last; ++day) {
    const auto row = days_.find(day);
    for (size_t at = 0; at < intervals; ++at) {
      const int minute = static_cast<int>(at) * minutes_;
      if (row != days_.end() && row->second[at]) {
        if (open) gaps.push_back(*open);
        open.reset();
        begun = true;
      } else if (begun && Expected(known, days, WeekdayOf(day), at) &&
                 time.At(day, minute).kind != LocalTime::Moments::Kind::kNever) {
        if (!open) open = Gap{day, minute, day, minute, 0};
        open->to_day = day;
        open->to_minute = minute + minutes_;
        ++open->intervals;
      }
    }
  }
  return gaps;  // what is open lies behind the last one that is known
}

}  // namespace wissel::metrics
