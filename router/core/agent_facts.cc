#include "router/core/agent_facts.h"

#include <algorithm>

namespace wissel {

AgentFacts FactsOf(const Directory& directory, const AgentConfig& agent) {
  AgentFacts facts{agent.skills, agent.attributes};
  if (agent.team) {
    facts.attributes.push_back({"team", "teams/" + directory.teams.Get(*agent.team).name, {}});
  }
  if (agent.partner) {
    const std::string& name = directory.partners.Get(*agent.partner).name;
    facts.attributes.push_back({"partner", "partners/" + name, {}});
  }
  std::sort(facts.attributes.begin(), facts.attributes.end(),
            [](const Attribute& a, const Attribute& b) { return a.key < b.key; });
  return facts;
}

}  // namespace wissel
