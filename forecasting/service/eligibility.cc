#include "forecasting/service/eligibility.h"

#include <algorithm>

#include "router/core/agent_facts.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

bool Takes(const RoutingProfile& profile, Channel channel) {
  return std::any_of(profile.channels.begin(), profile.channels.end(),
                     [&](const ChannelCapacity& one) { return one.channel == channel; });
}

}  // namespace

QueueRequirements RequirementsOf(const Engine& engine) {
  QueueRequirements requirements;
  engine.directory().queues.ForEach([&](QueueId id, const QueueConfig& queue) {
    if (const Requirement* found = engine.FindRequirement(queue.requirement)) {
      requirements.emplace(id, *found);
    }
  });
  return requirements;
}

Eligible WhoCanServe(const Directory& directory, const QueueRequirements& requirements) {
  struct Candidate {
    std::string name;
    AgentFacts facts;
    const RoutingProfile* profile;
  };
  std::vector<Candidate> candidates;
  directory.agents.ForEach([&](AgentId id, const AgentConfig& agent) {
    candidates.push_back(
        {NameIn(directory, id), FactsOf(directory, agent), &directory.profiles.Get(agent.profile)});
  });
  std::sort(candidates.begin(), candidates.end(),
            [](const Candidate& a, const Candidate& b) { return a.name < b.name; });
  Eligible eligible;
  for (const auto& [id, requirement] : requirements) {
    const QueueConfig* const queue = directory.queues.Find(id);
    if (queue == nullptr) continue;
    std::vector<std::string>& agents = eligible[NameIn(directory, id)];
    const int steps = static_cast<int>(requirement.steps.size());
    for (int step = 0; step < steps && agents.empty(); ++step) {
      for (const Candidate& candidate : candidates) {
        if (!Takes(*candidate.profile, queue->channel)) continue;
        if (FindMatch(requirement, step, candidate.facts)) agents.push_back(candidate.name);
      }
    }
  }
  return eligible;
}

}  // namespace wissel::forecasting
