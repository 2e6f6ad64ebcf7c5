// wissel_waits [SEED] [--days N]: the methods of estimating a wait measured against each other, on
// the same simulated days.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "fmt/format.h"
#include "tests/waits/day.h"
#include "tests/waits/methods.h"

namespace {

int Usage() {
  fmt::print(stderr, "usage: wissel_waits [SEED] [--days N]\n");
  return 2;
}

void Measure(uint64_t seed, int days) {
  wissel::waits::Day day(seed);
  std::vector<std::unique_ptr<wissel::waits::Record>> records;
  std::vector<wissel::waits::Watcher*> watchers;
  for (const bool corrected : {false, true}) {
    for (const wissel::waits::Method method : wissel::waits::kMethods) {
      records.push_back(std::make_unique<wissel::waits::Record>(day, method, corrected));
      watchers.push_back(records.back().get());
    }
  }
  for (int i = 0; i < days; ++i) day.Run(watchers);
  fmt::print("seed {}, {} days, {} items, longest wait {:.0f} s\n", seed, days, day.items(),
             day.longest_wait().seconds());
  fmt::print("{:<24}{:<11}{:>8}{:>9}{:>9}{:>9}{:>12}{:>12}{:>12}\n", "method", "", "told", "<= P80",
             "in surge", "<= P50", "P50 error s", "P80 s", "suppressed");
  for (const auto& record : records) {
    fmt::print("{:<24}{:<11}{:>8}{:>9.3f}{:>9.3f}{:>9.3f}{:>12.1f}{:>12.1f}{:>12.3f}\n",
               NameOf(record->method()), record->corrected() ? "corrected" : "", record->given(),
               record->ShareKept80(), record->ShareKept80InSurge(), record->ShareKept50(),
               record->MedianError(), record->MedianP80(), record->ShareSuppressed());
  }
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t seed = 1;
  int days = 5;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--days") == 0 && i + 1 < argc) {
      days = std::atoi(argv[++i]);
    } else if (argv[i][0] != '-') {
      seed = std::strtoull(argv[i], nullptr, 10);
    } else {
      return Usage();
    }
  }
  if (days < 1) return Usage();
  Measure(seed, days);
  return 0;
}
