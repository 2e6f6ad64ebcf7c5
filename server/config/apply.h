// Makes a center what a configuration file says: creates and updates, never deletes. Goes through
// the same ConfigService handlers as every other change, as an admin.
//
// Called once, before the doors open; waits for each answer, so never on a shard's thread.
#pragma once

#include "base/rpc/method_table.h"
#include "router/service/shard.h"
#include "server/config/config_file.h"

namespace wissel::config {

// What the file leaves out of the center's own settings: has its usual value, or stays as it is.
enum class LeftOut { kUsual, kStays };

// Adds to `config.problems` what the center refuses, each with its line.
void Apply(LoadedConfig& config, const rpc::MethodTable& methods, Shard& shard,
           LeftOut left_out = LeftOut::kUsual);

}  // namespace wissel::config
