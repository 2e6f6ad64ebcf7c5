// Everything that can happen in a small center, up to a number of happenings. Deeper by hand: with
// two agents, 12 happenings are 332,582 states and take three minutes.
#include "tests/simulation/small_scope.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/simulation/canary.h"

namespace wissel::simulation {
namespace {

void Report(const char* name, const Exploration& found) {
  printf("%s: %zu states, %zu steps%s\n", name, found.states, found.steps,
         found.complete ? ", complete" : "");
  for (const std::string& by : found.path) printf("  %s\n", by.c_str());
}

TEST(SmallScopeTest, TwoAgents) {
  const Exploration found = Explore({.agents = 2, .depth = 11});
  Report("two agents", found);
  EXPECT_THAT(found.faults, testing::IsEmpty());
}

TEST(SmallScopeTest, ThreeAgents) {
  const Exploration found = Explore({.agents = 3, .depth = 8});
  Report("three agents", found);
  EXPECT_THAT(found.faults, testing::IsEmpty());
}

TEST(SmallScopeTest, TwoAgentsAndAManager) {
  const Exploration found = Explore({.agents = 2, .depth = 8, .manager = true});
  Report("two agents and a manager", found);
  EXPECT_THAT(found.faults, testing::IsEmpty());
}

TEST(SmallScopeTest, PlantedFaultsAreFound) {
  for (PlantedFault fault : {PlantedFault::kSkipsAMatch, PlantedFault::kForgetsAKeep,
                             PlantedFault::kOffersTwice, PlantedFault::kChangesARefusal}) {
    const auto subject = [fault] { return MakeCanary(fault, 1); };
    const Exploration found = Explore({.agents = 2, .depth = 7, .subject = subject});
    EXPECT_THAT(found.faults, testing::Not(testing::IsEmpty())) << NameOf(fault);
  }
}

}  // namespace
}  // namespace wissel::simulation
