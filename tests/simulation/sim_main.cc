// wissel_sim SEED [--hours H] [--seeds N] [--shrink]: one simulated world again, or N from SEED on.
#include <unistd.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "fmt/format.h"
#include "tests/simulation/shrink.h"
#include "tests/simulation/simulation.h"

namespace {

char g_seed_line[64];

// An INVARIANT of the engine stops the process: say with which seed.
void OnAbort(int) { [[maybe_unused]] ssize_t ignored = write(2, g_seed_line, strlen(g_seed_line)); }

int Usage() {
  fmt::print(stderr, "usage: wissel_sim SEED [--hours H] [--seeds N] [--shrink]\n");
  return 2;
}

bool RunSeed(uint64_t seed, double hours, bool shrink) {
  std::snprintf(g_seed_line, sizeof g_seed_line, "aborted with seed %llu\n",
                static_cast<unsigned long long>(seed));
  const auto options = wissel::simulation::WorldOfSeed(seed, hours);
  const auto result = wissel::simulation::Simulate(options);
  if (result.ok()) {
    fmt::print(
        "seed {}: {:.1f} h, {} items, {} commands, {} events, {} crashes, {} restarts, {:016x}\n",
        seed, result.hours, result.items, result.commands, result.events, result.crashes,
        result.restarts, result.digest);
    return true;
  }
  fmt::print("{}", Report(options, result));
  if (!shrink) return false;
  const auto shrunk = wissel::simulation::Shrink(options, result);
  if (!shrunk.fails) {
    fmt::print("the same acts did not fail again\n");
    return false;
  }
  fmt::print("shrunk to {} acts:\n", shrunk.acts);
  for (const std::string& sentence : shrunk.events) fmt::print("  {}\n", sentence);
  for (const std::string& fault : shrunk.faults) fmt::print("* {}\n", fault);
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return Usage();
  char* end = nullptr;
  const uint64_t seed = std::strtoull(argv[1], &end, 10);
  if (end == argv[1] || *end != '\0') return Usage();
  double hours = 20;
  uint64_t seeds = 1;
  bool shrink = false;
  for (int i = 2; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (flag == "--shrink") {
      shrink = true;
    } else if (flag == "--hours" && i + 1 < argc) {
      hours = std::strtod(argv[++i], nullptr);
    } else if (flag == "--seeds" && i + 1 < argc) {
      seeds = std::strtoull(argv[++i], nullptr, 10);
    } else {
      return Usage();
    }
  }
  if (hours <= 0 || seeds == 0) return Usage();
  std::signal(SIGABRT, OnAbort);
  for (uint64_t i = 0; i < seeds; ++i) {
    if (!RunSeed(seed + i, hours, shrink)) return 1;
  }
  return 0;
}
