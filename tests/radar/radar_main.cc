// wissel_radar [SEED]: how often the radar is wrong, and how soon it names what has changed, on
// simulated days and, where they are, on real ones. Run it in the project's folder.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "tests/radar/days.h"

namespace {

using wissel::metrics::Direction;
using wissel::radar::Said;
using wissel::radar::Series;
using wissel::radar::WatchOptions;
using wissel::radar::World;

// A center of 20 series, and the promise of one false alarm in 7 days over all of them.
constexpr int kSeries = 20;
constexpr int kDays = 7;
constexpr double kThreshold = 2.0 * kSeries * kDays * wissel::radar::kMinutesOfDay;
constexpr double kRates[] = {0.05, 0.2, 1, 5, 30};
constexpr double kFactors[] = {1.5, 2, 5, 20, 0};
constexpr int kTrials = 100;
constexpr int kChangeAt = 600;  // 10:00
constexpr int kLatest = 240;

int CountUp(const std::vector<Said>& said) {
  return static_cast<int>(std::count_if(
      said.begin(), said.end(), [](const Said& s) { return s.alarm.direction == Direction::kUp; }));
}

void PrintSaid(const std::string& name, const std::vector<Said>& said, size_t days) {
  const int up = CountUp(said);
  fmt::print("{:<34}{:>7} days{:>6} up{:>6} down; promised at most {:.1f} false\n", name, days, up,
             static_cast<int>(said.size()) - up,
             static_cast<double>(days) / (static_cast<double>(kSeries) * kDays));
}

void MeasureFalseAlarms(uint64_t seed, bool history) {
  for (double rate : kRates) {
    std::vector<Said> all;
    size_t days = 0;
    for (uint64_t i = 0; i < 4; ++i) {
      const Series series = Simulate(World{.per_minute = rate}, 60, seed * 1000 + i);
      const auto said =
          Watch(series, WatchOptions{.threshold = kThreshold, .history = history, .change_at = {}});
      all.insert(all.end(), said.begin(), said.end());
      days += DaysJudged(series, 56);
    }
    PrintSaid(fmt::format("simulated, {:g} a minute", rate), all, days);
  }
}

// Minutes from the change to its name; kLatest: not within four hours.
std::vector<int> Delays(double rate, double factor, bool history, uint64_t seed) {
  std::vector<int> delays;
  for (uint64_t i = 0; i < kTrials; ++i) {
    Series series = Simulate(World{.per_minute = rate}, 9, seed * 1000 + 100 + i);
    series.minutes.resize(58 * wissel::radar::kMinutesOfDay);
    int delay = kLatest;
    for (const Said& said : Watch(series, {.threshold = kThreshold,
                                          .history = history,
                                          .first_day = 57,
                                          .change_at = kChangeAt,
                                          .factor = factor,
                                          .seed = i})) {
      const auto minute =
          static_cast<int>(said.alarm.named.millis() / 60'000 % wissel::radar::kMinutesOfDay);
      const bool meant = (said.alarm.direction == Direction::kUp) == (factor > 1);
      if (meant && minute > kChangeAt) delay = std::min(delay, minute - kChangeAt);
    }
    delays.push_back(delay);
  }
  std::sort(delays.begin(), delays.end());
  return delays;
}

void MeasureDelays(uint64_t seed, bool history) {
  fmt::print("{:<14}", "a minute");
  for (double factor : kFactors)
    fmt::print("{:>18}", factor == 0 ? "none" : fmt::format("x {:g}", factor));
  fmt::print("   median / 90th of 100, in minutes\n");
  for (double rate : kRates) {
    fmt::print("{:<14g}", rate);
    for (double factor : kFactors) {
      const auto delays = Delays(rate, factor, history, seed);
      const auto text = [](int d) { return d == kLatest ? std::string("-") : std::to_string(d); };
      fmt::print("{:>18}", text(delays[kTrials / 2]) + " / " + text(delays[kTrials * 9 / 10]));
    }
    fmt::print("\n");
  }
}

void MeasureReal(uint64_t seed) {
  const auto folder = wissel::radar::RealData();
  if (!folder) {
    fmt::print("real arrivals: SKIPPED, ../shared/data/arrivals is not there\n");
    return;
  }
  for (const char* file : {"bank2003_5min.csv", "anonbank1999_6min.csv"}) {
    const auto series = wissel::radar::ReadCounts(*folder + "/" + file, seed);
    if (!series) {
      fmt::print("{}: SKIPPED, it is not there\n", file);
      continue;
    }
    for (bool history : {true, false}) {
      const auto said = Watch(
          *series, WatchOptions{.threshold = kThreshold, .history = history, .change_at = {}});
      PrintSaid(fmt::format("{}, {}", series->name, history ? "history" : "today"), said,
                DaysJudged(*series, 56));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2) {
    fmt::print(stderr, "usage: wissel_radar [SEED]\n");
    return 2;
  }
  const uint64_t seed = argc == 2 ? std::strtoull(argv[1], nullptr, 10) : 1;
  for (bool history : {true, false}) {
    fmt::print("\n== {}\n", history ? "expected from past weeks" : "expected from today alone");
    MeasureFalseAlarms(seed, history);
    MeasureDelays(seed, history);
  }
  fmt::print("\n== real arrivals, minutes drawn within their 5 and 6\n");
  MeasureReal(seed);
  return 0;
}
