// What an item needs of the agent who gets it, as steps that relax over time.
//
// Step 0 holds from the entry on. At step k an agent qualifies by any of the steps 0..k, and the
// first of them is the agent's ring: the pool only grows, and inner rings go first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "agents/core/agent.h"
#include "base/time.h"
#include "router/core/ids.h"

namespace wissel {

struct SkillNeed {
  SkillId skill;
  uint8_t min_level = 1;
  bool preferred = false;  // excludes nobody, adds weight x level to the match score
  uint8_t weight = 1;

  bool operator==(const SkillNeed&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "skill", self.skill);
    f(2, "min_level", self.min_level);
    f(3, "preferred", self.preferred);
    f(4, "weight", self.weight);
  }
};

// A condition on agent attributes, as a tree: `all`, `any` and `not` over tests. Texts of the
// attributes "team" and "partner" are resource names ("teams/brussels").
struct Constraint {
  enum class Kind : uint8_t {
    kAll = 1,
    kAny = 2,
    kNot = 3,
    kEquals = 4,
    kIn = 5,
    kAtLeast = 6,
    kAtMost = 7
  };
  Kind kind = Kind::kAll;
  std::vector<Constraint> children;  // of kAll, kAny; one of kNot
  std::string attribute;             // of the tests
  std::vector<std::string> texts;    // one of kEquals
  int64_t number = 0;                // of kAtLeast, kAtMost

  bool operator==(const Constraint&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "kind", self.kind);
    f(2, "children", self.children);
    f(3, "attribute", self.attribute);
    f(4, "texts", self.texts);
    f(5, "number", self.number);
  }
};

struct RequirementStep {
  std::vector<SkillNeed> skills;
  std::optional<Constraint> constraint;
  Duration expires_after;  // not of the last step
  bool skip_if_none = false;

  bool operator==(const RequirementStep&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "skills", self.skills);
    f(2, "constraint", self.constraint);
    f(3, "expires_after", self.expires_after);
    f(4, "skip_if_none", self.skip_if_none);
  }
};

struct Requirement {
  std::vector<RequirementStep> steps;  // at least one

  bool operator==(const Requirement&) const = default;
  static void Fields(auto&& self, auto&& f) { f(1, "steps", self.steps); }
};

// The facts of an agent that requirements look at.
struct AgentFacts {
  std::vector<SkillLevel> skills;     // by skill id
  std::vector<Attribute> attributes;  // by key; "team" and "partner" included

  bool operator==(const AgentFacts&) const = default;
  static void Fields(auto&& self, auto&& f) {
    f(1, "skills", self.skills);
    f(2, "attributes", self.attributes);
  }
};

// Shape and ranges; fields as in the API ("steps[1].skills[0].minLevel"). Skills are checked to
// exist by the engine, which knows them.
absl::Status Validate(const Requirement& requirement);

bool Holds(const Constraint& constraint, const AgentFacts& facts);

// What of a step an agent does not meet, first failing check first: lacks a skill, has it at too
// low a level, fails the constraint.
struct Mismatch {
  enum class Kind : uint8_t { kSkill, kSkillLevel, kConstraint };
  Kind kind = Kind::kSkill;
  SkillId skill;
  uint8_t level = 0;      // the agent's, of kSkillLevel
  uint8_t min_level = 0;  // the step's
};
std::optional<Mismatch> FirstMismatch(const RequirementStep& step, const AgentFacts& facts);

struct Match {
  uint8_t ring = 0;
  int32_t score = 0;  // sum of weight x level over the preferred skills of that ring's step
};
// By which of the steps 0..step the facts qualify; empty if by none.
std::optional<Match> FindMatch(const Requirement& requirement, int step, const AgentFacts& facts);
// The same by the constraints alone.
std::optional<Match> FindMatchWithoutSkills(const Requirement& requirement, int step,
                                            const AgentFacts& facts);

}  // namespace wissel
