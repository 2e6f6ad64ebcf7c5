#include "forecasting/service/staffing_service.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "forecasting/core/staffing/chat.h"
#include "forecasting/core/staffing/plan.h"
#include "forecasting/service/forecast_book.h"
#include "forecasting/service/resources.h"
#include "forecasting/service/schedule_book.h"
#include "forecasting/service/staffing_by_simulation.h"
#include "forecasting/service/staffing_targets.h"
#include "google/protobuf/empty.pb.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"
#include "wissel/v1/staffing.pb.h"

namespace wissel::forecasting {
namespace {

using google::protobuf::Empty;
using rpc::Access;
using rpc::Context;
using rpc::Reply;
using rpc::Role;
using v1::RequiredSeries;
using v1::RequiredStaff;

constexpr Duration kLongest = Duration::Days(30);
constexpr double kMostShrinkage = 0.8;
constexpr size_t kMostListed = 1000;

struct Task {
  StoredForecast forecast;
  RequiredStaff head;  // without series
  std::vector<Target> targets;
  std::optional<double> most_occupancy;
  Days days;
  std::optional<StaffSearch> search;  // by simulation
};

// The points of one local day.
using Day = std::vector<const v1::ForecastPoint*>;
std::map<absl::CivilDay, Day> ByDay(const v1::ForecastSeries& series, const Days& days,
                                    absl::TimeZone zone) {
  std::map<absl::CivilDay, Day> by_day;
  for (const v1::ForecastPoint& point : series.points()) {
    if (!point.has_expected()) continue;
    const absl::CivilDay day =
        absl::ToCivilDay(absl::FromUnixSeconds(point.start_time().seconds()), zone);
    if (days.Meet({day, day})) by_day[day].push_back(&point);
  }
  return by_day;
}

staffing::ForecastInterval IntervalOf(const v1::ForecastPoint& point, const Target& target) {
  staffing::ForecastInterval interval;
  interval.aht_s = std::max(1.0, SecondsIn(point.handle_time()));
  if (target.manner == Manner::kMayWait) {
    interval.deferrable_s = point.expected() * interval.aht_s;
    return interval;
  }
  interval.calls = point.expected();
  interval.cv = RateSpreadOf(point);
  return interval;
}

staffing::PlanOptions OptionsOf(const Task& task, const Target& target, v1::StaffingMethod method) {
  staffing::PlanOptions options;
  options.model = method == v1::ERLANG_C ? staffing::Model::kErlangC : staffing::Model::kErlangA;
  options.method = method == v1::MODIFIED_OFFERED_LOAD ? staffing::LoadMethod::kMolMean
                                                       : staffing::LoadMethod::kSippMean;
  options.before = staffing::Before::kNothing;
  options.patience_s = target.patience_s;
  options.targets.service_level = target.service_level;
  options.targets.threshold_s = target.within_s;
  options.targets.occupancy = task.most_occupancy;
  options.shrinkage = task.head.shrinkage();
  options.deadline_s = target.within_s;
  return options;
}

// Chats: interval by interval, as each agent has several.
absl::Status PlanChats(const Day& day, const Target& target, double interval_s,
                       RequiredSeries& series, double shrinkage) {
  for (const v1::ForecastPoint* point : day) {
    staffing::ChatStation station;
    station.per_s = point->expected() / interval_s;
    station.aht_s = std::max(1.0, SecondsIn(point->handle_time()));
    station.at_once = target.concurrency;
    station.patience_s = target.patience_s;
    station.threshold_s = target.within_s;
    RequiredSeries::Point& out = *series.add_points();
    *out.mutable_start_time() = point->start_time();
    out.set_contacts(point->expected());
    *out.mutable_handle_time() = point->handle_time();
    out.set_load(station.per_s * station.aht_s);
    if (point->expected() <= 0) continue;
    WISSEL_ASSIGN_OR_RETURN(const int agents,
                            staffing::FewestForChat(station, target.service_level));
    WISSEL_ASSIGN_OR_RETURN(const auto figures, staffing::ChatWith(station, agents));
    out.set_required(agents);
    out.set_paid(agents / (1 - shrinkage));
    out.set_service_level(figures.wait.served_within);
    out.set_occupancy(figures.wait.occupancy);
  }
  return absl::OkStatus();
}

absl::Status PlanDay(const Task& task, const Day& day, const Target& target,
                     v1::StaffingMethod method, RequiredSeries& series) {
  const double interval_s = task.head.interval_minutes() * 60.0;
  if (target.manner == Manner::kSeveralAtOnce) {
    return PlanChats(day, target, interval_s, series, task.head.shrinkage());
  }
  std::vector<staffing::ForecastInterval> intervals;
  for (const v1::ForecastPoint* point : day) intervals.push_back(IntervalOf(*point, target));
  WISSEL_ASSIGN_OR_RETURN(const auto planned, staffing::PlanStaff(intervals, interval_s,
                                                                  OptionsOf(task, target, method)));
  for (size_t i = 0; i < planned.size(); ++i) {
    RequiredSeries::Point& out = *series.add_points();
    *out.mutable_start_time() = day[i]->start_time();
    out.set_contacts(day[i]->expected());
    *out.mutable_handle_time() = day[i]->handle_time();
    out.set_load(planned[i].load);
    out.set_required(planned[i].agents);
    out.set_paid((planned[i].calls_need + planned[i].others_need) / (1 - task.head.shrinkage()));
    out.set_service_level(target.manner == Manner::kMayWait ? 1 : planned[i].service_level);
    if (planned[i].agents > 0) {
      const double load =
          target.manner == Manner::kMayWait ? planned[i].others_need : planned[i].load;
      out.set_occupancy(std::min(1.0, load / planned[i].agents));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<RequiredSeries> PlanQueue(const Task& task, const v1::ForecastSeries& forecast,
                                         const Target& target, v1::StaffingMethod method,
                                         absl::TimeZone zone) {
  RequiredSeries series;
  series.add_queues(target.queue);
  for (const auto& [day, points] : ByDay(forecast, task.days, zone)) {
    WISSEL_RETURN_IF_ERROR(PlanDay(task, points, target, method, series));
  }
  return series;
}

double HoursOf(const RequiredSeries& series, int interval_minutes) {
  double hours = 0;
  for (const auto& point : series.points()) hours += point.paid() * interval_minutes / 60.0;
  return hours;
}

// By formula: all queues, or by simulation those that may wait.
absl::Status PlanByFormula(Office& office, const Task& task, LongRun& run, RequiredStaff& staff) {
  const absl::TimeZone zone = office.zone();
  const v1::StaffingMethod method = task.search ? v1::MODIFIED_OFFERED_LOAD : staff.method();
  for (size_t i = 0; i < task.targets.size(); ++i) {
    if (run.cancelled()) return absl::CancelledError("ended before it was done");
    const Target& target = task.targets[i];
    WISSEL_ASSIGN_OR_RETURN(
        const v1::ForecastSeries forecast, office.OnStore([&](PlanStore& store) {
          return PlannedSeries(store, task.forecast, target.queue, staff.scenario(), zone);
        }));
    WISSEL_ASSIGN_OR_RETURN(const RequiredSeries plain,
                            PlanQueue(task, forecast, target, v1::ERLANG_C, zone));
    staff.set_erlang_c_agent_hours(staff.erlang_c_agent_hours() +
                                   HoursOf(plain, staff.interval_minutes()));
    if (!task.search || target.manner == Manner::kMayWait) {
      WISSEL_ASSIGN_OR_RETURN(*staff.add_series(), PlanQueue(task, forecast, target, method, zone));
    }
    if (!task.search) {
      run.Tell({static_cast<int64_t>(i) + 1, static_cast<int64_t>(task.targets.size())});
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Carry(Office& office, Task task, LongRun& run) {
  RequiredStaff& staff = task.head;
  if (task.search) {
    WISSEL_RETURN_IF_ERROR(StaffBySimulation(office, *task.search, run, staff));
  }
  WISSEL_RETURN_IF_ERROR(PlanByFormula(office, task, run, staff));
  for (const RequiredSeries& series : staff.series()) {
    staff.set_agent_hours(staff.agent_hours() + HoursOf(series, staff.interval_minutes()));
  }
  return office.OnStore([&](PlanStore& store) -> absl::StatusOr<std::string> {
    const absl::Status kept = store.Transact([&]() -> absl::Status {
      WISSEL_ASSIGN_OR_RETURN(const uint64_t number, store.NextNumber(kRequiredStaff));
      staff.set_name(NameOf(kRequiredStaff, number));
      return store.Put({kRequiredStaff, number}, staff);
    });
    if (!kept.ok()) return kept;
    return staff.name();
  });
}

// What the search has to know; none for a formula, which knows nothing of groups.
absl::StatusOr<std::optional<StaffSearch>> SearchOf(const v1::ComputeRequiredStaffRequest& request,
                                                    const Task& task, const Rules& rules) {
  if (request.method() != v1::SIMULATION) {
    if (request.only_people_there()) {
      return RefuseField("onlyPeopleThere", "formulas know no people", "the method SIMULATION");
    }
    if (request.has_cost_of_queue()) {
      return RefuseField("costOfQueue", "formulas know no costs", "the method SIMULATION");
    }
    return std::nullopt;
  }
  if (request.has_most_occupancy()) {
    return RefuseField("mostOccupancy", "cannot be kept to by simulation", "leave it out");
  }
  for (int i = 0; i < request.targets_size(); ++i) {
    if (request.targets(i).concurrency() <= 1) continue;
    return RefuseField(fmt::format("targets[{}].concurrency", i),
                       "is what the routing profiles say", "leave it out");
  }
  StaffSearch search;
  if (request.has_cost_of_queue()) {
    WISSEL_RETURN_IF_ERROR(CheckShare(request.cost_of_queue(), 0, 1, "costOfQueue"));
    search.cost_of_queue = request.cost_of_queue();
  }
  std::copy_if(task.targets.begin(), task.targets.end(), std::back_inserter(search.targets),
               [](const Target& target) { return target.manner != Manner::kMayWait; });
  if (search.targets.empty()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "method",
                  "all queues of the forecast may wait: there is nothing to simulate",
                  "MODIFIED_OFFERED_LOAD");
  }
  search.forecast = task.forecast;
  search.scenario = request.scenario();
  search.days = task.days;
  search.rules = std::make_shared<const Rules>(rules);
  search.kinds = KindsOf(rules);
  search.shrinkage = request.shrinkage();
  search.only_people_there = request.only_people_there();
  WISSEL_ASSIGN_OR_RETURN(search.groups, GroupsFor(search.kinds, search.targets));
  return search;
}

absl::StatusOr<Task> TaskOf(PlanStore& store, const v1::ComputeRequiredStaffRequest& request,
                            const rpc::Caller& caller, Instant now, const Rules& rules) {
  const Directory& directory = rules.directory;
  Task task;
  WISSEL_ASSIGN_OR_RETURN(task.forecast, FindForecast(store, request.forecast(), "forecast"));
  task.days = DaysOf(task.forecast.head);
  const Days whole = task.days;
  if (!request.start_date().empty()) {
    WISSEL_ASSIGN_OR_RETURN(task.days.first, ReadDay(request.start_date(), "startDate"));
  }
  if (!request.end_date().empty()) {
    WISSEL_ASSIGN_OR_RETURN(task.days.last, ReadDay(request.end_date(), "endDate"));
  }
  if (task.days.first < whole.first || task.days.last > whole.last ||
      task.days.last < task.days.first) {
    return RefuseField("startDate", "these days are not those of the forecast",
                       fmt::format("{} to {}", WriteDay(whole.first), WriteDay(whole.last)));
  }
  if (!v1::StaffingMethod_IsValid(request.method())) {
    return RefuseField("method", "is none that is known",
                       "ERLANG_C, ERLANG_A, MODIFIED_OFFERED_LOAD or SIMULATION");
  }
  WISSEL_RETURN_IF_ERROR(CheckShare(request.shrinkage(), 0, kMostShrinkage, "shrinkage"));
  if (request.has_most_occupancy()) {
    WISSEL_RETURN_IF_ERROR(CheckShare(request.most_occupancy(), 0.5, 1, "mostOccupancy"));
    task.most_occupancy = request.most_occupancy();
  }
  WISSEL_ASSIGN_OR_RETURN(const AskedTargets asked, ReadTargets(request.targets(), directory));
  WISSEL_ASSIGN_OR_RETURN(task.targets, TargetsOf(task.forecast.head, directory, asked));
  WISSEL_ASSIGN_OR_RETURN(task.search, SearchOf(request, task, rules));
  RequiredStaff& head = task.head;
  WriteTimestamp(now, head.mutable_create_time());
  head.set_user(caller.user);
  head.set_forecast(task.forecast.head.name());
  head.set_scenario(request.scenario().empty() ? "scenarios/expected" : request.scenario());
  head.set_method(request.method() == v1::STAFFING_METHOD_UNSPECIFIED ? v1::MODIFIED_OFFERED_LOAD
                                                                      : request.method());
  head.set_start_date(WriteDay(task.days.first));
  head.set_days(static_cast<int>(task.days.count()));
  head.set_interval_minutes(task.forecast.head.interval_minutes());
  head.set_shrinkage(request.shrinkage());
  for (const Target& target : task.targets) WriteTarget(target, head.add_targets());
  return task;
}

absl::StatusOr<RequiredStaff> Find(PlanStore& store, const v1::GetRequiredStaffRequest& request) {
  WISSEL_ASSIGN_OR_RETURN(const uint64_t number, NumberOf(kRequiredStaff, request.name(), "name"));
  RequiredStaff staff;
  WISSEL_ASSIGN_OR_RETURN(const bool found, store.Get({kRequiredStaff, number}, &staff));
  if (!found) return NoSuchName("name", request.name());
  if (request.queues().empty()) return staff;
  RequiredStaff some = staff;
  some.clear_series();
  for (const RequiredSeries& series : staff.series()) {
    const bool wanted =
        std::any_of(series.queues().begin(), series.queues().end(), [&](const std::string& queue) {
          return std::find(request.queues().begin(), request.queues().end(), queue) !=
                 request.queues().end();
        });
    if (wanted) *some.add_series() = series;
  }
  return some;
}

absl::StatusOr<v1::ListRequiredStaffResponse> List(PlanStore& store, const std::string& forecast) {
  WISSEL_ASSIGN_OR_RETURN(auto all, ReadAll<RequiredStaff>(store, kRequiredStaff, kMostListed));
  v1::ListRequiredStaffResponse response;
  for (auto& [number, staff] : all) {
    if (!forecast.empty() && staff.forecast() != forecast) continue;
    staff.clear_series();
    *response.add_required_staff() = std::move(staff);
  }
  return response;
}

// A schedule that was made for it would no longer know what it covers.
absl::StatusOr<Empty> Delete(PlanStore& store, const std::string& name) {
  WISSEL_ASSIGN_OR_RETURN(const uint64_t number, NumberOf(kRequiredStaff, name, "name"));
  WISSEL_ASSIGN_OR_RETURN(const auto schedules,
                          ReadAll<v1::Schedule>(store, kSchedules, kMostSchedules));
  for (const StoredSchedule& schedule : schedules) {
    if (schedule.head.required_staff() != name) continue;
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} was made for it", schedule.head.name()),
                  "delete that schedule first");
  }
  WISSEL_ASSIGN_OR_RETURN(const bool found, store.Delete(kRequiredStaff, number));
  if (!found) return NoSuchName("name", name);
  return Empty();
}

absl::StatusOr<v1::CalculateErlangResponse> Calculate(const v1::CalculateErlangRequest& request) {
  staffing::Demand demand;
  if (request.method() == v1::ERLANG_C) {
    demand.model = staffing::Model::kErlangC;
  } else if (request.method() != v1::ERLANG_A) {
    return RefuseField("method", "is no formula of one interval", "ERLANG_C or ERLANG_A");
  }
  WISSEL_RETURN_IF_ERROR(CheckShare(request.contacts_per_hour(), 0, 1e7, "contactsPerHour"));
  WISSEL_ASSIGN_OR_RETURN(
      const Duration handle,
      ReadDuration(request.handle_time(), Duration::Millis(1), kLongest, "handleTime"));
  WISSEL_ASSIGN_OR_RETURN(const Duration within,
                          ReadDuration(request.within(), Duration::Millis(0), kLongest, "within"));
  if (request.has_patience()) {
    WISSEL_ASSIGN_OR_RETURN(
        const Duration patience,
        ReadDuration(request.patience(), Duration::Millis(0), kLongest, "patience"));
    demand.patience_s = patience.seconds();
  }
  demand.aht_s = handle.seconds();
  const double load = request.contacts_per_hour() * demand.aht_s / 3600;
  demand.load = {{load, 1}};
  staffing::Targets targets;
  targets.threshold_s = within.seconds();
  int agents = request.agents();
  if (request.staff_case() == v1::CalculateErlangRequest::kServiceLevel) {
    targets.service_level = request.service_level();
    WISSEL_ASSIGN_OR_RETURN(agents, staffing::FewestAgents(demand, targets));
  }
  WISSEL_ASSIGN_OR_RETURN(const staffing::Outlook outlook,
                          staffing::OutlookWith(demand, agents, targets));
  v1::CalculateErlangResponse response;
  response.set_agents(agents);
  response.set_load(load);
  response.set_service_level(outlook.service_level);
  response.set_wait_probability(outlook.figures.waits);
  WriteSeconds(outlook.figures.mean_wait_s, response.mutable_mean_wait());
  response.set_abandoned(outlook.figures.abandoned);
  response.set_occupancy(outlook.figures.occupancy);
  return response;
}

}  // namespace

void RegisterStaffing(rpc::MethodTable& table, Office& office) {
  const Access look = Access::Of({Role::kPlanner, Role::kManager, Role::kAdmin});
  const Access change = Access::Of({Role::kPlanner, Role::kAdmin});
  table.Unary<v1::ComputeRequiredStaffRequest, v1::Operation>(
      "wissel.v1.StaffingService.ComputeRequiredStaff", change,
      [&office](const Context& context, const v1::ComputeRequiredStaffRequest& request,
                Reply<v1::Operation> reply) {
        office.ChangeWithRules(
            context, "ComputeRequiredStaff", request, std::move(reply),
            [&office, request, caller = context.caller, now = office.shard().now()](
                PlanStore& store, const Rules& rules) -> absl::StatusOr<v1::Operation> {
              WISSEL_ASSIGN_OR_RETURN(Task task, TaskOf(store, request, caller, now, rules));
              return office.operations().Begin(v1::Operation::REQUIRED_STAFF, caller.user,
                                               [&office, task = std::move(task)](LongRun& run) {
                                                 return Carry(office, task, run);
                                               });
            });
      });
  table.Unary<v1::GetRequiredStaffRequest, RequiredStaff>(
      "wissel.v1.StaffingService.GetRequiredStaff", look,
      [&office](const Context&, const v1::GetRequiredStaffRequest& request,
                Reply<RequiredStaff> reply) {
        office.Look(std::move(reply), [request](PlanStore& store) { return Find(store, request); });
      });
  table.Unary<v1::ListRequiredStaffRequest, v1::ListRequiredStaffResponse>(
      "wissel.v1.StaffingService.ListRequiredStaff", look,
      [&office](const Context&, const v1::ListRequiredStaffRequest& request,
                Reply<v1::ListRequiredStaffResponse> reply) {
        office.Look(std::move(reply), [forecast = request.forecast()](PlanStore& store) {
          return List(store, forecast);
        });
      });
  table.Unary<v1::DeleteRequiredStaffRequest, Empty>(
      "wissel.v1.StaffingService.DeleteRequiredStaff", change,
      [&office](const Context&, const v1::DeleteRequiredStaffRequest& request, Reply<Empty> reply) {
        office.Look(std::move(reply),
                    [name = request.name()](PlanStore& store) { return Delete(store, name); });
      });
  table.Unary<v1::CalculateErlangRequest, v1::CalculateErlangResponse>(
      "wissel.v1.StaffingService.CalculateErlang", look,
      [](const Context&, const v1::CalculateErlangRequest& request,
         Reply<v1::CalculateErlangResponse> reply) { reply(Calculate(request)); });
}

}  // namespace wissel::forecasting
