#include "forecasting/service/simulation_service.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/replications/replications.h"
#include "forecasting/service/agent_kinds.h"
#include "forecasting/service/forecast_book.h"
#include "forecasting/service/plan_changes.h"
#include "forecasting/service/resources.h"
#include "forecasting/service/schedule_book.h"
#include "forecasting/service/schedule_check.h"
#include "forecasting/service/simulated_center.h"
#include "forecasting/service/simulated_figures.h"
#include "forecasting/service/staff_at_work.h"
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
using v1::SimulateDayRequest;
using v1::Simulation;

constexpr int kLeastReplications = 20;
constexpr int kMostReplications = 200;
constexpr int kMostAsked = 1000;
constexpr double kPrecision = 0.005;
constexpr double kLeastVolume = 0.1, kMostVolume = 10;
constexpr size_t kMostListed = 1000;
// Breaks of a schedule may begin at any multiple of it.
constexpr int kScheduleMinutes = 5;
constexpr std::string_view kExpected = "scenarios/expected";

struct Task {
  Simulation head;  // without figures
  StoredForecast forecast;
  std::vector<Target> targets;
  std::shared_ptr<const Rules> rules;
  std::vector<AgentKind> kinds;
  DayGrid by_forecast, grid;
  AtWork people;  // before changes
};

// --- What is asked

// Fills in what the request leaves out, from the staff that it names.
class Reader {
 public:
  Reader(PlanStore& store, const Rules& rules, absl::TimeZone zone, SimulateDayRequest request)
      : store_(store), rules_(rules), zone_(zone), request_(std::move(request)) {}

  absl::StatusOr<Task> Read() {
    WISSEL_ASSIGN_OR_RETURN(const absl::CivilDay day, ReadDay(request_.date(), "date"));
    WISSEL_RETURN_IF_ERROR(CheckNumbers());
    WISSEL_RETURN_IF_ERROR(ReadStaff());
    WISSEL_ASSIGN_OR_RETURN(StoredForecast forecast, ReadForecast(day));
    WISSEL_RETURN_IF_ERROR(ReadScenario(request_.scenario()).status());
    WISSEL_ASSIGN_OR_RETURN(AskedTargets asked, ReadTargets(request_.targets(), rules_.directory));
    if (staff_) {
      for (const v1::StaffingTarget& target : staff_->targets()) {
        asked.emplace(target.queue(), target);
      }
    }
    WISSEL_ASSIGN_OR_RETURN(std::vector<Target> targets,
                            TargetsOf(forecast.head, rules_.directory, asked));
    request_.clear_targets();
    for (const Target& target : targets) WriteTarget(target, request_.add_targets());
    std::vector<AgentKind> kinds = KindsOf(rules_);
    WISSEL_RETURN_IF_ERROR(CheckChanges(request_.changes(), kinds));
    const DayGrid by_forecast(day, Duration::Minutes(forecast.head.interval_minutes()), zone_);
    const DayGrid grid(day, Duration::Minutes(MinutesFor(forecast.head)), zone_);
    Simulation head;
    AtWork people = Nobody(kinds, grid);
    if (request_.has_schedule()) {
      std::vector<std::string> left_out;
      people = AsScheduled(shifts_, kinds, grid, left_out);
      for (std::string& agent : left_out) head.add_left_out_agents(std::move(agent));
    } else if (staff_) {
      people = AsRequired(*staff_, kinds, grid);
    }
    WISSEL_RETURN_IF_ERROR(CheckSomebody(kinds, grid, people));
    *head.mutable_request() = std::move(request_);
    return Task{std::move(head),
                std::move(forecast),
                std::move(targets),
                std::make_shared<const Rules>(rules_),
                std::move(kinds),
                by_forecast,
                grid,
                std::move(people)};
  }

 private:
  absl::Status CheckNumbers() {
    if (request_.replications() != 0) {
      WISSEL_RETURN_IF_ERROR(
          ReadNumber(request_.replications(), 2, kMostAsked, "replications").status());
    }
    if (request_.seed() == 0) request_.set_seed(1);
    if (!request_.has_volume()) request_.set_volume(1);
    return CheckShare(request_.volume(), kLeastVolume, kMostVolume, "volume");
  }

  absl::Status ReadStaff() {
    std::string required = request_.required_staff();
    if (request_.has_schedule()) {
      WISSEL_ASSIGN_OR_RETURN(const StoredSchedule schedule,
                              FindSchedule(store_, request_.schedule(), "schedule"));
      WISSEL_ASSIGN_OR_RETURN(shifts_, ShiftsOf(store_, schedule.number));
      required = schedule.head.required_staff();
    }
    if (required.empty()) {
      return request_.has_required_staff()
                 ? RefuseField("requiredStaff", "is not given", "requiredStaff/{number}")
                 : absl::OkStatus();
    }
    WISSEL_ASSIGN_OR_RETURN(staff_, FindStaff(store_, required));
    return absl::OkStatus();
  }

  absl::StatusOr<StoredForecast> ReadForecast(absl::CivilDay day) {
    if (request_.forecast().empty()) {
      request_.set_forecast(staff_ ? staff_->forecast() : "forecasts/newest");
    }
    if (request_.scenario().empty()) {
      request_.set_scenario(staff_ ? staff_->scenario() : std::string(kExpected));
    }
    WISSEL_ASSIGN_OR_RETURN(StoredForecast forecast,
                            FindForecast(store_, request_.forecast(), "forecast"));
    request_.set_forecast(NameOf(kForecasts, forecast.number));
    const Days days = DaysOf(forecast.head);
    if (days.Meet({day, day})) return forecast;
    return RefuseField("date",
                       fmt::format("{} is no day of {}", request_.date(), request_.forecast()),
                       fmt::format("{} to {}", WriteDay(days.first), WriteDay(days.last)));
  }

  // Divides the intervals of the forecast and of the staff.
  int MinutesFor(const v1::Forecast& forecast) const {
    int minutes = forecast.interval_minutes();
    if (request_.has_schedule()) return std::gcd(minutes, kScheduleMinutes);
    return staff_ ? std::gcd(minutes, staff_->interval_minutes()) : minutes;
  }

  absl::Status CheckSomebody(const std::vector<AgentKind>& kinds, const DayGrid& grid,
                             AtWork people) const {
    Change(request_.changes(), kinds, grid, zone_, std::vector<char>(grid.intervals, 1), people);
    for (const std::vector<int>& of_kind : people) {
      if (*std::max_element(of_kind.begin(), of_kind.end()) > 0) return absl::OkStatus();
    }
    return Refuse(absl::StatusCode::kFailedPrecondition, "staff", "nobody is at work on that day",
                  "required staff or a schedule of that day, or people among the changes");
  }

  PlanStore& store_;
  const Rules& rules_;
  const absl::TimeZone zone_;
  SimulateDayRequest request_;
  std::optional<v1::RequiredStaff> staff_;
  ShiftsByAgent shifts_;
};

// --- The run

std::vector<PeopleOf> WhoIsThere(const Task& task, const std::vector<QueueDay>& queues,
                                 absl::TimeZone zone) {
  const auto ratio =
      static_cast<size_t>(task.by_forecast.interval.millis() / task.grid.interval.millis());
  std::vector<char> expected(task.grid.intervals, 0);
  for (const QueueDay& queue : queues) {
    for (size_t i = 0; i < expected.size(); ++i) {
      expected[i] |= queue.contacts[std::min(i / ratio, queue.contacts.size() - 1)] > 0;
    }
  }
  AtWork at_work = task.people;
  Change(task.head.request().changes(), task.kinds, task.grid, zone, expected, at_work);
  std::vector<PeopleOf> people;
  for (size_t k = 0; k < at_work.size(); ++k) {
    if (std::any_of(at_work[k].begin(), at_work[k].end(), [](int n) { return n > 0; })) {
      people.push_back({k, std::move(at_work[k])});
    }
  }
  return people;
}

simulation::RunPlan PlanOf(const Task& task, LongRun& run) {
  const int asked = task.head.request().replications();
  simulation::RunPlan plan;
  plan.seed = task.head.request().seed();
  plan.replications = asked > 0 ? asked : kLeastReplications;
  if (asked == 0) plan.precision = kPrecision;
  plan.most = asked > 0 ? asked : kMostReplications;
  plan.threads = ThreadsOfARun();
  plan.progress = [&run, most = plan.most](int done) { run.Tell({done, most}); };
  plan.wanted = [&run] { return !run.cancelled(); };
  plan.kept = [&task](const std::vector<simulation::Tally>& tallies) {
    return Coarser(tallies, task.grid, task.by_forecast);
  };
  return plan;
}

absl::StatusOr<std::string> Carry(Office& office, Task task, LongRun& run) {
  const SimulateDayRequest& request = task.head.request();
  WISSEL_ASSIGN_OR_RETURN(const std::vector<QueueDay> queues,
                          QueueDaysOf(office, task.forecast, request.scenario(), task.targets,
                                      task.by_forecast, request.volume()));
  const std::vector<PeopleOf> people = WhoIsThere(task, queues, office.zone());
  WISSEL_ASSIGN_OR_RETURN(
      const simulation::Model model,
      CenterOf(*task.rules, task.kinds, queues, task.by_forecast, task.grid, people));
  WISSEL_ASSIGN_OR_RETURN(const simulation::RunResult result,
                          RunReplications(model, PlanOf(task, run)));
  Simulation& simulation = task.head;
  simulation.set_replications(static_cast<int>(result.replications.size()));
  simulation.set_contacts(result.size.contacts);
  simulation.set_interval_minutes(task.forecast.head.interval_minutes());
  WriteDuration(model.accept_after, simulation.mutable_accept_after());
  WriteDay({model, queues, task.kinds, people, task.by_forecast, result.replications}, *task.rules,
           simulation);
  if (run.cancelled()) return absl::CancelledError("ended before it was done");
  return office.OnStore([&](PlanStore& store) -> absl::StatusOr<std::string> {
    const absl::Status kept = store.Transact([&]() -> absl::Status {
      WISSEL_ASSIGN_OR_RETURN(const uint64_t number, store.NextNumber(kSimulations));
      simulation.set_name(NameOf(kSimulations, number));
      return store.Put({kSimulations, number}, simulation);
    });
    if (!kept.ok()) return kept;
    return simulation.name();
  });
}

// --- What is kept

absl::StatusOr<Simulation> Find(PlanStore& store, const std::string& name) {
  WISSEL_ASSIGN_OR_RETURN(const uint64_t number, NumberOf(kSimulations, name, "name"));
  Simulation simulation;
  WISSEL_ASSIGN_OR_RETURN(const bool found, store.Get({kSimulations, number}, &simulation));
  if (!found) return NoSuchName("name", name);
  return simulation;
}

absl::StatusOr<v1::ListSimulationsResponse> List(PlanStore& store, const std::string& date) {
  if (!date.empty()) WISSEL_RETURN_IF_ERROR(ReadDay(date, "date").status());
  WISSEL_ASSIGN_OR_RETURN(auto all, ReadAll<Simulation>(store, kSimulations, kMostListed));
  v1::ListSimulationsResponse response;
  for (auto& [number, simulation] : all) {
    if (!date.empty() && simulation.request().date() != date) continue;
    for (Simulation::Row& row : *simulation.mutable_rows()) row.clear_points();
    for (Simulation::Group& group : *simulation.mutable_groups()) {
      group.clear_at_work();
      group.mutable_group()->clear_agents();
    }
    *response.add_simulations() = std::move(simulation);
  }
  return response;
}

absl::StatusOr<Empty> Delete(PlanStore& store, const std::string& name) {
  WISSEL_ASSIGN_OR_RETURN(const uint64_t number, NumberOf(kSimulations, name, "name"));
  WISSEL_ASSIGN_OR_RETURN(const bool found, store.Delete(kSimulations, number));
  if (!found) return NoSuchName("name", name);
  return Empty();
}

absl::StatusOr<v1::ListAgentGroupsResponse> Groups(const Rules& rules) {
  v1::ListAgentGroupsResponse response;
  for (const AgentKind& kind : KindsOf(rules)) WriteGroup(rules, kind, response.add_groups());
  return response;
}

void RegisterKept(rpc::MethodTable& table, Office& office) {
  const Access look = Access::Of({Role::kPlanner, Role::kManager, Role::kAdmin});
  table.Unary<v1::ListSimulationsRequest, v1::ListSimulationsResponse>(
      "wissel.v1.StaffingService.ListSimulations", look,
      [&office](const Context&, const v1::ListSimulationsRequest& request,
                Reply<v1::ListSimulationsResponse> reply) {
        office.Look(std::move(reply),
                    [date = request.date()](PlanStore& store) { return List(store, date); });
      });
  table.Unary<v1::GetSimulationRequest, Simulation>(
      "wissel.v1.StaffingService.GetSimulation", look,
      [&office](const Context&, const v1::GetSimulationRequest& request, Reply<Simulation> reply) {
        office.Look(std::move(reply),
                    [name = request.name()](PlanStore& store) { return Find(store, name); });
      });
  table.Unary<v1::DeleteSimulationRequest, Empty>(
      "wissel.v1.StaffingService.DeleteSimulation", Access::Of({Role::kPlanner, Role::kAdmin}),
      [&office](const Context&, const v1::DeleteSimulationRequest& request, Reply<Empty> reply) {
        office.Look(std::move(reply),
                    [name = request.name()](PlanStore& store) { return Delete(store, name); });
      });
  table.Unary<v1::ListAgentGroupsRequest, v1::ListAgentGroupsResponse>(
      "wissel.v1.StaffingService.ListAgentGroups", look,
      [&office](const Context&, const v1::ListAgentGroupsRequest&,
                Reply<v1::ListAgentGroupsResponse> reply) {
        office.LookAtRules(std::move(reply),
                           [](PlanStore&, const Rules& rules) { return Groups(rules); });
      });
}

}  // namespace

void RegisterSimulations(rpc::MethodTable& table, Office& office) {
  RegisterKept(table, office);
  table.Unary<SimulateDayRequest, v1::Operation>(
      "wissel.v1.StaffingService.SimulateDay", Access::Of({Role::kPlanner, Role::kAdmin}),
      [&office](const Context& context, const SimulateDayRequest& request,
                Reply<v1::Operation> reply) {
        office.ChangeWithRules(
            context, "SimulateDay", request, std::move(reply),
            [&office, request, user = context.caller.user, now = office.shard().now(),
             zone = office.zone()](PlanStore& store,
                                   const Rules& rules) -> absl::StatusOr<v1::Operation> {
              WISSEL_ASSIGN_OR_RETURN(Task task, Reader(store, rules, zone, request).Read());
              WriteTimestamp(now, task.head.mutable_create_time());
              task.head.set_user(user);
              return office.operations().Begin(v1::Operation::SIMULATION, user,
                                               [&office, task = std::move(task)](LongRun& run) {
                                                 return Carry(office, task, run);
                                               });
            });
      });
}

}  // namespace wissel::forecasting
