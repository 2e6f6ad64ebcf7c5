// The planner's commands on the command line: their flags, and what they hand over to.
#pragma once

#include <functional>

#include "server/forecast/forecast.h"
#include "server/schedule/schedule.h"
#include "server/staffing/erlang.h"
#include "server/staffing/staff.h"

namespace CLI {
class App;
}

namespace wissel::server {

// What the flags were read into; must live until the action has run.
struct PlannerLines {
  forecast::EvaluateOptions evaluate;
  forecast::MakeOptions make;
  staffing::ErlangOptions erlang;
  staffing::StaffOptions staff;
  schedule::ScheduleOptions schedule;
};

void AddPlannerLines(CLI::App& app, PlannerLines& lines, std::function<int()>& action);

}  // namespace wissel::server
