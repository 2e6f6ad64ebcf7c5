// The planner's commands on the command line: forecast, schedule, erlang, staff, simulate. Of
// main.cc alone.
#pragma once

#include <functional>

#include "server/forecast/forecast.h"
#include "server/schedule/schedule.h"
#include "server/simulate/simulate.h"
#include "server/simulate/staff_model.h"
#include "server/staffing/erlang.h"
#include "server/staffing/staff.h"

namespace CLI {
class App;
}

namespace wissel::server {

// `wissel staff` of a forecast, or of a model.
struct StaffCommand {
  staffing::StaffOptions forecast;
  simulate::StaffModelOptions model;
};
struct PlanningCommands {
  forecast::EvaluateOptions evaluate;
  forecast::MakeOptions make;
  schedule::ScheduleOptions schedule;
  staffing::ErlangOptions erlang;
  StaffCommand staff;
  simulate::SimulateOptions simulate;
};

// `action` becomes what the command that was given does. Both outlive the parsing.
void AddPlanning(CLI::App& app, PlanningCommands& commands, std::function<int()>& action);

}  // namespace wissel::server
