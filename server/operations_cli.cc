#include "server/operations_cli.h"

#include <cstdio>

#include "CLI/CLI.hpp"
#include "fmt/format.h"
#include "server/cli_pages.h"
#include "server/commands.h"

namespace wissel::server {
namespace {

using Action = std::function<int()>;

void AddCheckConfig(CLI::App& app, std::string& config, Action& action) {
  CLI::App* check = app.add_subcommand("check-config", "Say what is wrong in a configuration file");
  check->add_option("file", config, "Configuration file")->required();
  check->callback([&] { action = [&] { return CheckConfig(config); }; });
}

void AddJournal(CLI::App& app, JournalOptions& options, Action& action) {
  CLI::App* journal = app.add_subcommand("journal", "Look through a journal, in use or not");
  journal->require_subcommand(1);
  CLI::App* verify = journal->add_subcommand("verify", "Check every page, row and event");
  CLI::App* dump = journal->add_subcommand("dump", "Print one plain sentence for each event");
  for (CLI::App* command : {verify, dump}) {
    command->add_option("--data", options.data, "Folder of the server's stores")->required();
  }
  dump->add_option("--from", options.from, "First sequence")->capture_default_str();
  dump->add_option("--to", options.to, "Last sequence; left out: to the end");
  verify->callback([&] { action = [&] { return VerifyJournalIn(options.data); }; });
  dump->callback(
      [&] { action = [&] { return DumpJournalIn(options.data, options.from, options.to); }; });
}

constexpr const char* kKeyHelp =
    "The key that tokens are signed by. A change counts within a second at a server that runs,\n"
    "and within a few at every server of a cell.";

void AddKey(CLI::App& app, std::string& data, Action& action) {
  CLI::App* key = app.add_subcommand("key", kKeyHelp);
  key->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, int (*run)(const std::string&)) {
    CLI::App* command = key->add_subcommand(name, help);
    command->add_option("--data", data, "Folder of the server's stores, or postgres://...")
        ->required();
    command->callback([&data, &action, run] { action = [&data, run] { return run(data); }; });
  };
  add("rotate", "Sign by a new one; tokens of the one before it count on", RotateKey);
  add("retire", "Let tokens of the one before it count no more", RetireKey);
}

constexpr const char* kBackupHelp =
    "Copy the folder of a server's stores into one file, while the server runs or not. The file\n"
    "holds people's data and their keys: keep it as you keep those.";
constexpr const char* kRestoreHelp =
    "Put a backup back into an empty folder, as the user who will serve it. It is checked, byte\n"
    "by byte and by its digest, and who was erased is erased again.";

void AddBackup(CLI::App& app, backup::BackupOptions& options, Action& action) {
  CLI::App* command = app.add_subcommand("backup", kBackupHelp);
  command->add_option("--data", options.data, "Folder of the server's stores")->required();
  command->add_option("--to", options.to, "The file; it must not be there")->required();
  command->add_flag("--json", options.json, "One JSON object");
  options.version = WISSEL_VERSION;
  command->callback([&] { action = [&] { return backup::RunBackup(options); }; });
}

void AddRestore(CLI::App& app, backup::RestoreOptions& options, Action& action) {
  CLI::App* command = app.add_subcommand("restore", kRestoreHelp);
  command->add_option("--from", options.from, "The backup")->required();
  command->add_option("--data", options.data, "The folder: empty, or not there")->required();
  command->add_option("--erasures", options.erasures,
                      "An erasures.txt that is newer than the backup: of the folder that was lost, "
                      "or a copy of it kept elsewhere");
  command->add_flag("--json", options.json, "One JSON object");
  command->callback([&] { action = [&] { return backup::RunRestore(options); }; });
}

using CellCommand = int (*)(const CellCommandOptions&);

CLI::App* AddCellCommand(CLI::App* parent, const char* name, const char* help, CellCommand run,
                         CellCommandOptions& options, Action& action) {
  CLI::App* command = parent->add_subcommand(name, help);
  command->add_option("--journal", options.journal, "postgres://...: the database of the cell")
      ->required();
  command->callback(
      [&options, &action, run] { action = [&options, run] { return run(options); }; });
  return command;
}

void AddTenants(CLI::App& app, CellCommandOptions& options, Action& action) {
  CLI::App* tenants = app.add_subcommand("tenants", "The centers of a cell");
  tenants->require_subcommand(1);
  AddCellCommand(tenants, "list", "Each with who serves it and the hosts that lead to it",
                 ListTenants, options, action)
      ->add_flag("--json", options.json, "One JSON object a line");
  CLI::App* set =
      AddCellCommand(tenants, "set", "Add one, or change what it is", SetTenant, options, action);
  set->add_option("tenant", options.tenant, "Its name: a-z, 0-9 and '_'")->required();
  set->add_option("--config", options.config,
                  "Configuration file, tried out first; left out: as it is");
  CLI::Option* hosts =
      set->add_option("--host", options.hosts, "A host name that leads to it; may be repeated");
  set->add_flag("--no-hosts", options.no_hosts, "No host name leads to it any more")
      ->excludes(hosts);
}

void AddShards(CLI::App& app, CellCommandOptions& options, Action& action) {
  CLI::App* shards = app.add_subcommand("shards", "Which server of a cell serves which center");
  shards->require_subcommand(1);
  AddCellCommand(shards, "list", "Each with who serves it and who stands by", ListShards, options,
                 action)
      ->add_flag("--json", options.json, "One JSON object a line");
  CLI::App* move =
      AddCellCommand(shards, "move", "Have one served by another server, and kept there", MoveShard,
                     options, action);
  move->add_option("tenant", options.tenant, "Whose")->required();
  move->add_option("--to", options.node, "The server; left out: wherever there is room");
}

void AddDoctor(CLI::App& app, doctor::DoctorOptions& options, Action& action) {
  CLI::App* command = app.add_subcommand(
      "doctor", "Look at versions, disk, clock, limits and settings, and say what is wrong");
  command->add_option("--config", options.config, "Configuration file; says where the rest is");
  command->add_option("--data", options.data, "Folder of the server's stores");
  command->add_option("--journal", options.journal, "postgres://...: the database of the cell");
  command->add_flag("--json", options.json, "One JSON object a line");
  options.version = WISSEL_VERSION;
  command->callback([&] { action = [&] { return doctor::RunDoctor(options); }; });
}

// What a package is made of, from the one place where the commands stand.
void AddPrint(CLI::App& app, Action& action) {
  CLI::App* print = app.add_subcommand("print", "Print what documents these commands");
  print->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, std::string (*page)(const CLI::App&)) {
    print->add_subcommand(name, help)->callback([&app, &action, page] {
      action = [&app, page] {
        fmt::print("{}", page(app));
        return 0;
      };
    });
  };
  add("manual", "The manual page, for man(1)", ManualPage);
  add("completion", "The completion of bash(1)", BashCompletion);
}

}  // namespace

void AddOperations(CLI::App& app, OperationsCommands& commands, Action& action) {
  AddCheckConfig(app, commands.config, action);
  AddJournal(app, commands.journal, action);
  AddKey(app, commands.key_data, action);
  AddBackup(app, commands.backup, action);
  AddRestore(app, commands.restore, action);
  AddTenants(app, commands.cell, action);
  AddShards(app, commands.cell, action);
  AddDoctor(app, commands.doctor, action);
  AddPrint(app, action);
}

}  // namespace wissel::server
