#include "router/core/rule_book.h"

#include <algorithm>
#include <utility>

#include "router/core/action_of.h"
#include "router/core/describe.h"

namespace wissel {
namespace {

template <class Event>
constexpr bool kChangesRules = false;
template <>
constexpr bool kChangesRules<CenterConfigured> = true;
template <class Id, class Config>
constexpr bool kChangesRules<Configured<Id, Config>> = true;
template <class Id>
constexpr bool kChangesRules<Deleted<Id>> = true;

bool ChangesTheRules(const EventBody& body) {
  return std::visit([](const auto& e) { return kChangesRules<std::decay_t<decltype(e)>>; }, body);
}

// The directory's tables by the kind of id, with the names of their collections.
template <class Visit>
void ForEachTable(auto& directory, Visit visit) {
  visit("skills", directory.skills);
  visit("teams", directory.teams);
  visit("partners", directory.partners);
  visit("queues", directory.queues);
  visit("routingProfiles", directory.profiles);
  visit("agents", directory.agents);
}

template <class Id>
auto& TableOf(auto& directory) {
  if constexpr (std::is_same_v<Id, SkillId>) return directory.skills;
  if constexpr (std::is_same_v<Id, TeamId>) return directory.teams;
  if constexpr (std::is_same_v<Id, PartnerId>) return directory.partners;
  if constexpr (std::is_same_v<Id, ProfileId>) return directory.profiles;
  if constexpr (std::is_same_v<Id, QueueId>) return directory.queues;
  if constexpr (std::is_same_v<Id, AgentId>) return directory.agents;
}

}  // namespace

Rules RulesOf(const Engine& engine) {
  Rules rules{engine.directory(), {}};
  engine.directory().queues.ForEach([&](QueueId id, const QueueConfig& queue) {
    rules.requirements[id] = *engine.FindRequirement(queue.requirement);
    QueueConfig without = queue;
    without.requirement = RequirementId();
    rules.directory.queues.Put(id, std::move(without));
  });
  return rules;
}

Engine EngineWith(const Rules& rules) {
  SavedState saved;
  saved.directory = rules.directory;
  for (const auto& [id, requirement] : rules.requirements) {
    const auto is_same = [&wanted = requirement](const auto& r) { return r.requirement == wanted; };
    auto known = std::find_if(saved.requirements.begin(), saved.requirements.end(), is_same);
    if (known == saved.requirements.end()) {
      saved.requirements.push_back({RequirementId(saved.next_requirement++), requirement});
      known = std::prev(saved.requirements.end());
    }
    QueueConfig queue = saved.directory.queues.Get(id);
    queue.requirement = known->id;
    saved.directory.queues.Put(id, std::move(queue));
    saved.queues.push_back({id, true, {}, 0, false});
  }
  rules.directory.agents.ForEach([&](AgentId id, const AgentConfig&) {
    AgentState& agent = saved.agents.emplace_back();
    agent.id = id;
  });
  return Engine::Restore(std::move(saved));
}

// --- A journal's versions

namespace {

std::string SubjectOf(const EventBody& body, const Directory& before) {
  return std::visit(
      Overloaded{[](const CenterConfigured&) -> std::string { return "center"; },
                 [&]<class Id, class Config>(const Configured<Id, Config>& e) -> std::string {
                   std::string subject;
                   ForEachTable(before, [&](const char* collection, const auto& table) {
                     if constexpr (std::is_same_v<std::decay_t<decltype(table)>,
                                                  ResourceTable<Id, Config>>) {
                       subject = std::string(collection) + "/" + e.config.name;
                     }
                   });
                   return subject;
                 },
                 [&]<class Id>(const Deleted<Id>& e) -> std::string {
                   std::string subject;
                   const auto* config = TableOf<Id>(before).Find(e.id);
                   ForEachTable(before, [&](const char* collection, const auto& table) {
                     if (config == nullptr) return;
                     if (static_cast<const void*>(&table) ==
                         static_cast<const void*>(&TableOf<Id>(before))) {
                       subject = std::string(collection) + "/" + config->name;
                     }
                   });
                   return subject;
                 },
                 [](const auto&) -> std::string { return ""; }},
      body);
}

}  // namespace

void RuleBook::Fold(std::span<const Event> events) {
  for (const Event& event : events) {
    if (const auto* defined = std::get_if<RequirementDefined>(&event.body)) {
      defined_[defined->id] = defined->requirement;
    } else if (const auto* forgotten = std::get_if<RequirementForgotten>(&event.body)) {
      defined_.erase(forgotten->id);
    } else if (const auto* applied = std::get_if<RulesApplied>(&event.body)) {
      applying_ = *applied;
    } else if (const auto* action = std::get_if<ActionTaken>(&event.body)) {
      Tell(*action);
    } else if (ChangesTheRules(event.body)) {
      Change(event);
    } else if (std::holds_alternative<SurgeBegun>(event.body) ||
               std::holds_alternative<SurgeEnded>(event.body)) {
      told_of_.clear();  // what a person is told to have done next is this
    }
  }
  told_of_.clear();
}

void RuleBook::Change(const Event& event) {
  Step step{event.body, {}};
  if (const auto* queue = std::get_if<QueueConfigured>(&event.body)) {
    step.requirement = defined_[queue->config.requirement];
  }
  told_of_ = SubjectOf(event.body, names_);
  Rules names{std::move(names_), {}};
  Put(step, names);
  names_ = std::move(names.directory);
  steps_.push_back(std::move(step));
  if (applying_ && names_.revision < applying_->version) return;
  RuleVersion& version = versions_.emplace_back();
  version.number = names_.revision;
  version.at = event.at;
  version.sentence = Describe(event, names_);
  if (!applying_) return;
  version.note = applying_->note;
  version.restores = applying_->restores;
  version.changes = applying_->changes;
  version.sentence = Describe({event.at, *applying_}, names_);
  told_of_ = "ruleVersions/" + std::to_string(version.restores.value_or(version.number));
  applying_.reset();
}

void RuleBook::Tell(const ActionTaken& action) {
  if (told_of_.empty() || action.subjects.empty() || action.subjects.front() != told_of_) return;
  versions_.back().by = action.by;
  versions_.back().sentence = DescribeAction(action);
  told_of_.clear();
}

void RuleBook::Put(const Step& step, Rules& rules) {
  Directory& directory = rules.directory;
  std::visit(Overloaded{[&](const CenterConfigured& e) { directory.center = e.config; },
                        [&](const QueueConfigured& e) {
                          QueueConfig queue = e.config;
                          queue.requirement = RequirementId();
                          directory.queues.Put(e.id, std::move(queue));
                          rules.requirements[e.id] = step.requirement;
                        },
                        [&]<class Id, class Config>(const Configured<Id, Config>& e) {
                          TableOf<Id>(directory).Put(e.id, e.config);
                        },
                        [&]<class Id>(const Deleted<Id>& e) {
                          TableOf<Id>(directory).Remove(e.id);
                          if constexpr (std::is_same_v<Id, QueueId>) rules.requirements.erase(e.id);
                        },
                        [](const auto&) {}},
             step.body);
  ++directory.revision;
}

const RuleVersion* RuleBook::Find(uint64_t number) const {
  auto version = std::lower_bound(
      versions_.begin(), versions_.end(), number,
      [](const RuleVersion& version, uint64_t wanted) { return version.number < wanted; });
  return version == versions_.end() || version->number != number ? nullptr : &*version;
}

std::optional<Rules> RuleBook::At(uint64_t number) const {
  if (Find(number) == nullptr) return std::nullopt;
  Rules rules;
  for (uint64_t revision = 0; revision < number; ++revision) Put(steps_[revision], rules);
  return rules;
}

}  // namespace wissel
