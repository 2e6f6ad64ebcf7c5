#include "metrics/history/import_checks.h"

#include <algorithm>
#include <cmath>

namespace wissel::metrics {
namespace {

constexpr double kEightAnOctave = 8;
constexpr double kLeastOutlier = 100;
constexpr double kOutOfProportion = 10;
constexpr double kEnoughToTell = 200;  // arrivals in a shape
// Two shapes differ by 0 to 2, the sum over the hours of what one has and the other has not.
constexpr double kLooksOther = 0.2;
constexpr double kFitsBetter = 0.5;  // the shifted one differs by less than this share of it

size_t BucketOf(double count) {
  return std::min<size_t>(255, static_cast<size_t>(kEightAnOctave * std::log2(1 + count)));
}

}  // namespace

void Magnitudes::Add(uint64_t line, int64_t start_s, double count) {
  if (count <= 0) return;
  ++buckets_[BucketOf(count)];
  ++counts_;
  if (greatest_.size() == kGreatest && count <= greatest_.back().count) return;
  const auto behind = std::find_if(greatest_.begin(), greatest_.end(),
                                   [&](const Outlier& one) { return one.count < count; });
  greatest_.insert(behind, {line, start_s, count});
  if (greatest_.size() > kGreatest) greatest_.pop_back();
}

std::vector<Outlier> Magnitudes::Outliers() const {
  // The upper end of the bucket that 99 of 100 lie in or below.
  int64_t below = 0;
  size_t bucket = 0;
  while (bucket < buckets_.size() && (below += buckets_[bucket]) * 100 < counts_ * 99) ++bucket;
  const double usual = std::exp2(static_cast<double>(bucket + 1) / kEightAnOctave) - 1;
  std::vector<Outlier> found;
  for (const Outlier& one : greatest_) {
    if (one.count >= kLeastOutlier && one.count >= kOutOfProportion * usual) found.push_back(one);
  }
  return found;
}

void DayShape::Add(int minute, double arrivals) {
  hours_[static_cast<size_t>(minute / 60)] += arrivals;
  total_ += arrivals;
}

std::optional<int> DayShape::LaterThan(const DayShape& known) const {
  if (total_ < kEnoughToTell || known.total_ < kEnoughToTell) return std::nullopt;
  const auto difference = [&](int later) {
    double sum = 0;
    for (int hour = 0; hour < 24; ++hour) {
      const auto at = static_cast<size_t>((hour + later + 24) % 24);
      sum += std::abs(hours_[at] / total_ - known.hours_[static_cast<size_t>(hour)] / known.total_);
    }
    return sum;
  };
  int best = 0;
  for (int later = -12; later <= 12; ++later) {
    if (difference(later) < difference(best)) best = later;
  }
  const bool shifted =
      difference(0) > kLooksOther && difference(best) < kFitsBetter * difference(0);
  return shifted && best != 0 ? std::optional(best) : std::nullopt;
}

bool DayShape::MostlyAtNight() const {
  double night = 0;
  for (size_t hour = 0; hour < 24; ++hour) night += hour >= 22 || hour < 6 ? hours_[hour] : 0;
  return total_ >= kEnoughToTell && night * 2 > total_;
}

}  // namespace wissel::metrics
