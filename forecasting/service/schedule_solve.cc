#include "forecasting/service/schedule_solve.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "forecasting/service/resources.h"
#include "forecasting/service/schedule_book.h"
#include "forecasting/service/schedule_check.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

using rpc::Access;
using rpc::Context;
using rpc::Reply;
using rpc::Role;
using v1::Schedule;
using v1::Shift;

constexpr int kMostWeeks = 8;
constexpr Duration kUsualLimit = Duration::Seconds(60);
constexpr Duration kLongestLimit = Duration::Hours(1);

// What a solver is given, and what its answer becomes.
struct Task {
  Schedule head;
  ScheduleScene scene;
  ShiftsByAgent pinned;  // what stands, by agent
  Duration limit = kUsualLimit;
};

// Only what is pinned within the weeks of the schedule.
ShiftsByAgent PinnedOf(ShiftsByAgent shifts, const ScheduleScene& scene) {
  std::set<std::string> planned;
  for (const v1::PlannedAgent& agent : scene.agents) planned.insert(agent.agent());
  for (auto& [agent, list] : shifts) {
    std::erase_if(list, [&](const Shift& shift) {
      return !shift.pinned() || !scene.days.Meet(LocalDaysOf(shift, scene.zone));
    });
  }
  std::erase_if(shifts, [&](const auto& entry) {
    return entry.second.empty() || !planned.contains(entry.first);
  });
  return shifts;
}

absl::StatusOr<Task> TaskOf(PlanStore& store, const Eligible& eligible,
                            const v1::SolveScheduleRequest& request, const rpc::Caller& caller,
                            Instant now, absl::TimeZone zone) {
  Task task;
  WISSEL_ASSIGN_OR_RETURN(const absl::CivilDay start, ReadDay(request.start_date(), "startDate"));
  if (absl::GetWeekday(start) != absl::Weekday::monday) {
    return RefuseField("startDate", fmt::format("{} is no Monday", request.start_date()),
                       "the Monday of its first week");
  }
  WISSEL_RETURN_IF_ERROR(ReadNumber(request.weeks(), 1, kMostWeeks, "weeks").status());
  WISSEL_RETURN_IF_ERROR(CheckText(request.note(), 500, "note"));
  if (request.has_time_limit()) {
    WISSEL_ASSIGN_OR_RETURN(task.limit, ReadDuration(request.time_limit(), Duration::Seconds(1),
                                                     kLongestLimit, "timeLimit"));
  }
  if (request.required_staff().empty()) {
    return RefuseField("requiredStaff", "is not given", "requiredStaff/{number}");
  }
  task.head.set_start_date(request.start_date());
  task.head.set_weeks(request.weeks());
  task.head.set_required_staff(request.required_staff());
  task.head.set_note(request.note());
  task.head.set_user(caller.user);
  task.head.set_revision(1);
  WriteTimestamp(now, task.head.mutable_create_time());
  const std::vector<std::string> only(request.agents().begin(), request.agents().end());
  WISSEL_ASSIGN_OR_RETURN(task.scene, SceneFor(store, task.head, eligible, zone, {}, only));
  if (task.scene.demand.empty()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "requiredStaff",
                  "nobody is required in these weeks", "weeks that the required staff covers");
  }
  if (task.scene.agents.empty()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "agents", "there is nobody to plan",
                  "agents who can serve the queues that need people");
  }
  if (!request.pinned_schedule().empty()) {
    WISSEL_ASSIGN_OR_RETURN(const StoredSchedule from,
                            FindSchedule(store, request.pinned_schedule(), "pinnedSchedule"));
    WISSEL_ASSIGN_OR_RETURN(ShiftsByAgent shifts, ShiftsOf(store, from.number));
    task.pinned = PinnedOf(std::move(shifts), task.scene);
  }
  return task;
}

// The solver's shifts, those that were pinned as they were.
ShiftsByAgent ShiftsFrom(const Task& task, const schedule::Schedule& roster) {
  ShiftsByAgent shifts = ReadRoster(task.scene, roster);
  for (const auto& [agent, pinned] : task.pinned) {
    std::vector<Shift>& list = shifts[agent];
    for (const Shift& pin : pinned) {
      std::erase_if(list, [&](const Shift& one) { return StartOf(one) == StartOf(pin); });
      list.push_back(pin);
      list.back().clear_name();
    }
  }
  return shifts;
}

absl::StatusOr<std::string> Keep(PlanStore& store, const Task& task,
                                 const schedule::Schedule& roster) {
  StoredSchedule made;
  const absl::Status kept = store.Transact([&]() -> absl::Status {
    Schedule head = task.head;
    ShiftsByAgent shifts = ShiftsFrom(task, roster);
    WISSEL_ASSIGN_OR_RETURN(Checked checked, Check(task.scene, shifts));
    *head.mutable_figures() = std::move(checked.figures);
    head.mutable_figures()->set_cost(roster.objective());
    if (roster.has_bound()) head.mutable_figures()->set_bound(roster.bound());
    WISSEL_ASSIGN_OR_RETURN(made, AddSchedule(store, std::move(head)));
    for (auto& [agent, list] : shifts) {
      WISSEL_RETURN_IF_ERROR(PutShifts(store, made.number, agent, list));
    }
    return absl::OkStatus();
  });
  if (!kept.ok()) return kept;
  return made.head.name();
}

absl::StatusOr<std::string> Carry(Office& office, const SolverProcess& solver, const Task& task,
                                  LongRun& run) {
  WISSEL_ASSIGN_OR_RETURN(const schedule::Schedule roster,
                          Solve(solver, WriteProblem(task.scene, task.pinned), task.limit, run));
  return office.OnStore([&](PlanStore& store) { return Keep(store, task, roster); });
}

}  // namespace

void RegisterSolving(rpc::MethodTable& table, Office& office, const SolverProcess& solver) {
  table.Unary<v1::SolveScheduleRequest, v1::Operation>(
      "wissel.v1.ScheduleService.SolveSchedule", Access::Of({Role::kPlanner, Role::kAdmin}),
      [&office, solver](const Context& context, const v1::SolveScheduleRequest& request,
                        Reply<v1::Operation> reply) {
        office.ChangeWithPeople(
            context, "SolveSchedule", request, std::move(reply),
            [&office, solver, request, caller = context.caller, now = office.shard().now(),
             zone = office.zone()](PlanStore& store,
                                   const Eligible& eligible) -> absl::StatusOr<v1::Operation> {
              WISSEL_ASSIGN_OR_RETURN(Task task,
                                      TaskOf(store, eligible, request, caller, now, zone));
              return office.operations().Begin(
                  v1::Operation::SCHEDULE, caller.user,
                  [&office, solver, task = std::move(task)](LongRun& run) {
                    return Carry(office, solver, task, run);
                  });
            });
      });
}

}  // namespace wissel::forecasting
