#include "forecasting/service/agent_kinds.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "router/core/agent_facts.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

// What of an agent some rule looks at.
class Traits {
 public:
  explicit Traits(const Rules& rules) {
    for (const auto& [queue, requirement] : rules.requirements) {
      for (const RequirementStep& step : requirement.steps) {
        for (const SkillNeed& need : step.skills) skills_.insert(need.skill);
        if (step.constraint) Add(*step.constraint);
      }
    }
    rules.directory.queues.ForEach([&](QueueId, const QueueConfig& queue) {
      partner_ |= queue.partner_allocation.has_value();
      for (SelectionKey key : queue.selection) {
        all_skills_ |= key == SelectionKey::kFewestSkills || key == SelectionKey::kMostSkills;
        order_ |= key == SelectionKey::kFixedOrder;
        weight_ |= key == SelectionKey::kWeighted;
      }
    });
  }

  AgentConfig Of(const AgentConfig& agent) const {
    AgentConfig seen = agent;
    seen.name.clear();
    if (!all_skills_) {
      std::erase_if(seen.skills, [&](const SkillLevel& s) { return !skills_.contains(s.skill); });
    }
    std::erase_if(seen.attributes, [&](const Attribute& a) { return !tests_.contains(a.key); });
    if (!tests_.contains("team")) seen.team.reset();
    if (!tests_.contains("partner") && !partner_) seen.partner.reset();
    if (!order_) seen.order = 0;
    if (!weight_) seen.weight = kUsualWeight;
    return seen;
  }

 private:
  void Add(const Constraint& constraint) {
    if (!constraint.attribute.empty()) tests_.insert(constraint.attribute);
    for (const Constraint& child : constraint.children) Add(child);
  }

  std::set<SkillId> skills_;
  std::set<std::string> tests_;
  bool all_skills_ = false, partner_ = false, order_ = false, weight_ = false;
};

bool HelpsSomewhere(const Rules& rules, const AgentConfig& agent) {
  const RoutingProfile& profile = rules.directory.profiles.Get(agent.profile);
  const AgentFacts facts = FactsOf(rules.directory, agent);
  return std::any_of(rules.requirements.begin(), rules.requirements.end(), [&](const auto& entry) {
    const auto& [id, requirement] = entry;
    const QueueConfig* const queue = rules.directory.queues.Find(id);
    if (queue == nullptr || profile.Find(queue->channel) == nullptr) return false;
    return FindMatch(requirement, static_cast<int>(requirement.steps.size()) - 1, facts)
        .has_value();
  });
}

}  // namespace

std::vector<AgentKind> KindsOf(const Rules& rules) {
  std::map<std::string, std::vector<std::string>> serves;
  for (const auto& [queue, agents] : WhoCanServe(rules.directory, rules.requirements)) {
    for (const std::string& agent : agents) serves[agent].push_back(queue);
  }
  std::map<std::string, AgentId> by_name;
  rules.directory.agents.ForEach(
      [&](AgentId id, const AgentConfig&) { by_name[NameIn(rules.directory, id)] = id; });
  const Traits traits(rules);
  std::vector<AgentKind> kinds;
  for (const auto& [name, id] : by_name) {
    const AgentConfig& agent = rules.directory.agents.Get(id);
    AgentConfig seen = traits.Of(agent);
    const auto known = std::find_if(kinds.begin(), kinds.end(),
                                    [&](const AgentKind& kind) { return kind.agent == seen; });
    if (known != kinds.end()) {
      known->agents.push_back(name);
    } else if (HelpsSomewhere(rules, agent)) {
      kinds.push_back({std::move(seen), {name}, serves[name]});
    }
  }
  return kinds;
}

std::optional<size_t> KindOf(const std::vector<AgentKind>& kinds, std::string_view agent) {
  for (size_t i = 0; i < kinds.size(); ++i) {
    if (std::binary_search(kinds[i].agents.begin(), kinds[i].agents.end(), agent)) return i;
  }
  return std::nullopt;
}

}  // namespace wissel::forecasting
