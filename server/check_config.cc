#include "fmt/format.h"
#include "server/center/center_setup.h"
#include "server/commands.h"
#include "server/config/config_file.h"

namespace wissel::server {
int CheckConfig(const std::string& file) {
  auto config = config::LoadConfigFile(file);
  absl::Status status = config.status();
  if (status.ok() && config->problems.empty()) status = TryInMemory(*config);
  if (!status.ok()) {
    fmt::print(stderr, "wissel check-config: {}\n", std::string(status.message()));
    return 1;
  }
  if (!config->problems.empty()) {
    fmt::print(stderr, "{}", config->ProblemText());
    return 1;
  }
  const config::CenterSection& center = config->file.center();
  fmt::print(
      "{}: right. {}: {} skills, {} teams, {} partners, {} routing profiles, {} queues, {} "
      "agents\n",
      file, center.display_name(), center.skills_size(), center.teams_size(),
      center.partners_size(), center.routing_profiles_size(), center.queues_size(),
      center.agents_size());
  return 0;
}

}  // namespace wissel::server
