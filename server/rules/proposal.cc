#include "server/rules/proposal.h"

#include <memory>
#include <set>
#include <utility>

#include "agents/service/people.h"
#include "base/invariant.h"
#include "base/rpc/method_table.h"
#include "fmt/format.h"
#include "router/service/config_service.h"
#include "server/config/apply.h"
#include "server/whatif/rehearsal.h"

namespace wissel::rules {
namespace {

template <class Resources, class Table>
void KeepNamed(const Resources& named, Table& table) {
  std::set<std::string> names;
  for (const auto& resource : named) names.insert(config::LastPart(resource.name()));
  const Table all = table;
  all.ForEach([&](auto id, const auto& config) {
    if (!names.contains(config.name)) table.Remove(id);
  });
}

void KeepNamed(const config::CenterSection& center, Rules& rules) {
  Directory& directory = rules.directory;
  KeepNamed(center.skills(), directory.skills);
  KeepNamed(center.teams(), directory.teams);
  KeepNamed(center.partners(), directory.partners);
  KeepNamed(center.routing_profiles(), directory.profiles);
  KeepNamed(center.queues(), directory.queues);
  KeepNamed(center.agents(), directory.agents);
  std::erase_if(rules.requirements, [&](const auto& requirement) {
    return directory.queues.Find(requirement.first) == nullptr;
  });
}

template <class Resources>
int LineIn(const config::LoadedConfig& file, const Resources& resources, const char* section,
           const std::string& name) {
  for (int i = 0; i < resources.size(); ++i) {
    if (resources[i].name() == name) {
      return file.lines.LineOf(fmt::format("center.{}[{}]", section, i));
    }
  }
  return 0;
}

}  // namespace

Proposal Propose(const std::string& yaml, bool delete_unnamed, const Rules& now) {
  Proposal proposal;
  proposal.file = config::ParseConfig("rules", yaml);
  if (!proposal.file.problems.empty()) return proposal;
  Engine start = EngineWith(now);
  const Instant moment = start.now();
  whatif::Rehearsal rehearsal(std::move(start), moment);
  const auto people = People::Open(":memory:");
  INVARIANT(people.ok());
  const auto turns = std::make_shared<Turns>();
  rpc::MethodTable methods;
  RegisterConfigService(methods, rehearsal, **people, turns);
  config::Apply(proposal.file, methods, rehearsal,
                delete_unnamed ? config::LeftOut::kUsual : config::LeftOut::kStays);
  turns->Close();
  if (!proposal.file.problems.empty()) return proposal;
  proposal.wanted = RulesOf(rehearsal.engine());
  if (delete_unnamed) KeepNamed(proposal.file.file.center(), proposal.wanted);
  proposal.wanted.directory.revision = now.directory.revision;
  proposal.changes = ChangesBetween(now, proposal.wanted);
  for (const auto& agent : proposal.file.file.center().agents()) {
    const Person person{agent.display_name(), agent.phone()};
    if (!person.empty()) proposal.persons[config::LastPart(agent.name())] = person;
  }
  return proposal;
}

int LineOf(const config::LoadedConfig& file, const std::string& resource) {
  const config::CenterSection& center = file.file.center();
  if (resource == "center") return file.lines.LineOf("center");
  int line = LineIn(file, center.queues(), "queues", resource);
  if (line == 0) line = LineIn(file, center.routing_profiles(), "routingProfiles", resource);
  if (line == 0) line = LineIn(file, center.agents(), "agents", resource);
  if (line == 0) line = LineIn(file, center.skills(), "skills", resource);
  if (line == 0) line = LineIn(file, center.teams(), "teams", resource);
  if (line == 0) line = LineIn(file, center.partners(), "partners", resource);
  return line;
}

std::vector<std::string> Deleted(const std::vector<ResourceChange>& changes) {
  std::vector<std::string> names;
  for (const ResourceChange& change : changes) {
    if (change.kind == ActionKind::kDeleted) names.push_back(change.resource);
  }
  return names;
}

}  // namespace wissel::rules
