// The naive router agrees with the fast one, offer by offer, on random worlds that stress matching:
// many skills, levels, constraints and steps, many agents and queues at once.
#include <string>

#include "gtest/gtest.h"
#include "tests/reference/reference_router.h"
#include "tests/simulation/simulation.h"

namespace wissel::reference {
namespace {

using simulation::Report;
using simulation::SimulationOptions;
using simulation::SimulationResult;

SimulationOptions Matching(uint64_t seed) {
  SeededDice dice(seed * 104729);
  SimulationOptions options;
  options.seed = seed;
  options.crashes = false;
  options.again = "reference_test";
  options.size.skills = static_cast<int>(dice.Between(2, 8));
  options.size.teams = static_cast<int>(dice.Between(1, 4));
  options.size.profiles = static_cast<int>(dice.Between(1, 5));
  options.size.queues = static_cast<int>(dice.Between(2, 12));
  options.habits.update = 6;
  options.habits.configure = 3;
  options.habits.lease = 1;
  options.habits.nonsense = 0;
  return options;
}

TEST(ReferenceTest, ManySmallWorlds) {
  uint64_t events = 0;
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SimulationOptions options = Matching(seed);
    options.size.agents = static_cast<int>(1 + seed % 12);
    options.hours = 2;
    const SimulationResult result = simulation::Simulate(options);
    ASSERT_TRUE(result.ok()) << Report(options, result);
    events += result.events;
  }
  EXPECT_GT(events, 50'000u);
}

TEST(ReferenceTest, AFewLargeWorlds) {
  for (uint64_t seed = 1001; seed <= 1006; ++seed) {
    SimulationOptions options = Matching(seed);
    options.size.agents = 60;
    options.habits.presence = 40;  // so that many are in
    options.habits.crowd = 200;
    options.hours = 2;
    const SimulationResult result = simulation::Simulate(options);
    ASSERT_TRUE(result.ok()) << Report(options, result);
  }
}

TEST(ReferenceTest, TheFirstStepThatIsMetIsTheRing) {
  Model model;
  const SkillId french(1);
  RequirementStep strict;
  strict.skills = {SkillNeed{french, 5, false, 1}};
  RequirementStep lenient;
  lenient.skills = {SkillNeed{french, 1, false, 1}, SkillNeed{SkillId(2), 1, true, 3}};
  const Requirement requirement{{strict, lenient}};
  AgentConfig agent;
  agent.skills = {SkillLevel{french, 3}, SkillLevel{SkillId(2), 4}};
  EXPECT_FALSE(FitOf(requirement, 0, agent, model).has_value());
  ASSERT_TRUE(FitOf(requirement, 1, agent, model).has_value());
  EXPECT_EQ(FitOf(requirement, 1, agent, model)->ring, 1);
  EXPECT_EQ(FitOf(requirement, 1, agent, model)->score, 12);
}

}  // namespace
}  // namespace wissel::reference
