// Makes a center what a configuration file says: creates and updates, never deletes. Goes through
// the same ConfigService handlers as every other change, as an admin.
//
// Called once, before the doors open; waits for each answer, so never on a shard's thread.
#pragma once

#include "base/rpc/method_table.h"
#include "router/service/shard.h"
#include "server/config/config_file.h"

namespace wissel::config {

// Adds to `config.problems` what the center refuses, each with its line.
void Apply(LoadedConfig& config, const rpc::MethodTable& methods, Shard& shard);

}  // namespace wissel::config
