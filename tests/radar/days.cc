#include "tests/radar/days.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace wissel::radar {
namespace {

using metrics::kQuartersOfDay;
using metrics::kQuartersOfWeek;

// Monday 1970-01-05 is day 0 of the week that the files' days are counted in.
int64_t DaysFromCivil(int y, int m, int d) {
  y -= m <= 2;
  const int era = y / 400;
  const int yoe = y - era * 400;
  const int doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  return int64_t{era} * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

// SplitMix64 (Steele, Lea & Flood 2014).
uint64_t Mixed(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

double ShapeAt(int minute) {
  const double hour = minute / 60.0;
  const auto hump = [&](double at, double width) {
    return std::exp(-(hour - at) * (hour - at) / (2 * width * width));
  };
  return 0.25 + 1.25 * hump(10.5, 1.3) + hump(14.5, 1.5);
}

std::optional<int64_t> CountOfQuarter(const Series& series, size_t first_minute) {
  int64_t count = 0;
  for (size_t i = first_minute; i < first_minute + 15; ++i) {
    if (!series.minutes[i]) return std::nullopt;
    count += *series.minutes[i];
  }
  return count;
}

metrics::WeekProfile ProfileBefore(const Series& series, size_t day) {
  metrics::WeekProfileBuilder builder;
  const size_t first = day >= 56 ? day - 56 : 0;
  for (size_t quarter = first * kQuartersOfDay; quarter < day * kQuartersOfDay; ++quarter) {
    if (auto count = CountOfQuarter(series, quarter * 15)) {
      builder.Add(static_cast<int>(quarter % kQuartersOfWeek), *count);
    }
  }
  return builder.Build();
}

}  // namespace

// The state of neighbouring seeds must lie far apart: it goes in steps, and would otherwise give
// the same numbers one draw later.
Dice::Dice(uint64_t seed) : state_(Mixed(Mixed(seed + 1))) {}

double Dice::Unit() {
  state_ += 0x9E3779B97F4A7C15u;
  return (static_cast<double>(Mixed(state_) >> 11) + 0.5) * 0x1p-53;
}
double Dice::Normal() { return std::sqrt(-2 * std::log(Unit())) * std::cos(2 * M_PI * Unit()); }
// Marsaglia & Tsang (2000).
double Dice::Gamma(double shape) {
  if (shape < 1) return Gamma(shape + 1) * std::pow(Unit(), 1 / shape);
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = Normal();
    const double v = std::pow(1 + c * x, 3);
    if (v <= 0) continue;
    if (std::log(Unit()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}
int64_t Dice::Poisson(double mean) {
  if (mean <= 0) return 0;
  int64_t count = 0;
  while (mean > 20) {  // halves are Poisson too: the n-th arrival's time is a Gamma
    const auto n = static_cast<int64_t>(mean * 7 / 8);
    const double time = Gamma(static_cast<double>(n));
    if (time > mean) {  // of n - 1 arrivals before it each is within the mean by chance
      for (int64_t i = 0; i < n - 1; ++i) count += Unit() < mean / time;
      return count;
    }
    count += n;
    mean -= time;
  }
  double product = Unit();
  const double limit = std::exp(-mean);
  while (product > limit) {
    ++count;
    product *= Unit();
  }
  return count;
}
int64_t Dice::Count(double mean, double excess) {
  return Poisson(excess > 0 ? mean * Gamma(1 / excess) * excess : mean);
}

Series Simulate(const World& world, int weeks, uint64_t seed) {
  Dice dice(seed);
  Series series;
  double area = 0;
  for (int m = 480; m < 1080; ++m) area += ShapeAt(m) / 600;
  for (int day = 0; day < weeks * 7; ++day) {
    const double level = std::exp(world.day_spread * dice.Normal());
    for (int m = 0; m < kMinutesOfDay; ++m) {
      const bool open = day % 7 < 5 && m >= 480 && m < 1080;
      if (!open) {
        series.minutes.emplace_back();
        continue;
      }
      const double shape = world.flat ? 1 : ShapeAt(m) / area;
      series.minutes.emplace_back(
          static_cast<int32_t>(dice.Count(world.per_minute * level * shape, world.excess)));
    }
  }
  return series;
}

std::optional<Series> ReadCounts(const std::string& path, uint64_t seed) {
  std::ifstream in(path);
  if (!in) return std::nullopt;
  Dice dice(seed);
  Series series{.name = std::filesystem::path(path).stem()};
  std::vector<std::pair<int64_t, int64_t>> rows;  // minute, count
  std::string line;
  std::getline(in, line);
  int64_t gap = kMinutesOfDay;
  while (std::getline(in, line)) {
    int y, mo, d, h, mi, s;
    long long count;
    if (std::sscanf(line.c_str(), "%d-%d-%dT%d:%d:%d,%lld", &y, &mo, &d, &h, &mi, &s, &count) !=
        7) {
      continue;
    }
    rows.push_back({DaysFromCivil(y, mo, d) * kMinutesOfDay + h * 60 + mi, count});
    if (rows.size() > 1) gap = std::min(gap, rows.back().first - rows[rows.size() - 2].first);
  }
  if (rows.empty()) return std::nullopt;
  const int64_t week = 7 * kMinutesOfDay;
  const int64_t monday = 4 * kMinutesOfDay;  // 1970-01-05
  const int64_t begin = (rows.front().first - monday) / week * week + monday;
  const int64_t end = ((rows.back().first - monday) / week + 1) * week + monday;
  series.minutes.resize(static_cast<size_t>(end - begin));
  for (const auto& [minute, count] : rows) {
    const auto from = static_cast<size_t>(minute - begin);
    for (int64_t i = 0; i < gap; ++i) series.minutes[from + static_cast<size_t>(i)] = 0;
    for (int64_t i = 0; i < count; ++i) {
      ++*series.minutes[from + static_cast<size_t>(dice.Unit() * static_cast<double>(gap))];
    }
  }
  return series;
}

std::optional<std::string> RealData() {
  const char* source = std::getenv("WISSEL_SOURCE_DIR");
  const auto folder =
      std::filesystem::path(source != nullptr ? source : ".") / "../shared/data/arrivals";
  if (!std::filesystem::exists(folder)) return std::nullopt;
  return folder.string();
}

std::vector<Said> Watch(const Series& series, const WatchOptions& options) {
  std::vector<Said> all;
  metrics::SeriesWatch watch;
  Dice dice(options.seed);
  for (size_t day = options.first_day; day < series.days(); ++day) {
    const metrics::WeekProfile profile =
        options.history ? ProfileBefore(series, day) : metrics::WeekProfile();
    for (int m = 0; m < kMinutesOfDay; ++m) {
      const size_t at = day * kMinutesOfDay + static_cast<size_t>(m);
      if (!series.minutes[at]) {
        watch.Interrupt();
        continue;
      }
      int64_t count = *series.minutes[at];
      if (options.change_at && m >= *options.change_at) {
        if (options.factor >= 1)
          count += dice.Poisson(static_cast<double>(count) * (options.factor - 1));
        if (options.factor < 1) {
          int64_t kept = 0;
          for (int64_t i = 0; i < count; ++i) kept += dice.Unit() < options.factor;
          count = kept;
        }
      }
      const int quarter = static_cast<int>(day % 7) * kQuartersOfDay + m / 15;
      watch.Prepare(profile.At(quarter, (m % 15 + 0.5) / 15), profile.excess_variance());
      const bool stood = watch.alarm().has_value();
      const Instant end = Instant::FromMillis(static_cast<int64_t>(at + 1) * 60'000);
      watch.Close(count, options.threshold, end);
      if (!stood && watch.alarm()) all.push_back({day, *watch.alarm(), watch.OverAlarm(end)});
    }
  }
  return all;
}

size_t DaysJudged(const Series& series, size_t first_day) {
  size_t days = 0;
  for (size_t day = first_day; day < series.days(); ++day) {
    const auto from = series.minutes.begin() + static_cast<int64_t>(day) * kMinutesOfDay;
    days += std::any_of(from, from + kMinutesOfDay, [](const auto& m) { return m.has_value(); });
  }
  return days;
}

}  // namespace wissel::radar
