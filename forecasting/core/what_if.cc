#include "forecasting/core/what_if.h"

#include <algorithm>

#include "fmt/format.h"

namespace wissel::forecasting {
namespace {

template <class IdType>
constexpr Subject::Kind KindOf() {
  if constexpr (std::is_same_v<IdType, SkillId>) return Subject::Kind::kSkill;
  if constexpr (std::is_same_v<IdType, TeamId>) return Subject::Kind::kTeam;
  if constexpr (std::is_same_v<IdType, PartnerId>) return Subject::Kind::kPartner;
  if constexpr (std::is_same_v<IdType, ProfileId>) return Subject::Kind::kProfile;
  if constexpr (std::is_same_v<IdType, QueueId>) return Subject::Kind::kQueue;
  return Subject::Kind::kAgent;
}

struct SubjectFinder {
  using Found = std::optional<Subject>;
  Found operator()(const ConfigureCenter&) const { return Subject{Subject::Kind::kCenter, 0}; }
  template <class Id, class Config>
  Found operator()(const Configure<Id, Config>& c) const {
    if (!c.id) return std::nullopt;
    return Subject{KindOf<Id>(), c.id->value()};
  }
  Found operator()(const ConfigureQueue& c) const {
    if (!c.id) return std::nullopt;
    return Subject{Subject::Kind::kQueue, c.id->value()};
  }
  template <class Id>
  Found operator()(const Delete<Id>& c) const {
    return Subject{KindOf<Id>(), c.id.value()};
  }
  Found operator()(const SetOpenings& c) const {
    return Subject{Subject::Kind::kOpenings, c.queue.value()};
  }
  template <class Other>
  Found operator()(const Other&) const {
    return std::nullopt;
  }
};

struct CreationFinder {
  template <class Id, class Config>
  bool operator()(const Configure<Id, Config>& c) const {
    return !c.id;
  }
  bool operator()(const ConfigureQueue& c) const { return !c.id; }
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }
};

}  // namespace

std::optional<Subject> SubjectOf(const CommandBody& command) {
  return std::visit(SubjectFinder(), command);
}

std::vector<CommandBody> ChangesOf(const CommandBody& command) {
  const auto* rules = std::get_if<ApplyRules>(&command);
  if (rules == nullptr) return {command};
  std::vector<CommandBody> changes;
  for (const RuleChange& change : rules->changes) {
    std::visit([&](const auto& c) { changes.push_back(c); }, change);
  }
  return changes;
}

std::optional<CommandBody> CreationIn(const CommandBody& command) {
  const auto* rules = std::get_if<ApplyRules>(&command);
  if (rules == nullptr) {
    if (!std::visit(CreationFinder(), command)) return std::nullopt;
    return command;
  }
  ApplyRules creation;
  for (const RuleChange& change : rules->changes) {
    if (std::visit(CreationFinder(), change)) creation.changes.push_back(change);
  }
  if (creation.changes.empty()) return std::nullopt;
  return creation;
}

bool WhatIf::ChangesNothing(const Recording& recording) const {
  if (!rules.empty() || volume != 1 || more_agents != 0) return false;
  return std::none_of(recording.center.begin(), recording.center.end(), [&](const CenterAct& act) {
    if (!act.command) return false;
    const std::vector<CommandBody> changes = ChangesOf(*act.command);
    return std::any_of(changes.begin(), changes.end(), [&](const CommandBody& change) {
      const std::optional<Subject> subject = SubjectOf(change);
      return subject && settled.contains(*subject);
    });
  });
}

absl::StatusOr<Engine> StartWithAll(const Recording& recording) {
  Engine engine = Engine::Restore(recording.start, recording.options);
  std::vector<Event> events;
  for (const CenterAct& act : recording.center) {
    const auto creation = act.command ? CreationIn(*act.command) : std::nullopt;
    if (!creation) continue;
    const auto outcome = engine.Decide({*creation, {}}, recording.from, events);
    if (outcome.ok()) continue;
    return absl::FailedPreconditionError(
        fmt::format("something is made in this period that could not have been there from its "
                    "beginning ({}); begin later",
                    std::string(outcome.status().message())));
  }
  return engine;
}

std::vector<AgentId> AgentsOf(const Recording& recording) {
  absl::btree_set<AgentId> there;
  for (const AgentState& agent : recording.start.agents) {
    if (agent.signed_in()) there.insert(agent.id);
  }
  for (const AgentAct& act : recording.agents) {
    if (std::holds_alternative<SignIn>(act.command)) there.insert(act.agent);
  }
  return {there.begin(), there.end()};
}

}  // namespace wissel::forecasting
