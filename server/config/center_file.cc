#include "server/config/center_file.h"

#include "agents/service/people.h"
#include "base/invariant.h"
#include "router/service/config_methods.h"
#include "server/config/center_section.h"
#include "server/config/config_file.pb.h"
#include "server/config/yaml_writer.h"

namespace wissel::config {
namespace {

template <class Resource, class Table, class Resources>
void WriteAll(const ConfigView& view, const Table& table, Resources* out) {
  table.ForEach([&](auto, const auto& config) {
    Resource resource = Shown<Resource>(view, config);
    resource.clear_etag();
    *out->Add() = std::move(resource);
  });
}

}  // namespace

std::string WriteCenterFile(const Engine& engine) {
  const auto nobody = People::Open(":memory:");
  INVARIANT(nobody.ok());
  const Directory& directory = engine.directory();
  const ConfigView view = {directory, &engine, **nobody};
  ConfigFile file;
  CenterSection* center = file.mutable_center();
  WriteCenterSection(directory.center, center);
  WriteAll<v1::Skill>(view, directory.skills, center->mutable_skills());
  WriteAll<v1::Team>(view, directory.teams, center->mutable_teams());
  WriteAll<v1::Partner>(view, directory.partners, center->mutable_partners());
  WriteAll<v1::RoutingProfile>(view, directory.profiles, center->mutable_routing_profiles());
  WriteAll<v1::Queue>(view, directory.queues, center->mutable_queues());
  WriteAll<v1::Agent>(view, directory.agents, center->mutable_agents());
  return WriteYaml(file);
}

}  // namespace wissel::config
