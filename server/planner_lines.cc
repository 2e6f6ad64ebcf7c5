#include "server/planner_lines.h"

#include "CLI/CLI.hpp"

namespace wissel::server {
namespace {

using schedule::ScheduleOptions;
using staffing::ErlangOptions;
using staffing::StaffOptions;

using Action = std::function<int()>;

// What `wissel erlang` and `wissel staff` ask of a station alike.
template <class Options>
void AddTargets(CLI::App& command, Options& options) {
  command.add_option("--patience", options.patience_s, "Mean patience in seconds (Erlang A)")
      ->capture_default_str();
  command.add_option("--threshold", options.threshold_s, "T of the service level, in seconds")
      ->capture_default_str();
  command.add_option("--service-level", options.service_level, "Target: at least, 0.8");
  command
      .add_option("--variant", options.variant,
                  "How abandoned calls count in the service level: of-offered (answered in T / "
                  "all), less-short (/ all less those abandoned within --short), gone-is-good "
                  "(answered or gone in T / all), of-answered (/ all answered)")
      ->capture_default_str();
  command.add_option("--short", options.short_s, "Of less-short, in seconds; left out: T");
  command.add_option("--asa", options.answer_s, "Target: mean wait of the answered, at most");
  command.add_option("--abandon", options.abandoned, "Target: share abandoned, at most");
  command.add_option("--wait", options.waits, "Target: share that waits at all, at most");
  command.add_option("--occupancy", options.occupancy, "Target: occupancy, at most");
  command.add_flag("--json", options.json, "One JSON object a line");
}

constexpr const char* kErlangHelp =
    "Erlang's formulas: loss (b), delay (c), delay with patience (a), in steady state.\n"
    "With --agents: what they give. Without: the fewest that keep every target that is given.";

void AddErlang(CLI::App& app, ErlangOptions& options, Action& action) {
  CLI::App* erlang = app.add_subcommand("erlang", kErlangHelp);
  erlang->add_option("model", options.model, "a, b or c")
      ->required()
      ->check(CLI::IsMember({"a", "b", "c"}, CLI::ignore_case));
  erlang->add_option("--load", options.load, "Offered load in erlangs");
  erlang->add_option("--calls", options.calls, "Or: calls in --interval-min, of --aht each");
  erlang->add_option("--interval-min", options.interval_min, "Minutes of --calls")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  erlang->add_option("--aht", options.aht_s, "Mean handle time in seconds")->capture_default_str();
  erlang
      ->add_option("--cv", options.cv,
                   "Coefficient of variation of the load itself: figures are averaged over it")
      ->capture_default_str();
  erlang->add_option("--agents", options.agents, "Agents, or lines; may be a fraction");
  erlang->add_option("--blocked", options.blocked, "Target of b: share blocked, at most");
  AddTargets(*erlang, options);
  erlang->callback([&] { action = [&] { return wissel::staffing::RunErlang(options); }; });
}

constexpr const char* kStaffHelp =
    "The people that a day needs, interval by interval: from a forecast (columns start, calls, "
    "aht,\ncv, q05 to q95, work), by a formula. The requirement stays fractional, shrinkage and "
    "other work\nare added, and the sum is rounded up, once.";

void AddStaff(CLI::App& app, StaffOptions& options, Action& action) {
  CLI::App* staff = app.add_subcommand("staff", kStaffHelp);
  staff->add_option("forecast", options.forecast, "File of intervals (, ; or tab)");
  staff->add_option("--interval-min", options.interval_min, "Minutes of an interval")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  staff
      ->add_option("--method", options.method,
                   "erlang-a, erlang-c: each interval by itself; mol, mol-max: modified offered "
                   "load; sipp-max, lag, lag-max")
      ->capture_default_str();
  staff->add_option("--erlang", options.erlang, "Station of the others: a or c")
      ->check(CLI::IsMember({"a", "c"}, CLI::ignore_case))
      ->capture_default_str();
  staff->add_flag("--opens", options.opens, "Nobody calls before the first interval");
  staff->add_option("--aht", options.aht_s, "Handle time where the file has none, in seconds")
      ->capture_default_str();
  staff->add_option("--shrinkage", options.shrinkage, "Share of paid time that is not worked")
      ->capture_default_str();
  staff->add_option("--deadline-h", options.deadline_h, "Hours in which work that may wait is done")
      ->capture_default_str();
  staff->add_option("--backlog-h", options.backlog_h, "Hours of it that are there at the beginning")
      ->capture_default_str();
  staff->add_option("--blend", options.blend_occupancy,
                    "People for calls do such work between them, up to this occupancy");
  AddTargets(*staff, options);
  staff->callback([&] { action = [&] { return wissel::staffing::RunStaff(options); }; });
}

constexpr const char* kScheduleHelp =
    "Find a schedule for the problem of a file: tables of what is required and of shifts or tours\n"
    "(CSV), a roster of the Curtois and Qu benchmark, or a problem of named people (JSON); see\n"
    "docs/SCHEDULING.md. With --json each line of progress has best, bound, gap and seconds, and "
    "the\n"
    "last line is the schedule. SIGINT and SIGTERM ask for the best so far.";

void AddSchedule(CLI::App& app, ScheduleOptions& options, Action& action) {
  CLI::App* schedule = app.add_subcommand("schedule", "Shifts, tours and rosters of named people");
  schedule->require_subcommand(1);
  CLI::App* solve = schedule->add_subcommand("solve", kScheduleHelp);
  CLI::App* verify = schedule->add_subcommand(
      "verify", "Every rule that a schedule breaks, in a sentence, and what it costs");
  for (CLI::App* command : {solve, verify}) {
    command->add_option("--problem", options.problem, "File; -: standard input")->required();
    command->add_option("--shifts", options.patterns,
                        "Shifts or tours of a covering problem; left out: NAME_shifts.csv or "
                        "NAME_tours.csv beside NAME_req.csv");
    command
        ->add_option("--under-price", options.under_price,
                     "Covering: what an interval costs in which somebody is missing; left out: "
                     "nobody may be")
        ->check(CLI::NonNegativeNumber);
    command->add_flag("--json", options.json, "One JSON object a line");
  }
  solve->add_option("--seconds", options.seconds, "Stop with the best so far after so long")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  solve
      ->add_option("--rounds", options.rounds,
                   "Stop after so many rounds of improvement: the same answer on any machine that "
                   "ends them within --seconds")
      ->check(CLI::NonNegativeNumber);
  solve->add_option("--seed", options.seed, "Of all draws")->capture_default_str();
  solve->add_option("--out", options.out, "Write the schedule here: JSON, or CSV if named *.csv");
  verify
      ->add_option("--schedule", options.schedule, "The schedule, as solve --out writes it (JSON)")
      ->required();
  solve->callback([&] { action = [&] { return wissel::schedule::RunScheduleSolve(options); }; });
  verify->callback([&] { action = [&] { return wissel::schedule::RunScheduleVerify(options); }; });
}

}  // namespace

void AddPlannerLines(CLI::App& app, PlannerLines& lines, Action& action) {
  AddErlang(app, lines.erlang, action);
  AddStaff(app, lines.staff, action);
  AddSchedule(app, lines.schedule, action);
}

}  // namespace wissel::server
