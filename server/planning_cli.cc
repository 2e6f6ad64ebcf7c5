#include "server/planning_cli.h"

#include "CLI/CLI.hpp"

namespace wissel::server {
namespace {

using forecast::EvaluateOptions;
using forecast::InputOptions;
using forecast::MakeOptions;
using schedule::ScheduleOptions;
using simulate::SimulateOptions;
using simulate::StaffModelOptions;
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
      ->transform(CLI::IsMember({"a", "b", "c"}, CLI::ignore_case));
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

// The part for skills: by simulation.
CLI::Option* AddStaffModel(CLI::App& staff, StaffModelOptions& options) {
  CLI::Option* model = staff.add_option("--model", options.model,
                                        "Instead of a forecast: a simulation model, whose groups "
                                        "are staffed for every queue's target");
  staff.add_option("--seed", options.seed, "Of the model's draws; left out: the model's")
      ->needs(model);
  staff
      .add_option("--replications", options.replications, "Days simulated for each look at a staff")
      ->check(CLI::Range(1, 10'000))
      ->needs(model)
      ->capture_default_str();
  staff.add_option("--check", options.check_replications, "Days that the result is checked with")
      ->check(CLI::Range(2, 10'000))
      ->needs(model)
      ->capture_default_str();
  staff.add_option("--looks", options.most_looks, "Staffings that are looked at, at most")
      ->check(CLI::Range(1, 1'000'000))
      ->needs(model)
      ->capture_default_str();
  staff.add_option("--threads", options.threads, "0: one for each processor")
      ->check(CLI::Range(0, 1024))
      ->needs(model)
      ->capture_default_str();
  return model;
}

void AddStaff(CLI::App& app, StaffCommand& command, Action& action) {
  StaffOptions& options = command.forecast;
  CLI::App* staff = app.add_subcommand("staff", kStaffHelp);
  CLI::Option* forecast =
      staff->add_option("forecast", options.forecast, "File of intervals (, ; or tab)");
  CLI::Option* model = AddStaffModel(*staff, command.model)->excludes(forecast);
  staff->add_option("--interval-min", options.interval_min, "Minutes of an interval")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  staff
      ->add_option("--method", options.method,
                   "erlang-a, erlang-c: each interval by itself; mol, mol-max: modified offered "
                   "load; sipp-max, lag, lag-max")
      ->capture_default_str();
  staff->add_option("--erlang", options.erlang, "Station of the others: a or c")
      ->transform(CLI::IsMember({"a", "c"}, CLI::ignore_case))
      ->capture_default_str();
  staff
      ->add_option("--before", options.before,
                   "What was before the first interval: nothing, the same rate, or the same cycle")
      ->check(CLI::IsMember({"nothing", "same", "cycle"}))
      ->capture_default_str();
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
  staff->callback([&, forecast, model] {
    if (forecast->empty() && model->empty()) throw CLI::RequiredError("a forecast, or --model,");
    action = [&] {
      command.model.json = command.forecast.json;
      return command.model.model.empty() ? wissel::staffing::RunStaff(command.forecast)
                                         : wissel::simulate::RunStaffModel(command.model);
    };
  });
}

constexpr const char* kSimulateHelp =
    "Run a model of a center (docs/SIMULATION.md) through the real engine on a virtual clock: "
    "service,\nabandonment and occupancy with their confidence at 95 %. The n-th contact of a "
    "queue "
    "is the same\nin every model of that seed, so two models differ by nothing but what is "
    "changed.";

void AddSimulate(CLI::App& app, SimulateOptions& options, Action& action) {
  CLI::App* simulate = app.add_subcommand("simulate", kSimulateHelp);
  simulate->add_option("--model", options.model, "The model (YAML)")->required();
  simulate->add_option("--replications", options.replications, "Left out: the model's")
      ->check(CLI::Range(1, 1'000'000));
  simulate
      ->add_option("--precision", options.precision,
                   "Go on until each queue's service level is known so well (half width)")
      ->check(CLI::Range(1e-6, 1.0));
  simulate->add_option("--most", options.most, "Replications, with --precision, at most")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  simulate->add_option("--volume", options.volume, "How many times the contacts: 1.2, 0.8")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str();
  simulate->add_option("--seed", options.seed, "Of all draws; left out: the model's");
  simulate->add_option("--threads", options.threads, "0: one for each processor")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  simulate->add_flag("--json", options.json, "One JSON object a line");
  simulate->callback([&] { action = [&] { return wissel::simulate::RunSimulate(options); }; });
}

void AddForecastInputs(CLI::App& command, InputOptions& inputs) {
  command
      .add_option("--series", inputs.series,
                  "File of counts: columns timestamp,count; , ; or tab between them")
      ->required();
  command
      .add_option("--interval-min", inputs.interval_min,
                  "Minutes of an interval: the file's own, or a multiple")
      ->capture_default_str()
      ->check(CLI::Range(1, 24 * 60));
  command.add_option("--special-days", inputs.special_days,
                     "File of the columns date,name and, if need be, kind (holiday, eve, bridge, "
                     "other) and dataset");
  command.add_option("--dataset", inputs.dataset, "Only these rows of the special days");
  command.add_option("--calendar", inputs.calendar,
                     "Computed holidays: be, be-flemish, be-french, be-german, be-brussels or nl");
  command.add_option("--regressors", inputs.regressors,
                     "File of the column date and one for each number known of every day");
}

void AddEvaluate(CLI::App& forecast, EvaluateOptions& options, Action& action) {
  CLI::App* evaluate = forecast.add_subcommand(
      "evaluate", "How good forecasts of a series would have been: rolling origins, scored");
  AddForecastInputs(*evaluate, options.inputs);
  evaluate->add_option("--protocol", options.protocol_file,
                       "File of what follows (docs/FORECAST.md); flags go before it");
  evaluate->add_option("--train-days", options.protocol.train_days,
                       "Days of the grid to learn from (60); the calendar method uses all before");
  evaluate->add_option("--horizon-days", options.protocol.horizon_days, "Days to forecast (10)");
  evaluate->add_option("--step", options.protocol.step_days, "Days between origins (4)");
  evaluate->add_option("--first-origin", options.protocol.first_origin,
                       "First day that is forecast; left out: after the first training days");
  evaluate->add_option("--origins", options.protocol.origins,
                       "File with a column origin: these days instead");
  evaluate->add_option("--intraday", options.protocol.intraday,
                       "Also the rest of the first day, once so many intervals are known");
  evaluate
      ->add_option("--methods", options.methods,
                   "snaive, avg4w, avg8w, robust, svd, calendar, auto; left out: all of them")
      ->delimiter(',');
  evaluate->add_flag("--json", options.json, "One JSON object a line");
  evaluate->callback([&] { action = [&] { return wissel::forecast::RunEvaluate(options); }; });
}

void AddMake(CLI::App& forecast, MakeOptions& options, Action& action) {
  CLI::App* make = forecast.add_subcommand(
      "make", "What comes next: mean and quantiles of each interval, as CSV");
  AddForecastInputs(*make, options.inputs);
  make->add_option("--days", options.days, "Open days after the last of the history")
      ->capture_default_str();
  make->add_option("--method", options.method,
                   "snaive, avg4w, avg8w, robust, svd, calendar, or auto: what has been right")
      ->capture_default_str();
  make->add_option("--events", options.events,
                   "File of the columns name,effect,size,first and, if need be, uncertainty, "
                   "response, from, until (docs/FORECAST.md)");
  make->add_option("--scenario", options.scenario, "low, expected or high")->capture_default_str();
  make->add_option("--surge", options.surge, "So many times the contacts")->capture_default_str();
  make->add_flag("--json", options.json, "One JSON object a line: what it is, then each interval");
  make->callback([&] { action = [&] { return wissel::forecast::RunMake(options); }; });
}

void AddForecast(CLI::App& app, PlanningCommands& commands, Action& action) {
  CLI::App* forecast = app.add_subcommand("forecast", "Forecasts of volumes from interval counts");
  forecast->require_subcommand(1);
  AddEvaluate(*forecast, commands.evaluate, action);
  AddMake(*forecast, commands.make, action);
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

void AddPlanning(CLI::App& app, PlanningCommands& commands, Action& action) {
  AddForecast(app, commands, action);
  AddSchedule(app, commands.schedule, action);
  AddErlang(app, commands.erlang, action);
  AddStaff(app, commands.staff, action);
  AddSimulate(app, commands.simulate, action);
}

}  // namespace wissel::server
