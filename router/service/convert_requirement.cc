#include "router/service/convert_requirement.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel {
namespace {

constexpr int kMaxSteps = 10;
constexpr int kMaxSkills = 20;
constexpr int kMaxDepth = 8;
// Of one constraint, all levels counted.
constexpr int kMaxConditions = 100;
constexpr int kMaxTexts = 100;
constexpr size_t kLongestText = 100;

absl::StatusOr<SkillNeed> ReadSkill(const v1::SkillRequirement& skill, const Directory& directory) {
  SkillNeed need;
  WISSEL_ASSIGN_OR_RETURN(need.skill, FindByName<SkillId>(directory, skill.skill(), "skill"));
  need.preferred = skill.preferred();
  if (skill.has_min_level()) {
    if (skill.min_level() < 1 || skill.min_level() > 10) {
      return RefuseField("minLevel", fmt::format("{} is no level", skill.min_level()),
                         "a level from 1 to 10");
    }
    need.min_level = static_cast<uint8_t>(skill.min_level());
  }
  if (skill.has_weight()) {
    if (!skill.preferred()) {
      return RefuseField("weight", "only a preferred skill has a weight",
                         "no weight, or preferred: true");
    }
    WISSEL_ASSIGN_OR_RETURN(const int32_t weight, ReadNumber(skill.weight(), 1, 100, "weight"));
    need.weight = static_cast<uint8_t>(weight);
  }
  return need;
}

class ConstraintReader {
 public:
  absl::StatusOr<Constraint> Read(const v1::Constraint& from, int depth) {
    if (depth > kMaxDepth) {
      return RefuseField("", "the constraint is nested too deeply",
                         fmt::format("at most {} levels", kMaxDepth));
    }
    if (++conditions_ > kMaxConditions) {
      return RefuseField("", "the constraint has too many conditions",
                         fmt::format("at most {} in all", kMaxConditions));
    }
    switch (from.kind_case()) {
      case v1::Constraint::kTest:
        return Prefixed(ReadTest(from.test()), "test");
      case v1::Constraint::kAll:
        return Prefixed(ReadList(Constraint::Kind::kAll, from.all(), depth), "all");
      case v1::Constraint::kAny:
        return Prefixed(ReadList(Constraint::Kind::kAny, from.any(), depth), "any");
      case v1::Constraint::kNot:
        return Prefixed(ReadNot(from.not_(), depth), "not");
      case v1::Constraint::KIND_NOT_SET:
        break;
    }
    return RefuseField("", "the constraint says nothing", "one of test, all, any, not");
  }

 private:
  static absl::StatusOr<Constraint> Prefixed(absl::StatusOr<Constraint> constraint,
                                             std::string_view prefix) {
    if (constraint.ok()) return constraint;
    return WithFieldPrefix(constraint.status(), prefix);
  }

  absl::StatusOr<Constraint> ReadList(Constraint::Kind kind, const v1::ConstraintList& list,
                                      int depth) {
    if (list.constraints().empty()) {
      return RefuseField("constraints", "combines nothing", "at least one constraint");
    }
    Constraint constraint;
    constraint.kind = kind;
    for (int i = 0; i < list.constraints_size(); ++i) {
      absl::StatusOr<Constraint> child = Read(list.constraints(i), depth + 1);
      if (!child.ok()) {
        return WithFieldPrefix(child.status(), fmt::format("constraints[{}]", i));
      }
      constraint.children.push_back(*std::move(child));
    }
    return constraint;
  }

  absl::StatusOr<Constraint> ReadNot(const v1::Constraint& from, int depth) {
    WISSEL_ASSIGN_OR_RETURN(Constraint child, Read(from, depth + 1));
    Constraint constraint;
    constraint.kind = Constraint::Kind::kNot;
    constraint.children.push_back(std::move(child));
    return constraint;
  }

  static absl::StatusOr<Constraint> ReadTest(const v1::ConstraintTest& test) {
    WISSEL_RETURN_IF_ERROR(CheckAttributeKey(test.attribute(), "attribute"));
    Constraint constraint;
    constraint.attribute = test.attribute();
    switch (test.operator_()) {
      case v1::ConstraintTest::EQUALS:
        constraint.kind = Constraint::Kind::kEquals;
        if (test.texts_size() != 1) {
          return RefuseField("texts", fmt::format("{} texts to be equal to", test.texts_size()),
                             "exactly one text with EQUALS");
        }
        return WithTexts(std::move(constraint), test);
      case v1::ConstraintTest::IN:
        constraint.kind = Constraint::Kind::kIn;
        if (test.texts().empty()) {
          return RefuseField("texts", "no text to be one of", "at least one text with IN");
        }
        return WithTexts(std::move(constraint), test);
      case v1::ConstraintTest::AT_LEAST:
        constraint.kind = Constraint::Kind::kAtLeast;
        return WithNumber(std::move(constraint), test);
      case v1::ConstraintTest::AT_MOST:
        constraint.kind = Constraint::Kind::kAtMost;
        return WithNumber(std::move(constraint), test);
      default:
        return RefuseField("operator", "this is no operator", "EQUALS, IN, AT_LEAST or AT_MOST");
    }
  }

  static absl::StatusOr<Constraint> WithTexts(Constraint constraint,
                                              const v1::ConstraintTest& test) {
    if (test.number() != 0) {
      return RefuseField("number", "EQUALS and IN compare texts", "no number");
    }
    WISSEL_RETURN_IF_ERROR(CheckCount(test.texts_size(), kMaxTexts, "texts"));
    for (int i = 0; i < test.texts_size(); ++i) {
      WISSEL_RETURN_IF_ERROR(CheckText(test.texts(i), kLongestText, fmt::format("texts[{}]", i)));
      constraint.texts.push_back(test.texts(i));
    }
    return constraint;
  }

  static absl::StatusOr<Constraint> WithNumber(Constraint constraint,
                                               const v1::ConstraintTest& test) {
    if (!test.texts().empty()) {
      return RefuseField("texts", "AT_LEAST and AT_MOST compare numbers", "no texts");
    }
    constraint.number = test.number();
    return constraint;
  }

  int conditions_ = 0;
};

absl::Status ReadSkills(const v1::RequirementStep& from, const Directory& directory,
                        RequirementStep& step) {
  WISSEL_RETURN_IF_ERROR(CheckCount(from.skills_size(), kMaxSkills, "skills"));
  for (int i = 0; i < from.skills_size(); ++i) {
    absl::StatusOr<SkillNeed> need = ReadSkill(from.skills(i), directory);
    if (!need.ok()) return WithFieldPrefix(need.status(), fmt::format("skills[{}]", i));
    // Once as a condition and once as a preference is sensible; twice the same is a mistake.
    const bool twice = std::any_of(step.skills.begin(), step.skills.end(), [&](const SkillNeed& n) {
      return n.skill == need->skill && n.preferred == need->preferred;
    });
    if (twice) {
      return RefuseField(fmt::format("skills[{}].skill", i),
                         fmt::format("{} is asked for twice", from.skills(i).skill()),
                         "each skill once");
    }
    step.skills.push_back(*need);
  }
  return absl::OkStatus();
}

absl::Status ReadExpiry(const v1::RequirementStep& from, bool last, RequirementStep& step) {
  if (last && from.has_expires_after()) {
    return RefuseField("expiresAfter", "the last step does not expire",
                       "no expiresAfter on the last step");
  }
  if (last) return absl::OkStatus();
  if (!from.has_expires_after()) {
    return RefuseField("expiresAfter", "a step that another follows has to end",
                       RangeInWords(Duration::Seconds(1), kLongest));
  }
  WISSEL_ASSIGN_OR_RETURN(
      step.expires_after,
      ReadDuration(from.expires_after(), Duration::Seconds(1), kLongest, "expiresAfter"));
  return absl::OkStatus();
}

absl::StatusOr<RequirementStep> ReadStep(const v1::RequirementStep& from, bool last,
                                         const Directory& directory) {
  RequirementStep step;
  WISSEL_RETURN_IF_ERROR(ReadSkills(from, directory, step));
  if (from.has_constraint()) {
    absl::StatusOr<Constraint> constraint = ConstraintReader().Read(from.constraint(), 1);
    if (!constraint.ok()) return WithFieldPrefix(constraint.status(), "constraint");
    step.constraint = *std::move(constraint);
  }
  WISSEL_RETURN_IF_ERROR(ReadExpiry(from, last, step));
  step.skip_if_none = from.skip_if_none();
  return step;
}

void WriteConstraint(const Constraint& constraint, v1::Constraint* out) {
  const auto write_test = [&](v1::ConstraintTest::Operator op) {
    v1::ConstraintTest* test = out->mutable_test();
    test->set_attribute(constraint.attribute);
    test->set_operator_(op);
    for (const std::string& text : constraint.texts) test->add_texts(text);
    test->set_number(constraint.number);
  };
  switch (constraint.kind) {
    case Constraint::Kind::kAll:
      for (const Constraint& c : constraint.children) {
        WriteConstraint(c, out->mutable_all()->add_constraints());
      }
      return;
    case Constraint::Kind::kAny:
      for (const Constraint& c : constraint.children) {
        WriteConstraint(c, out->mutable_any()->add_constraints());
      }
      return;
    case Constraint::Kind::kNot:
      return WriteConstraint(constraint.children.front(), out->mutable_not_());
    case Constraint::Kind::kEquals:
      return write_test(v1::ConstraintTest::EQUALS);
    case Constraint::Kind::kIn:
      return write_test(v1::ConstraintTest::IN);
    case Constraint::Kind::kAtLeast:
      return write_test(v1::ConstraintTest::AT_LEAST);
    case Constraint::Kind::kAtMost:
      return write_test(v1::ConstraintTest::AT_MOST);
  }
}

void WriteSkill(const SkillNeed& need, const Directory& directory, v1::SkillRequirement* out) {
  out->set_skill(NameIn(directory, need.skill));
  if (!need.preferred || need.min_level != 1) out->set_min_level(need.min_level);
  out->set_preferred(need.preferred);
  if (need.preferred) out->set_weight(need.weight);
}

}  // namespace

absl::StatusOr<Requirement> ReadRequirement(const v1::Requirement& from,
                                            const Directory& directory) {
  if (from.steps().empty()) return RefuseField("steps", "there is no step", "1 to 10 steps");
  if (from.steps_size() > kMaxSteps) {
    return RefuseField("steps", fmt::format("{} steps are too many", from.steps_size()),
                       "1 to 10 steps");
  }
  Requirement requirement;
  for (int i = 0; i < from.steps_size(); ++i) {
    absl::StatusOr<RequirementStep> step =
        ReadStep(from.steps(i), i + 1 == from.steps_size(), directory);
    if (!step.ok()) return WithFieldPrefix(step.status(), fmt::format("steps[{}]", i));
    requirement.steps.push_back(*std::move(step));
  }
  return requirement;
}

void WriteRequirement(const Requirement& requirement, const Directory& directory,
                      v1::Requirement* out) {
  for (size_t i = 0; i < requirement.steps.size(); ++i) {
    const RequirementStep& step = requirement.steps[i];
    v1::RequirementStep* to = out->add_steps();
    for (const SkillNeed& need : step.skills) WriteSkill(need, directory, to->add_skills());
    if (step.constraint) WriteConstraint(*step.constraint, to->mutable_constraint());
    if (i + 1 < requirement.steps.size()) {
      WriteDuration(step.expires_after, to->mutable_expires_after());
    }
    to->set_skip_if_none(step.skip_if_none);
  }
}

Requirement AnyAgent() { return Requirement{{RequirementStep()}}; }

}  // namespace wissel
