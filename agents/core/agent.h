// Who can do what: skills, attributes, team, partner. Facts of configuration, without a person's
// name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agents/core/ids.h"

namespace wissel {

// Proficiency runs from 1 to 10.
struct SkillLevel {
  SkillId skill;
  uint8_t level = 1;

  bool operator==(const SkillLevel&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "skill", self.skill);
    f(2, "level", self.level);
  }
};

// A fact used in hard constraints: a text or a number.
struct Attribute {
  std::string key;
  std::optional<std::string> text;
  std::optional<int64_t> number;

  bool operator==(const Attribute&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "key", self.key);
    f(2, "text", self.text);
    f(3, "number", self.number);
  }
};

inline constexpr int32_t kUsualWeight = 10;
struct AgentConfig {
  std::string name;                   // last part of the resource name
  std::vector<SkillLevel> skills;     // by skill id, each once
  std::vector<Attribute> attributes;  // by key, each once
  std::optional<TeamId> team;
  std::optional<PartnerId> partner;
  ProfileId profile;
  int32_t order = 0;              // for the selection key "fixed order"
  int32_t weight = kUsualWeight;  // 1 to 100, for the selection key "weighted"

  bool operator==(const AgentConfig&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "name", self.name);
    f(2, "skills", self.skills);
    f(3, "attributes", self.attributes);
    f(4, "team", self.team);
    f(5, "partner", self.partner);
    f(6, "profile", self.profile);
    f(7, "order", self.order);
    f(8, "weight", self.weight);
  }
};

// A skill, a team, a partner: a name and what to show for it.
struct NamedConfig {
  std::string name;
  std::string display_name;

  bool operator==(const NamedConfig&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "name", self.name);
    f(2, "display_name", self.display_name);
  }
};

}  // namespace wissel
