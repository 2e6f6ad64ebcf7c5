#include "router/core/requirement.h"

#include <algorithm>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel {
namespace {

constexpr int kMaxSteps = 10;
constexpr int kMaxSkills = 20;
constexpr int kMaxConstraintDepth = 8;
constexpr Duration kLongestStep = Duration::Days(30);

const SkillLevel* FindSkill(const AgentFacts& facts, SkillId skill) {
  auto it = std::lower_bound(facts.skills.begin(), facts.skills.end(), skill,
                             [](const SkillLevel& s, SkillId id) { return s.skill < id; });
  return it != facts.skills.end() && it->skill == skill ? &*it : nullptr;
}

const Attribute* FindAttribute(const AgentFacts& facts, const std::string& key) {
  auto it = std::lower_bound(facts.attributes.begin(), facts.attributes.end(), key,
                             [](const Attribute& a, const std::string& k) { return a.key < k; });
  return it != facts.attributes.end() && it->key == key ? &*it : nullptr;
}

absl::Status ValidateConstraint(const Constraint& constraint, int depth) {
  if (depth > kMaxConstraintDepth) {
    return RefuseField("constraint", "the constraint is nested too deeply", "at most 8 levels");
  }
  switch (constraint.kind) {
    case Constraint::Kind::kNot:
      if (constraint.children.size() != 1) {
        return RefuseField("constraint.not", "negates nothing", "exactly one constraint");
      }
      break;
    case Constraint::Kind::kAll:
    case Constraint::Kind::kAny:
      if (constraint.children.empty()) {
        return RefuseField("constraint", "combines nothing", "at least one constraint");
      }
      break;
    case Constraint::Kind::kEquals:
    case Constraint::Kind::kIn:
      if (constraint.texts.empty()) {
        return RefuseField("constraint.test.texts", "compares with nothing", "at least one text");
      }
      [[fallthrough]];
    case Constraint::Kind::kAtLeast:
    case Constraint::Kind::kAtMost:
      if (constraint.attribute.empty()) {
        return RefuseField("constraint.test.attribute", "names no attribute", "an attribute's key");
      }
      break;
    default:
      return RefuseField("constraint", "is of no known kind", "test, all, any or not");
  }
  for (const Constraint& child : constraint.children) {
    WISSEL_RETURN_IF_ERROR(ValidateConstraint(child, depth + 1));
  }
  return absl::OkStatus();
}

absl::Status ValidateSkill(const SkillNeed& need) {
  if (need.min_level < 1 || need.min_level > 10) {
    return RefuseField("minLevel", fmt::format("{} is no level", need.min_level),
                       "a level from 1 to 10");
  }
  if (need.weight < 1 || need.weight > 100) {
    return RefuseField("weight", fmt::format("{} is no weight", need.weight),
                       "a weight from 1 to 100");
  }
  return absl::OkStatus();
}

absl::Status ValidateStep(const RequirementStep& step, bool last) {
  if (step.skills.size() > kMaxSkills) {
    return RefuseField("skills", "asks for too many skills", "at most 20");
  }
  for (size_t i = 0; i < step.skills.size(); ++i) {
    WISSEL_RETURN_IF_ERROR(
        WithFieldPrefix(ValidateSkill(step.skills[i]), fmt::format("skills[{}]", i)));
  }
  if (step.constraint) WISSEL_RETURN_IF_ERROR(ValidateConstraint(*step.constraint, 1));
  if (last && step.expires_after != Duration()) {
    return RefuseField("expiresAfter", "the last step does not expire",
                       "no expiresAfter on the last step");
  }
  if (!last && (step.expires_after < Duration::Seconds(1) || step.expires_after > kLongestStep)) {
    return RefuseField("expiresAfter", "a step that another follows has to end",
                       "between 1 s and 30 days");
  }
  return absl::OkStatus();
}

int32_t Score(const RequirementStep& step, const AgentFacts& facts) {
  int32_t score = 0;
  for (const SkillNeed& need : step.skills) {
    const SkillLevel* has = need.preferred ? FindSkill(facts, need.skill) : nullptr;
    if (has != nullptr) score += int32_t{need.weight} * has->level;
  }
  return score;
}

}  // namespace

absl::Status Validate(const Requirement& requirement) {
  if (requirement.steps.empty() || requirement.steps.size() > kMaxSteps) {
    return RefuseField("steps", fmt::format("{} steps", requirement.steps.size()), "1 to 10 steps");
  }
  for (size_t i = 0; i < requirement.steps.size(); ++i) {
    const bool last = i + 1 == requirement.steps.size();
    WISSEL_RETURN_IF_ERROR(
        WithFieldPrefix(ValidateStep(requirement.steps[i], last), fmt::format("steps[{}]", i)));
  }
  return absl::OkStatus();
}

bool Holds(const Constraint& constraint, const AgentFacts& facts) {
  const auto holds = [&](const Constraint& child) { return Holds(child, facts); };
  const auto& children = constraint.children;
  switch (constraint.kind) {
    case Constraint::Kind::kAll:
      return std::all_of(children.begin(), children.end(), holds);
    case Constraint::Kind::kAny:
      return std::any_of(children.begin(), children.end(), holds);
    case Constraint::Kind::kNot:
      return !holds(children.front());
    default:
      break;
  }
  const Attribute* attribute = FindAttribute(facts, constraint.attribute);
  if (attribute == nullptr) return false;
  const auto& texts = constraint.texts;
  switch (constraint.kind) {
    case Constraint::Kind::kEquals:
      return attribute->text && *attribute->text == texts.front();
    case Constraint::Kind::kIn:
      return attribute->text &&
             std::find(texts.begin(), texts.end(), *attribute->text) != texts.end();
    case Constraint::Kind::kAtLeast:
      return attribute->number && *attribute->number >= constraint.number;
    default:
      return attribute->number && *attribute->number <= constraint.number;
  }
}

std::optional<Mismatch> FirstMismatch(const RequirementStep& step, const AgentFacts& facts) {
  for (const SkillNeed& need : step.skills) {
    if (need.preferred) continue;
    const SkillLevel* has = FindSkill(facts, need.skill);
    if (has == nullptr) return Mismatch{Mismatch::Kind::kSkill, need.skill, 0, need.min_level};
    if (has->level < need.min_level) {
      return Mismatch{Mismatch::Kind::kSkillLevel, need.skill, has->level, need.min_level};
    }
  }
  if (step.constraint && !Holds(*step.constraint, facts)) {
    return Mismatch{Mismatch::Kind::kConstraint, SkillId(), 0, 0};
  }
  return std::nullopt;
}

std::optional<Match> FindMatch(const Requirement& requirement, int step, const AgentFacts& facts) {
  for (int ring = 0; ring <= step; ++ring) {
    const RequirementStep& s = requirement.steps[ring];
    if (!FirstMismatch(s, facts)) return Match{static_cast<uint8_t>(ring), Score(s, facts)};
  }
  return std::nullopt;
}

std::optional<Match> FindMatchWithoutSkills(const Requirement& requirement, int step,
                                            const AgentFacts& facts) {
  for (int ring = 0; ring <= step; ++ring) {
    const RequirementStep& s = requirement.steps[ring];
    if (s.constraint && !Holds(*s.constraint, facts)) continue;
    return Match{static_cast<uint8_t>(ring), Score(s, facts)};
  }
  return std::nullopt;
}

}  // namespace wissel
