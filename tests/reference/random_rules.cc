// Several changes of the configuration at once.
#include <type_traits>
#include <utility>

#include "fmt/format.h"
#include "tests/reference/random_center.h"

namespace wissel::reference {
namespace {

void Add(ApplyRules& rules, CommandBody body) {
  std::visit(
      [&](auto& command) {
        if constexpr (std::is_constructible_v<RuleChange, decltype(command)>) {
          rules.changes.push_back(std::move(command));
        }
      },
      body);
}

// The id that the next one gets, unless the last that there was has gone.
template <class Map>
typename Map::key_type NextId(const Map& map) {
  return typename Map::key_type(map.empty() ? 1 : map.rbegin()->first.value() + 1);
}

// A new queue, and a profile that ranks it: the one names what the other makes.
void AddQueue(ApplyRules& rules, Dice& dice, const Model& model) {
  CenterSize plain;
  plain.hours = false;
  const QueueId made = NextId(model.queues);
  Add(rules, RandomQueue(dice, model, plain, fmt::format("queue-r{}", dice.Below(1000))));
  const ProfileId id = PickKey(dice, model.profiles);
  RoutingProfile profile = model.profiles.at(id);
  profile.queues = RandomPreferences(dice, model);
  profile.queues.push_back({made, std::nullopt, QueueHelp{2, Duration()}});
  Add(rules, ConfigureProfile{id, std::move(profile), {}});
}

// A level up or down for everyone who has the skill: many at once.
void AddTraining(ApplyRules& rules, Dice& dice, const Model& model) {
  if (model.skills.empty()) return;
  const SkillId skill = PickKey(dice, model.skills);
  const auto level = static_cast<uint8_t>(dice.Between(1, 10));
  for (const auto& [id, agent] : model.agents) {
    AgentConfig config = agent.config;
    for (SkillLevel& has : config.skills) {
      if (has.skill == skill) has.level = level;
    }
    Add(rules, ConfigureAgent{id, std::move(config), {}});
  }
}

void AddDeletion(ApplyRules& rules, Dice& dice, const Model& model) {
  switch (dice.Below(4)) {
    case 0:
      if (model.queues.size() > 2) Add(rules, DeleteQueue{PickKey(dice, model.queues), {}});
      break;
    case 1:
      if (model.skills.size() > 1) Add(rules, DeleteSkill{PickKey(dice, model.skills), {}});
      break;
    case 2:
      if (model.profiles.size() > 1) Add(rules, DeleteProfile{PickKey(dice, model.profiles), {}});
      break;
    default:
      if (model.agents.size() > 3) Add(rules, DeleteAgent{PickKey(dice, model.agents), {}});
  }
}

}  // namespace

CommandBody RandomRules(Dice& dice, const Model& model) {
  ApplyRules rules;
  if (dice.Chance(60)) rules.if_revision = model.revision;
  if (dice.Chance(5)) rules.if_revision = model.revision + 1;
  if (dice.Chance(30)) rules.note = "tried in the simulation";
  if (dice.Chance(20)) rules.restores = dice.Below(static_cast<uint32_t>(model.revision) + 1);
  const int64_t parts = dice.Between(0, 3);
  for (int64_t i = 0; i < parts; ++i) {
    const uint32_t throw_of_100 = dice.Below(100);
    if (throw_of_100 < 15) {
      AddQueue(rules, dice, model);
    } else if (throw_of_100 < 25) {
      AddTraining(rules, dice, model);
    } else if (throw_of_100 < 40) {
      AddDeletion(rules, dice, model);
    } else {
      Add(rules, RandomReconfiguration(dice, model));
    }
  }
  return rules;
}

}  // namespace wissel::reference
