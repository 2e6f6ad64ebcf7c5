#include "metrics/history/import_preview.h"

#include <utility>

namespace wissel::metrics {
namespace {

constexpr int64_t kDaySeconds = 86'400;

void AddTo(std::optional<double>& sum, const std::optional<int64_t>& part) {
  if (part) sum = sum.value_or(0) + static_cast<double>(*part) / 1000;
}

}  // namespace

void SeriesTally::Add(int64_t day, const DayCells& cells, const LocalTime& time) {
  if (cells.empty()) return;
  const int64_t midnight = day * kDaySeconds;
  if (preview_.intervals == 0) preview_.first_s = midnight + cells.front().minute * 60;
  preview_.end_s = midnight + cells.back().end() * 60;
  preview_.intervals += static_cast<int64_t>(cells.size());
  for (const Cell& cell : cells) {
    const LocalTime::Wall wall = time.WallAt(midnight + cell.minute * 60);
    const double arrivals = static_cast<double>(cell.arrivals) / 1000;
    known_days_.Add(wall.day, wall.minute);
    shape_.Add(wall.minute, arrivals);
    preview_.arrivals += arrivals;
    AddTo(preview_.answered, cell.answered);
    AddTo(preview_.abandoned, cell.abandoned);
    preview_.more_answered_than_came += cell.answered.value_or(0) > cell.arrivals;
    if (!cell.handle_ms) continue;
    handled_ += cell.answered.value_or(cell.arrivals);
    handle_ms_ += *cell.handle_ms;
  }
}

SeriesPreview SeriesTally::Finish(const LocalTime& time) {
  if (handled_ > 0) {
    preview_.aht_s = static_cast<double>(handle_ms_) / static_cast<double>(handled_);
  }
  preview_.mostly_at_night = shape_.MostlyAtNight();
  preview_.gaps = known_days_.Gaps(time);
  preview_.gap_count = static_cast<int64_t>(preview_.gaps.size());
  if (preview_.gaps.size() > ImportPreview::kMostGaps) {
    preview_.gaps.resize(ImportPreview::kMostGaps);
  }
  return std::move(preview_);
}

}  // namespace wissel::metrics
