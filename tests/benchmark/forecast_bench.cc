// A queue's forecast made anew from a year of half-hours, beside the mean of the last eight weeks.
#include <chrono>
#include <cmath>
#include <random>

#include "forecasting/core/volumes/methods.h"
#include "tests/benchmark/suites.h"

namespace wissel::benchmark {
namespace {

using volumes::Date;
using volumes::Series;

constexpr int kRounds = 7;
constexpr int kDays = 365;
constexpr int kIntervals = 48;
constexpr int kDaysAhead = 14;

// Around the clock, every day of the week, with a level that wanders.
Series AYear() {
  std::mt19937_64 dice(1);
  std::normal_distribution<double> normal;
  Series series;
  series.interval_min = 30;
  for (int d = 0; d < kDays; ++d) series.days.push_back(Date::Of(2023, 1, 2) + d);
  for (int i = 0; i < kIntervals; ++i) series.interval_starts.push_back(30 * i);
  series.counts.resize(kDays, kIntervals);
  series.known = volumes::Mask::Constant(kDays, kIntervals, true);
  double level = 0;
  for (int d = 0; d < kDays; ++d) {
    level = 0.8 * level + 0.06 * normal(dice);
    const double day = std::exp(level) * (d % 7 < 5 ? 1 : 0.4);
    for (int i = 0; i < kIntervals; ++i) {
      const double rate = day * (1 + 50 * std::exp(-std::pow((i - 25) / 8.0, 2)));
      series.counts(d, i) = static_cast<double>(std::poisson_distribution<int>(rate)(dice));
    }
  }
  return series;
}

double Milliseconds(std::string_view method, const Series& series) {
  const auto start = std::chrono::steady_clock::now();
  const auto forecast =
      (*volumes::MakeMethod(method))->Predict(series, ComingDays(series, kDaysAhead));
  const double ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  return forecast.ok() ? ms : 0;
}

}  // namespace

absl::StatusOr<std::vector<Figure>> BenchmarkForecast() {
  const Series series = AYear();
  std::vector<double> refit;
  std::vector<double> naive;
  for (int round = 0; round < kRounds; ++round) {
    refit.push_back(Milliseconds("calendar", series));
    naive.push_back(Milliseconds("avg8w", series));
  }
  return std::vector<Figure>{
      {"forecast.refit", Median(refit), "ms", Median(naive), "the mean of the last eight weeks"}};
}

}  // namespace wissel::benchmark
