// Thousands of simulated hours with a checker after every step, and a canary for each checker: a
// planted fault that must be caught.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/simulation/canary.h"
#include "tests/simulation/simulation.h"

namespace wissel::simulation {
namespace {

constexpr double kHoursOfAWorld = 20;

// 4 x 26 worlds: more than 20,000 simulated hours.
class WorldsTest : public testing::TestWithParam<uint64_t> {};

TEST_P(WorldsTest, KeepEveryRule) {
  constexpr uint64_t kWorlds = 26;
  double hours = 0;
  uint64_t crashes = 0;
  for (uint64_t seed = GetParam() * kWorlds + 1; seed <= (GetParam() + 1) * kWorlds; ++seed) {
    const SimulationOptions options = WorldOfSeed(seed, kHoursOfAWorld);
    const SimulationResult result = Simulate(options);
    ASSERT_TRUE(result.ok()) << Report(options, result);
    hours += result.hours;
    crashes += result.crashes;
  }
  EXPECT_GT(hours, 5'000);
  EXPECT_GT(crashes, kWorlds);
}

INSTANTIATE_TEST_SUITE_P(Seeds, WorldsTest, testing::Range<uint64_t>(0, 4));

TEST(SimulationTest, TheSameSeedIsTheSameRun) {
  const SimulationOptions options = WorldOfSeed(7, 5);
  const SimulationResult one = Simulate(options);
  const SimulationResult other = Simulate(options);
  EXPECT_EQ(one.digest, other.digest);
  EXPECT_EQ(one.events, other.events);
  EXPECT_NE(one.digest, Simulate(WorldOfSeed(8, 5)).digest);
}

struct CanaryCase {
  PlantedFault fault;
  const char* caught_as;  // a pattern in what the checker says
};

void PrintTo(const CanaryCase& canary, std::ostream* out) { *out << NameOf(canary.fault); }

class CanaryTest : public testing::TestWithParam<CanaryCase> {};

TEST_P(CanaryTest, IsCaught) {
  constexpr uint64_t kMostWorlds = 30;
  for (uint64_t seed = 1; seed <= kMostWorlds; ++seed) {
    SimulationOptions options = WorldOfSeed(seed, kHoursOfAWorld);
    options.subject = MakeCanary(GetParam().fault, 3);
    const SimulationResult result = Simulate(options);
    if (result.ok()) continue;
    EXPECT_THAT(Report(options, result), testing::ContainsRegex(GetParam().caught_as));
    return;
  }
  FAIL() << NameOf(GetParam().fault) << " sang in " << kMostWorlds << " worlds and nobody heard it";
}

INSTANTIATE_TEST_SUITE_P(
    Planted, CanaryTest,
    testing::Values(CanaryCase{PlantedFault::kSkipsAMatch, "stands idle beside"},
                    CanaryCase{PlantedFault::kTakesALaterItem, "goes first for them"},
                    CanaryCase{PlantedFault::kTakesAnotherAgent, "[*] oracle"},
                    CanaryCase{PlantedFault::kPromisesLater, "wrong due"},
                    CanaryCase{PlantedFault::kForgetsAKeep, "passes over preferred agent"},
                    CanaryCase{PlantedFault::kParksNothing, "more than their capacity"},
                    CanaryCase{PlantedFault::kStaysOnAStep, "at step"},
                    CanaryCase{PlantedFault::kLosesAnItem, "never entered"},
                    CanaryCase{PlantedFault::kOffersTwice, "offered, but does not wait"},
                    CanaryCase{PlantedFault::kSetsTheClockBack, "time goes back"},
                    CanaryCase{PlantedFault::kWakesLate, "nothing wakes the engine"},
                    CanaryCase{PlantedFault::kChangesARefusal, "[*] oracle|engine and model"},
                    CanaryCase{PlantedFault::kJournalsAnotherSession,
                               "replayed, give another state|yet something changed"},
                    CanaryCase{PlantedFault::kSavesNoRefusals, "restored, is another state"},
                    CanaryCase{PlantedFault::kRecoversTooLittle, "engine and model"}),
    [](const auto& info) { return std::string(NameOf(info.param.fault)); });

}  // namespace
}  // namespace wissel::simulation
