#include "forecasting/scheduling/neighbourhood.h"

#include <utility>

namespace wissel::scheduling {

NeighbourhoodAnswer RemakeTogether(Team& team, const Roster& roster, double cost,
                                   const std::vector<int>& people,
                                   const std::vector<const PersonalSchedule*>& promising,
                                   const NeighbourhoodLimits& limits) {
  constexpr double kTiny = 1e-6;
  RosterMaster master(team, people, &roster);
  for (const int person : people) {
    master.Add({person, roster.duties[person], team.OwnCost(person, roster.duties[person])});
  }
  for (const PersonalSchedule* schedule : promising) master.Add(*schedule);
  RosterMaster::GenerationLimits generation;
  generation.rounds = limits.rounds;
  generation.stop = limits.stop;
  const double worth = team.has_whole_costs() ? cost - 1 + kTiny : cost - kTiny;
  // A bound that reaches what is sought ends it.
  NeighbourhoodAnswer answer;
  if (!master.Generate(generation) || master.bound() > worth) return answer;
  const auto replaced = [&](const std::vector<PersonalSchedule>& schedules) {
    Roster better = roster;
    for (const PersonalSchedule& schedule : schedules) {
      better.duties[schedule.person] = schedule.duties;
    }
    return better;
  };
  // A dive makes schedules on its way that fit together; the choice has them, too.
  constexpr int kRoundsBetween = 3;
  const auto dived = master.Dive(generation, kRoundsBetween);
  if (dived && master.CostOf(*dived) <= worth) {
    answer.better = replaced(*dived);
    return answer;
  }
  MipLimits choice;
  choice.nodes = limits.nodes;
  choice.seconds = limits.seconds;
  choice.cutoff = worth + 2 * kTiny;
  const RosterMaster::Choice chosen = master.Choose(choice);
  answer.exhausted = chosen.proven;
  if (!chosen.schedules.empty()) answer.better = replaced(chosen.schedules);
  return answer;
}

}  // namespace wissel::scheduling
