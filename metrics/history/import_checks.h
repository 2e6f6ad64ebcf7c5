// What looks wrong in an import although every line can be read: counts out of all proportion, a
// day that seems to lie at other hours than it should. Hints for a person, never a refusal. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace wissel::metrics {

struct Outlier {
  uint64_t line = 0;
  int64_t start_s = 0;
  double count = 0;
};

// The sizes of the counts of one series.
class Magnitudes {
 public:
  void Add(uint64_t line, int64_t start_s, double count);
  // Of the five greatest those that are at least 100, and ten times what 99 of 100 counts above
  // none stay below.
  std::vector<Outlier> Outliers() const;

 private:
  static constexpr size_t kGreatest = 5;
  std::array<int64_t, 256> buckets_{};  // by the logarithm of the count, eight to a doubling
  int64_t counts_ = 0;                  // above none
  std::vector<Outlier> greatest_;
};

// Over which hours of the wall's clock the arrivals of a series fall.
class DayShape {
 public:
  void Add(int minute, double arrivals);
  double total() const { return total_; }
  // By how many hours this one lies later than `known` does (less than 0: earlier). None: it does
  // not, or that cannot be said.
  std::optional<int> LaterThan(const DayShape& known) const;
  // More than half of them come between ten in the evening and six in the morning.
  bool MostlyAtNight() const;

 private:
  std::array<double, 24> hours_{};
  double total_ = 0;
};

}  // namespace wissel::metrics
