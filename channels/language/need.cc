#include "channels/language/need.h"

#include <algorithm>
#include <string>

namespace wissel {
namespace {

std::string SkillFor(std::string_view language) {
  std::string skill = "language-";
  for (char c : language.substr(0, language.find('-'))) {
    skill += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return skill;
}

// Where an item for this queue enters now.
QueueId EntranceOf(const Engine& engine, QueueId id) {
  const QueueConfig& queue = engine.directory().queues.Get(id);
  const bool redirects = !engine.IsOpen(id) && queue.closed_action == ClosedActionKind::kRedirect;
  return redirects && queue.closed_queue ? *queue.closed_queue : id;
}

}  // namespace

std::optional<Requirement> NeedWithLanguage(const Engine& engine, QueueId queue,
                                            std::string_view language) {
  const Directory& directory = engine.directory();
  if (language.empty() || directory.queues.Find(queue) == nullptr) return std::nullopt;
  const std::optional<SkillId> skill = directory.skills.FindId(SkillFor(language));
  if (!skill) return std::nullopt;
  const QueueConfig& entrance = directory.queues.Get(EntranceOf(engine, queue));
  const Requirement* base = engine.FindRequirement(entrance.requirement);
  Requirement need = base == nullptr ? Requirement() : *base;
  if (need.steps.empty()) need.steps.emplace_back();
  for (RequirementStep& step : need.steps) {
    const bool named = std::any_of(step.skills.begin(), step.skills.end(),
                                   [&](const SkillNeed& n) { return n.skill == *skill; });
    if (named) return std::nullopt;
    step.skills.push_back(SkillNeed{.skill = *skill});
  }
  return need;
}

}  // namespace wissel
