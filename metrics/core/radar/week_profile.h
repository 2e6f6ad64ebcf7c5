// What a series usually has at each time of the week, from past weeks: the robust mean of each
// quarter of an hour, with how sure that is and how much it varies.
//
// Pure. The caller knows the calendar: quarters of the week (0 to 671, from Monday 00:00) are those
// of the center's time zone, so that 9 o'clock stays 9 o'clock over a change of the clocks.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace wissel::metrics {

inline constexpr int kQuartersOfDay = 96;
inline constexpr int kQuartersOfWeek = 7 * kQuartersOfDay;

// How often things happen, as far as past weeks say.
struct UsualRate {
  double per_minute = 0;
  double relative_error = 0;  // standard error of the mean, as a share of it
};

class WeekProfile {
 public:
  // Fewer weeks say nothing; of more than eight only the last eight are looked at.
  static constexpr int kFewestWeeks = 3;
  static constexpr int kMostWeeks = 8;

  // At a moment that lies `into` (0 to 1) of a quarter: between the middles of quarters the rate
  // goes in a straight line. None: too few weeks know this time of the week.
  std::optional<UsualRate> At(int quarter, double into) const;

  // Variance of a quarter's count beyond that of a Poisson process, as a share of the mean squared.
  double excess_variance() const { return excess_variance_; }
  // Quarters of the week of which enough is known.
  int quarters_known() const;

 private:
  friend class WeekProfileBuilder;
  struct Quarter {
    float per_minute = 0;
    float relative_error = 0;
    bool known = false;
  };
  std::array<Quarter, kQuartersOfWeek> quarters_;
  double excess_variance_ = 0;
};

// Makes the profile of one series from its past quarters of an hour.
class WeekProfileBuilder {
 public:
  // The quarter was watched, and had so many. Newest weeks last.
  void Add(int quarter_of_week, int64_t count);
  // Every quarter's mean without its highest and lowest week (from four weeks on), smoothed over
  // its neighbours 1 : 2 : 1.
  WeekProfile Build() const;

 private:
  std::array<std::vector<int32_t>, kQuartersOfWeek> counts_;
};

}  // namespace wissel::metrics
