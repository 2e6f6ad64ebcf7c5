// The rules of a model as the engine's own commands: a center section goes through the same
// handlers as a center file does at a server's start. Of the room beside it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "router/core/command.h"
#include "router/core/directory.h"
#include "server/config/config_file.h"

namespace wissel::simulate {

struct CenterRules {
  std::vector<CommandBody> commands;  // but those that make agents
  Directory directory;                // as they leave it, agents included
};
// What is wrong goes to `loaded.problems`.
absl::StatusOr<CenterRules> ApplyCenter(config::LoadedConfig& loaded);

}  // namespace wissel::simulate
