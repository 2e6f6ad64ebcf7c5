// The operator's commands on the command line: backup, check-config, journal, key, print, restore.
// Of main.cc alone.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "server/backup/backup.h"
#include "server/cell/cell_commands.h"
#include "server/doctor/doctor.h"

namespace CLI {
class App;
}

namespace wissel::server {

struct JournalOptions {
  std::string data;
  uint64_t from = 1;
  std::optional<uint64_t> to;
};

struct OperationsCommands {
  std::string config;
  JournalOptions journal;
  backup::BackupOptions backup;
  backup::RestoreOptions restore;
  CellCommandOptions cell;
  doctor::DoctorOptions doctor;
  std::string key_data;
};

// `action` becomes what the command that was given does. Both outlive the parsing. Add it last:
// `print` prints all that stands in `app`.
void AddOperations(CLI::App& app, OperationsCommands& commands, std::function<int()>& action);

}  // namespace wissel::server
