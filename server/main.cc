// The command line of wissel: reads the flags and hands over. This file, planning_cli.cc,
// operations_cli.cc and cli_pages.cc are those that include CLI11.
#include <cstdio>
#include <functional>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "server/commands.h"
#include "server/contacts/erase.h"
#include "server/feed/feed.h"
#include "server/history/history.h"
#include "server/import/import.h"
#include "server/operations_cli.h"
#include "server/planning_cli.h"
#include "server/serve.h"
#include "server/whatif/whatif.h"

namespace {

using wissel::contacts_command::EraseOptions;
using wissel::feed::FeedOptions;
using wissel::imports::ImportOptions;
using wissel::server::MomentOptions;
using wissel::server::RulesOptions;
using wissel::server::ServeOptions;
using wissel::server::TokenOptions;
using wissel::server::UserOptions;
using wissel::whatif::WhatIfOptions;

constexpr int kUsage = 2;
const CLI::IsMember kRoles({"agent", "manager", "planner", "admin", "integration"});

// What a subcommand does once its flags are read.
using Action = std::function<int()>;

void AddServe(CLI::App& app, ServeOptions& options, Action& action) {
  CLI::App* serve = app.add_subcommand("serve", "Serve a center until SIGTERM or SIGINT");
  serve->add_option("--config", options.config,
                    "Configuration file (YAML); applied when it has changed since the last start");
  serve->add_option("--data", options.data, "Folder of the journal and the other stores");
  serve->add_option("--http", options.http, "HOST:PORT of the HTTP door; port 0: any free one");
  serve->add_option("--grpc", options.grpc, "HOST:PORT of the gRPC door; port 0: any free one");
  serve->add_option("--lmtp", options.lmtp, "HOST:PORT or unix:PATH where mail servers deliver");
  serve->add_option("--sip", options.sip,
                    "HOST:PORT where trunks send calls; port 0: any free one");
  serve->add_option("--journal", options.journal,
                    "postgres://...: where the journal and all stores are, for several servers");
  serve->add_option("--node", options.node, "What this server is called among those");
  serve->add_flag("--demo", options.demo,
                  "Make the file's demo users, with their well-known passwords; loopback only");
  serve->callback([&] { action = [&] { return wissel::server::Serve(options); }; });
}

void AddConfinement(CLI::App& command, std::vector<std::string>& teams,
                    std::vector<std::string>& queues) {
  command.add_option("--team", teams, "Confined to this team and its agents; may be repeated");
  command.add_option("--queue", queues, "Confined to this queue and its work; may be repeated");
}

void AddToken(CLI::App& app, TokenOptions& options, Action& action) {
  CLI::App* token = app.add_subcommand("token", "Print a bearer token for local use");
  token->add_option("--data", options.data, "Folder of the server's stores")->required();
  token->add_option("--role", options.role, "agent, manager, planner, admin or integration")
      ->required()
      ->check(kRoles);
  CLI::Option* agent =
      token->add_option("--agent", options.agent, "Whose token, for the role agent");
  AddConfinement(*token, options.teams, options.queues);
  token->add_option("--hours", options.hours, "How long it holds")
      ->check(CLI::Range(1, 24 * 366))
      ->capture_default_str();
  token->callback([&, agent] {
    if (options.role == "agent" && agent->empty()) {
      throw CLI::RequiredError("--agent, for the role agent,");
    }
    action = [&] { return wissel::server::PrintToken(options); };
  });
}

void AddUsers(CLI::App& app, UserOptions& options, Action& action) {
  CLI::App* user = app.add_subcommand("user", "Local users");
  user->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, int (*run)(const UserOptions&)) {
    CLI::App* command = user->add_subcommand(name, help);
    command->add_option("--data", options.data, "Folder of the server's stores")->required();
    command->callback(
        [&options, &action, run] { action = [&options, run] { return run(options); }; });
    return command;
  };
  CLI::App* create =
      add("add", "Add one; the password is read from standard input", wissel::server::AddUser);
  create->add_option("--display-name", options.display_name, "As others see it");
  create->add_option("--role", options.roles, "One or more roles")->required()->check(kRoles);
  create->add_option("--agent", options.agent, "The agent that the user is");
  AddConfinement(*create, options.teams, options.queues);
  CLI::App* change =
      add("passwd", "Change a password, read from standard input", wissel::server::SetUserPassword);
  CLI::App* remove = add("delete", "Delete one", wissel::server::DeleteUser);
  for (CLI::App* command : {create, change, remove}) {
    command->add_option("user", options.user, "Name of the user")->required();
  }
  add("list", "List them", wissel::server::ListUsers);
}

struct HistoryCommand {
  std::string recounted;
  wissel::history::ImportOptions import;
  wissel::history::ExportOptions to_file;
  wissel::history::MarkOptions mark;
};

constexpr const char* kImportHelp =
    "Past counts from a CSV file: one line an interval, or one line a day with a column for each\n"
    "interval. Separators, quotes, dates, decimal signs and the usual headers are understood; "
    "what\n"
    "was understood is shown by --dry-run. All of it is imported, or nothing: every fault names "
    "its\n"
    "line. What the center has counted itself is left alone, and the same file again changes\n"
    "nothing.";

void AddHistoryImport(CLI::App& history, wissel::history::ImportOptions& options, Action& action) {
  CLI::App* read = history.add_subcommand("import", kImportHelp);
  read->add_option("file", options.file, "CSV file; -: standard input")->required();
  read->add_option("--data", options.data, "Folder of the server's stores")->required();
  read->add_option("--zone", options.zone,
                   "Time zone of times without an offset; left out: the center's");
  read->add_option("--queue", options.queue, "Of a file without a column for it");
  read->add_option("--channel", options.channel, "Of all counts in the file: voice, email ...");
  read->add_option("--rename", options.renames,
                   "A queue as the file calls it: \"Phone NL=phone-nl\"");
  read->add_option("--column", options.columns, "A column by its header: \"arrivals=Calls in\"");
  read->add_option("--separator", options.separator, "Between cells: one sign, or tab");
  read->add_option("--decimal", options.decimal, "Sign of decimals")
      ->check(CLI::IsMember({".", ","}));
  read->add_option("--dates", options.dates, "Of dates such as 03/04/2026")
      ->check(CLI::IsMember({"day-first", "month-first"}));
  read->add_option("--interval-min", options.interval_min,
                   "Length of the intervals; left out: found in the file");
  read->add_flag("--dry-run", options.dry_run, "Show what would be done, and do nothing");
  read->add_flag("--replace", options.replace,
                 "Counts that were imported before and are others now take their place");
  read->add_flag("--json", options.json, "One JSON object for the preview, one for the outcome");
  read->callback([&] { action = [&] { return wissel::history::RunImport(options); }; });
}

void AddHistoryExport(CLI::App& history, wissel::history::ExportOptions& options, Action& action) {
  CLI::App* write = history.add_subcommand(
      "export", "Counts of whole days as CSV (which import reads again), XLSX or JSON lines");
  write->add_option("--data", options.data, "Folder of the server's stores")->required();
  write->add_option("--queue", options.queues, "One or more; left out: all");
  write->add_option("--channel", options.channel, "Only this channel");
  write->add_option("--topic", options.topic, "Only this topic");
  write->add_option("--from", options.from, "The first day, 2026-03-01")->required();
  write->add_option("--to", options.to, "The last day")->required();
  write->add_option("--interval-min", options.interval_min, "Length of an interval; divides a day")
      ->capture_default_str();
  write->add_option("--zone", options.zone, "Whose days and times; left out: the center's");
  write->add_option("--format", options.format, "csv, xlsx or json")
      ->check(CLI::IsMember({"csv", "xlsx", "json"}))
      ->capture_default_str();
  write->add_option("--output", options.output, "File; left out: standard output");
  write->callback([&] { action = [&] { return wissel::history::RunExport(options); }; });
}

void AddHistoryMarks(CLI::App& history, wissel::history::MarkOptions& options, Action& action) {
  CLI::App* mark = history.add_subcommand(
      "mark", "What people say of a day or a stretch of time; no count is changed by it");
  mark->require_subcommand(1);
  const auto add = [&](const char* name, const char* help,
                       int (*run)(const wissel::history::MarkOptions&)) {
    CLI::App* command = mark->add_subcommand(name, help);
    command->add_option("--data", options.data, "Folder of the server's stores")->required();
    command->callback(
        [&options, &action, run] { action = [&options, run] { return run(options); }; });
    return command;
  };
  CLI::App* make =
      add("add", "Add one; the same again is the one that is there", wissel::history::RunMarkAdd);
  CLI::App* list = add("list", "List them", wissel::history::RunMarkList);
  make->add_option("--kind", options.kind, "closed, holiday, outage, event or exclude")->required();
  make->add_option("--label", options.label, "One line");
  make->add_option("--from", options.from, "The first day, or a moment: 2026-03-01T09:00")
      ->required();
  make->add_option("--to", options.to, "The last day, or the moment when it is over");
  list->add_option("--from", options.from, "From this day or moment on");
  list->add_option("--to", options.to, "Up to this day or moment");
  for (CLI::App* command : {make, list}) {
    command->add_option("--queue", options.queue, "Only of this queue");
    command->add_option("--zone", options.zone, "Whose days and times; left out: the center's");
    command->add_flag("--json", options.json, "One JSON object a line");
  }
  add("delete", "Take one away", wissel::history::RunMarkDelete)
      ->add_option("id", options.id, "Its number")
      ->required();
}

void AddHistory(CLI::App& app, HistoryCommand& history, Action& action) {
  CLI::App* command = app.add_subcommand("history", "What happened in each interval of the past");
  command->require_subcommand(1);
  AddHistoryImport(*command, history.import, action);
  AddHistoryExport(*command, history.to_file, action);
  AddHistoryMarks(*command, history.mark, action);
  CLI::App* recount = command->add_subcommand(
      "recount", "Count anew, from the whole journal, what the center has counted itself");
  recount->add_option("--data", history.recounted, "Folder of the server's stores")->required();
  recount->callback(
      [&] { action = [&] { return wissel::history::RunRecount(history.recounted); }; });
}

constexpr const char* kFeedHelp =
    "Play files of interval counts into a running server through its gRPC API.\n\n"
    "A file has the columns timestamp,count; the interval is the least gap between two stamps.\n"
    "A count may be a mean: of 2.5 the half is one more with that chance.\n"
    "Arrivals of an interval are those of a Poisson process, given the count. On voice and chat a\n"
    "customer who has waited longer than their patience (exponential) hangs up. Simulated agents\n"
    "(--agents) answer 1 to 5 s after the offer (uniform), handle for a log-normal time and wrap "
    "up\n"
    "for one where the queue lets them. All of it is drawn from --seed; all times are the file's,\n"
    "and pass --speed times as fast. At the end comes a report; the exit code is 1 when the books\n"
    "do not close (offered = answered + abandoned + ended otherwise + waiting), here or in the "
    "live\n"
    "view, which is looked at every two seconds.";

struct MomentCommand {
  MomentOptions options;
  std::string name;
};

void AddMoments(CLI::App& app, MomentCommand& moment, Action& action) {
  CLI::App* replay =
      app.add_subcommand("replay", "The state of any moment from the journal, with its digest");
  CLI::App* explain = app.add_subcommand(
      "explain", "Why a work item waits, an offer was made, an agent has what they have");
  for (CLI::App* command : {replay, explain}) {
    command->add_option("--data", moment.options.data, "Folder of the server's stores")->required();
    command->add_option("--until", moment.options.until,
                        "The moment, 2026-11-21T09:30:00Z; left out: now");
    command->add_flag("--json", moment.options.json, "One JSON object");
  }
  explain->add_option("name", moment.name, "workItems/12, offers/12 or agents/anna")->required();
  replay->callback([&] { action = [&] { return wissel::server::Replay(moment.options); }; });
  explain->callback(
      [&] { action = [&] { return wissel::server::Explain(moment.options, moment.name); }; });
}

void AddFeedAgents(CLI::App& feed, FeedOptions& options) {
  feed.add_option("--agents", options.agents,
                  "Make the agents sim-001 to sim-N, with the queues' skills, and let them work")
      ->check(CLI::Range(0, 999))
      ->capture_default_str();
  feed.add_option("--patience", options.behaviour.patience_mean_s,
                  "Mean patience in seconds; 0: nobody hangs up")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  feed.add_option("--handle-time", options.behaviour.handle_mean_s, "Mean handle time in seconds")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  feed.add_option("--handle-spread", options.behaviour.handle_log_sd,
                  "Standard deviation of the logarithm of the handle time")
      ->check(CLI::Range(0.0, 3.0))
      ->capture_default_str();
  feed.add_option("--wrap-time", options.behaviour.wrap_mean_s, "Mean wrap-up time in seconds")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

void AddFeed(CLI::App& app, FeedOptions& options, Action& action) {
  CLI::App* feed = app.add_subcommand("feed", kFeedHelp);
  feed->add_option("--arrivals", options.arrivals, "File of counts; may be given several times")
      ->required()
      ->allow_extra_args(false);
  feed->add_option("--queue", options.queues, "Queue of each file, in the same order")
      ->required()
      ->allow_extra_args(false);
  feed->add_option("--speed", options.speed, "How much faster than the file's time")
      ->check(CLI::Range(0.1, 10'000.0))
      ->capture_default_str();
  feed->add_option("--seed", options.seed, "Of all draws")->capture_default_str();
  feed->add_option("--date", options.date, "Only this day of the file, 2021-03-01");
  feed->add_option("--start", options.start, "Begin at this time of the first day, 09:30");
  feed->add_option("--duration", options.duration_s, "End after so many seconds of the file's time")
      ->check(CLI::PositiveNumber);
  feed->add_option("--drain", options.drain_s,
                   "Seconds of the file's time that those who wait at the end are still answered")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  feed->add_flag("--loop", options.loop, "Begin again at the end of the file, until interrupted");
  feed->add_option("--grpc", options.grpc, "HOST:PORT of the server")->capture_default_str();
  feed->add_option("--token", options.token, "Bearer token of the role admin")
      ->required()
      ->envname("WISSEL_TOKEN");
  AddFeedAgents(*feed, options);
  feed->callback([&] {
    if (options.arrivals.size() != options.queues.size()) {
      throw CLI::ValidationError("--queue", "give one for each --arrivals");
    }
    action = [&] { return wissel::feed::RunFeed(options); };
  });
}

using RulesCommand = int (*)(const RulesOptions&);

CLI::App* AddRulesCommand(CLI::App& rules, const char* name, const char* help, RulesCommand run,
                          bool in_folder, RulesOptions& options, Action& action) {
  CLI::App* command = rules.add_subcommand(name, help);
  command->add_option("--grpc", options.grpc, "HOST:PORT of the server")->capture_default_str();
  CLI::Option* token = command
                           ->add_option("--token", options.token,
                                        in_folder ? "Bearer token of a manager, planner or admin"
                                                  : "Bearer token of a manager or admin")
                           ->envname("WISSEL_TOKEN");
  CLI::Option* data = nullptr;
  if (in_folder) {
    data = command->add_option("--data", options.data,
                               "Read the folder of a server's stores, instead of asking one");
  }
  command->add_flag("--json", options.json, "One JSON object");
  command->callback([&options, &action, run, token, data] {
    const bool from_folder = data != nullptr && !data->empty();
    if (!from_folder && token->empty()) {
      throw CLI::RequiredError(data != nullptr ? "--token, or --data," : "--token");
    }
    action = [&options, run] { return run(options); };
  });
  return command;
}

void AddRules(CLI::App& app, RulesOptions& options, Action& action) {
  CLI::App* rules = app.add_subcommand(
      "rules", "The center's rules as versions: look, compare, try, apply as one, take back");
  rules->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, RulesCommand run, bool in_folder) {
    return AddRulesCommand(*rules, name, help, run, in_folder, options, action);
  };
  using namespace wissel::server;  // NOLINT: the commands' names, of this function alone
  add("list", "The versions, newest first: number, time, who, what changed", ListRules, true)
      ->add_option("--limit", options.limit, "How many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  add("show", "The whole configuration at a version, as a center file", ShowRules, true)
      ->add_option("version", options.what, "Its number, or \"current\"")
      ->required();
  CLI::App* diff =
      add("diff", "What differs between two versions, field by field", DiffRules, true);
  diff->add_option("from", options.what, "Number, or \"current\"")->required();
  diff->add_option("to", options.other, "Number, or \"current\"")->required();
  CLI::App* validate = add("validate", "What is wrong with a center file, and what it would change",
                           ValidateRules, true);
  CLI::App* dry_run =
      add("dry-run", "What the rules of a file, or of a version, would have made of the last hour",
          DryRunRules, true);
  dry_run->add_option("--from", options.from,
                      "Begin after this moment, 2026-11-21T09:30:00Z; left out: an hour before");
  dry_run->add_option("--until", options.until, "The last moment; left out: now");
  dry_run->add_option("--seed", options.seed, "Of all draws")->capture_default_str();
  dry_run->add_option("rules", options.what, "Center file, or number of a version")->required();
  CLI::App* apply = add("apply", "Apply a center file, all of it or nothing, as one version",
                        ApplyRulesFile, false);
  CLI::App* rollback = add("rollback", "Make the rules what they were at a version, as a new one",
                           RollBackRules, false);
  rollback->add_option("version", options.what, "Its number")->required();
  for (CLI::App* command : {validate, apply}) {
    command->add_option("file", options.what, "Center file")->required();
  }
  for (CLI::App* command : {validate, dry_run, apply}) {
    command->add_flag("--whole", options.whole,
                      "The file is the whole: what it does not name goes");
  }
  for (CLI::App* command : {apply, rollback}) {
    command->add_option("--note", options.note, "Why, for the record");
    command->add_option("--expected", options.expected,
                        "Only while this version holds; left out: the one that holds now");
  }
}

constexpr const char* kWhatIfHelp =
    "Run a recorded period again through the real engine, with other rules, people or volumes,\n"
    "and compare what comes of it with what was. With nothing otherwise it comes to the recorded\n"
    "events, every one. What the record does not say is drawn from --seed; the answer says how\n"
    "much was.";

void AddWhatIf(CLI::App& app, WhatIfOptions& options, Action& action) {
  CLI::App* whatif = app.add_subcommand("whatif", kWhatIfHelp);
  whatif->add_option("--data", options.data, "Folder of the server's stores")->required();
  whatif->add_option("--rules", options.rules,
                     "Center file whose rules hold for the period; left out: those of the record");
  whatif->add_option("--from", options.from,
                     "Begin after this moment, 2026-11-21T09:30:00Z; left out: when work or people "
                     "first came");
  whatif->add_option("--until", options.until, "The last moment; left out: the end of the journal");
  whatif->add_option("--volume", options.volume, "How many times the contacts: 1.2, 0.8")
      ->capture_default_str();
  whatif->add_option("--agents", options.agents,
                     "Other numbers of people: +2 or -2 of those who were there, or 110%");
  whatif->add_option("--seed", options.seed, "Of all draws")->capture_default_str();
  whatif->add_flag("--json", options.json, "One JSON object");
  whatif->callback([&] { action = [&] { return wissel::whatif::RunWhatIf(options); }; });
}

constexpr const char* kEraseHelp =
    "Erase a person: their keys, names, addresses, texts and attachments, for good, with all who\n"
    "were merged into them. In the folder of a server that is down, or through one that runs.\n"
    "Should a backup bring them back, they are erased again when it is opened.";

void AddErase(CLI::App& app, EraseOptions& options, Action& action) {
  CLI::App* erase = app.add_subcommand("erase", kEraseHelp);
  CLI::Option* data = erase->add_option("--data", options.data, "Folder of the server's stores");
  CLI::Option* server =
      erase->add_option("--server", options.server, "HOST:PORT of the gRPC door of one that runs");
  CLI::Option* token = erase->add_option("--token", options.token, "Bearer token of an admin")
                           ->envname("WISSEL_TOKEN");
  data->excludes(server);
  server->needs(token);
  CLI::Option* customer =
      erase->add_option("--customer", options.customer, "customers/ID, or ID alone");
  CLI::Option* phone =
      erase->add_option("--phone", options.phone, "Whoever has this number: +32 2 555 01 23");
  CLI::Option* mail = erase->add_option("--mail", options.mail, "Whoever has this mail address");
  customer->excludes(phone)->excludes(mail);
  phone->excludes(mail);
  erase->add_flag("--json", options.json, "One JSON object");
  erase->callback([&, data, server, customer, phone, mail] {
    if (data->empty() && server->empty()) throw CLI::RequiredError("--data, or --server,");
    if (customer->empty() && phone->empty() && mail->empty()) {
      throw CLI::RequiredError("--customer, --phone or --mail");
    }
    action = [&] { return wissel::contacts_command::RunErase(options); };
  });
}

void AddImport(CLI::App& app, ImportOptions& options, Action& action) {
  CLI::App* command = app.add_subcommand("import", wissel::imports::kImportHelp);
  command->add_option("what", options.what, "What the lines are")
      ->required()
      ->check(CLI::IsMember(wissel::imports::kKinds));
  command->add_option("file", options.file, "CSV file; - is standard input")->required();
  command->add_option("--list,--mailing", options.into, "The list or mailing they belong to");
  command->add_option("--server", options.server, "HOST:PORT of its gRPC door")->required();
  command->add_option("--token", options.token, "Of a manager")->envname("WISSEL_TOKEN");
  command->add_flag("--dry-run", options.dry_run, "Check all lines, change nothing");
  command->add_flag("--skip-bad", options.skip_bad, "Leave out lines that are wrong");
  command->add_flag("--json", options.json, "One JSON object a line");
  command->callback([&] { action = [&] { return wissel::imports::RunImport(options); }; });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Wissel routes a contact center's work to people by skill.", "wissel");
  app.set_version_flag("--version", "wissel " WISSEL_VERSION);
  app.require_subcommand(1);

  Action action;
  ServeOptions serve;
  TokenOptions token;
  UserOptions user;
  MomentCommand moment;
  HistoryCommand history;
  FeedOptions feed;
  WhatIfOptions whatif;
  EraseOptions erase;
  ImportOptions imports;
  RulesOptions rules;
  wissel::server::PlanningCommands planning;
  wissel::server::OperationsCommands operations;
  AddServe(app, serve, action);
  AddToken(app, token, action);
  AddUsers(app, user, action);
  AddMoments(app, moment, action);
  AddHistory(app, history, action);
  AddFeed(app, feed, action);
  AddWhatIf(app, whatif, action);
  AddErase(app, erase, action);
  AddImport(app, imports, action);
  AddRules(app, rules, action);
  wissel::server::AddPlanning(app, planning, action);
  wissel::server::AddOperations(app, operations, action);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  return action();
}
