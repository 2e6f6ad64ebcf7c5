#include "tests/volumes/worlds.h"

#include <cmath>
#include <random>

namespace wissel::volumes {

World MakeWorld(const WorldOptions& options) {
  constexpr double kTwoHumps[] = {0.35, 0.65};
  std::mt19937_64 dice(options.seed);
  std::normal_distribution<double> normal;
  World world;
  Series& series = world.series;
  series.interval_min = 30;
  series.special = options.special;
  Date day = Date::Of(2023, 1, 2);
  while (series.day_count() < options.days) {
    if (options.weekends || day.weekday() < Weekday::kSaturday) series.days.push_back(day);
    day = day + 1;
  }
  for (int i = 0; i < options.intervals; ++i) series.interval_starts.push_back(8 * 60 + 30 * i);
  series.counts = Matrix::Zero(options.days, options.intervals);
  series.known = Mask::Constant(options.days, options.intervals, true);
  world.expected = series.counts;
  Eigen::RowVectorXd shape(options.intervals);
  for (int i = 0; i < options.intervals; ++i) {
    const double at = (i + 0.5) / options.intervals;
    shape(i) = 0.2;
    for (const double hump : kTwoHumps) shape(i) += std::exp(-std::pow((at - hump) / 0.12, 2));
  }
  shape /= shape.sum();
  double level = 0;
  for (int d = 0; d < options.days; ++d) {
    const Date date = series.days[static_cast<size_t>(d)];
    const auto weekday = static_cast<int>(date.weekday());
    double factor = weekday < 5 ? 1.15 - 0.075 * weekday : 1.0 / 3;
    if (series.IsSpecial(date)) factor *= options.holiday_factor;
    level = options.level_decay * level + options.level_deviation *
                                              std::sqrt(1 - std::pow(options.level_decay, 2)) *
                                              normal(dice);
    world.expected.row(d) = options.mean_of_day * factor * shape;
    for (int i = 0; i < options.intervals; ++i) {
      const double rate =
          world.expected(d, i) * std::exp(level + options.noise_deviation * normal(dice));
      series.counts(d, i) =
          rate > 0 ? static_cast<double>(std::poisson_distribution<int64_t>(rate)(dice)) : 0;
    }
  }
  return world;
}

}  // namespace wissel::volumes
