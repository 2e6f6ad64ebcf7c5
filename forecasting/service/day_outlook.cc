#include "forecasting/service/day_outlook.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/status.h"
#include "forecasting/core/staffing/shared.h"
#include "forecasting/service/day_grid.h"
#include "forecasting/service/schedule_check.h"
#include "forecasting/service/staffing_targets.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"
#include "wissel/v1/staffing.pb.h"

namespace wissel::forecasting {
namespace {

using staffing::SharedQueue;
using staffing::SharedStaff;
using v1::DayOutlook;

constexpr int kUsualInterval = 30;
constexpr int kQuarter = 15;
constexpr int kQuartersOfDay = 96;

// What is planned for today, as the store has it.
struct Plan {
  std::vector<StoredForecast> forecasts;
  std::optional<StoredSchedule> schedule;
  v1::RequiredStaff staff;  // without a name: none
};

// Which quarter of an hour on the wall an interval begins with, and how many it has.
size_t QuarterOf(const DayGrid& grid, size_t i, absl::TimeZone zone) {
  const absl::Time start = absl::FromUnixMillis(grid.StartOf(i).millis());
  return static_cast<size_t>((absl::ToCivilMinute(start, zone) - absl::CivilMinute(grid.day)) /
                             kQuarter);
}
size_t QuartersOf(const DayGrid& grid) {
  return static_cast<size_t>(std::max(int64_t{1}, grid.interval.millis() / 60'000 / kQuarter));
}

absl::StatusOr<Plan> PlanOf(PlanStore& store, absl::CivilDay day) {
  Plan plan;
  WISSEL_ASSIGN_OR_RETURN(plan.forecasts, ForecastsOf(store, day));
  WISSEL_ASSIGN_OR_RETURN(plan.schedule, PublishedOn(store, day));
  if (plan.schedule && !plan.schedule->head.required_staff().empty()) {
    WISSEL_ASSIGN_OR_RETURN(plan.staff, FindStaff(store, plan.schedule->head.required_staff()));
  }
  return plan;
}

// As the required staff of the schedule was asked for, else as the queue promises.
SharedQueue QueueOf(const Plan& plan, const std::string& name, const QueueConfig& config) {
  const auto& targets = plan.staff.targets();
  const auto asked = std::find_if(targets.begin(), targets.end(),
                                  [&](const auto& target) { return target.queue() == name; });
  const Target target = TargetOf(config, name, asked == targets.end() ? nullptr : &*asked);
  SharedQueue queue;
  queue.manner = target.manner;
  queue.service_level = target.service_level;
  queue.within_s = target.within_s;
  queue.patience_s = target.patience_s;
  queue.at_once = target.concurrency;
  return queue;
}

// What came, and beyond that what is expected, with how unsure the rate is.
void AddDay(const v1::IntradayForecast& forecast, const DayGrid& grid, SharedQueue& queue) {
  queue.day.resize(grid.intervals);
  for (const v1::ForecastPoint& point : forecast.points()) {
    const auto at = grid.At(InstantOf(point.start_time()));
    if (!at) continue;
    staffing::ForecastInterval& interval = queue.day[*at];
    interval.aht_s = std::max(1.0, SecondsIn(point.handle_time()));
    if (point.has_actual()) {
      interval.calls = static_cast<double>(point.actual());
      continue;
    }
    interval.calls = point.expected();
    interval.cv = RateSpreadOf(point);
  }
}

staffing::SharedOptions OptionsOf(const Plan& plan, Duration interval) {
  staffing::SharedOptions options;
  options.interval_s = interval.seconds();
  const v1::StaffingMethod method = plan.staff.method();
  if (method == v1::ERLANG_C) options.model = staffing::Model::kErlangC;
  if (method == v1::ERLANG_C || method == v1::ERLANG_A) {
    options.method = staffing::LoadMethod::kSippMean;
  }
  return options;
}

// Queues that the same agents serve.
struct Group {
  std::vector<std::string> agents;
  std::vector<std::string> queues;
  SharedStaff staff;
};

class Viewer {
 public:
  Viewer(Office& office, Intraday& intraday, metrics::HistoryTables& history, Plan plan,
         const DayGrid& grid)
      : office_(office),
        intraday_(intraday),
        history_(history),
        zone_(office.zone()),
        plan_(std::move(plan)),
        grid_(grid),
        minutes_(static_cast<int>(grid.interval.millis() / 60'000)) {}

  absl::StatusOr<DayView> View(const Eligible& eligible) {
    WriteHead();
    WISSEL_RETURN_IF_ERROR(ReadGroups(eligible));
    WISSEL_RETURN_IF_ERROR(ReadPeople());
    for (const Group& group : groups_) {
      view_.agents.push_back(group.agents);
      view_.scene.demand.push_back(DemandOf(group));
    }
    WISSEL_ASSIGN_OR_RETURN(const Checked checked, Check(view_.scene, view_.shifts));
    for (size_t i = 0; i < groups_.size(); ++i) {
      WISSEL_RETURN_IF_ERROR(AddGroup(groups_[i], checked.cover[i]));
    }
    return std::move(view_);
  }

 private:
  void WriteHead() {
    DayOutlook& outlook = view_.outlook;
    WriteTimestamp(office_.shard().now(), outlook.mutable_update_time());
    outlook.set_interval_minutes(minutes_);
    if (plan_.schedule) outlook.set_schedule(plan_.schedule->head.name());
    outlook.set_required_staff(plan_.staff.name());
  }

  absl::Status ReadGroups(const Eligible& eligible) {
    std::map<std::vector<std::string>, std::vector<std::string>> by_agents;
    for (const auto& [queue, agents] : eligible) {
      if (!agents.empty()) by_agents[agents].push_back(queue);
    }
    const auto directory = office_.directory();
    for (const auto& [agents, queues] : by_agents) {
      std::vector<SharedQueue> known;
      std::vector<std::string> names;
      for (const std::string& name : queues) {
        const auto id = FindByName<QueueId>(*directory, name, "queue");
        if (!id.ok()) continue;  // gone meanwhile
        const auto forecast = intraday_.Forecast(history_, plan_.forecasts, name, minutes_);
        if (absl::IsNotFound(forecast.status())) {
          view_.outlook.add_unknown_queues(name);
          continue;
        }
        if (!forecast.ok()) return forecast.status();
        SharedQueue queue = QueueOf(plan_, name, directory->queues.Get(*id));
        AddDay(*forecast, grid_, queue);
        known.push_back(std::move(queue));
        names.push_back(name);
      }
      if (known.empty()) continue;
      WISSEL_ASSIGN_OR_RETURN(SharedStaff staff,
                              SharedStaff::Of(std::move(known), OptionsOf(plan_, grid_.interval)));
      groups_.push_back({agents, std::move(names), std::move(staff)});
    }
    return absl::OkStatus();
  }

  absl::Status ReadPeople() {
    return office_.OnStore([&](PlanStore& store) -> absl::Status {
      const Days days = WeeksAround(grid_.day, grid_.day);
      WISSEL_ASSIGN_OR_RETURN(view_.shifts, PublishedShifts(store, days, zone_));
      std::set<std::string> names;
      for (const Group& group : groups_) names.insert(group.agents.begin(), group.agents.end());
      for (const auto& [agent, list] : view_.shifts) names.insert(agent);
      WISSEL_ASSIGN_OR_RETURN(view_.scene, RuleScene(store, names, days, zone_));
      return absl::OkStatus();
    });
  }

  Demand DemandOf(const Group& group) const {
    Demand demand;
    demand.name = group.queues.front();
    demand.queues = group.queues;
    demand.agents = group.agents;
    std::vector<int>& people = demand.required[grid_.day];
    people.resize(kQuartersOfDay);
    for (size_t i = 0; i < grid_.intervals; ++i) {
      const size_t from = QuarterOf(grid_, i, zone_);
      for (size_t q = from; q < from + QuartersOf(grid_) && q < people.size(); ++q) {
        people[q] = group.staff.intervals()[i].required;
      }
    }
    return demand;
  }

  double PlannedIn(const v1::CoverSeries& cover, size_t i) const {
    const auto days = static_cast<size_t>(grid_.day - view_.scene.days.first);
    double people = 0;
    for (size_t q = 0; q < QuartersOf(grid_); ++q) {
      const size_t quarter = std::min<size_t>(QuarterOf(grid_, i, zone_) + q, kQuartersOfDay - 1);
      people += cover.planned(static_cast<int>(days * kQuartersOfDay + quarter));
    }
    return people / static_cast<double>(QuartersOf(grid_));
  }

  absl::Status AddGroup(const Group& group, const v1::CoverSeries& cover) {
    const Instant now = office_.shard().now();
    DayOutlook::Group& out = *view_.outlook.add_groups();
    for (const std::string& queue : group.queues) out.add_queues(queue);
    out.set_agents(static_cast<int>(group.agents.size()));
    for (size_t i = 0; i < grid_.intervals; ++i) {
      DayOutlook::Point& point = *out.add_points();
      WriteTimestamp(grid_.StartOf(i), point.mutable_start_time());
      point.set_over(grid_.StartOf(i + 1) <= now);
      point.set_contacts(group.staff.ContactsIn(i));
      point.set_required(group.staff.intervals()[i].required);
      point.set_planned(PlannedIn(cover, i));
      if (point.over() || !plan_.schedule) continue;
      WISSEL_ASSIGN_OR_RETURN(const auto given, group.staff.With(i, point.planned()));
      if (!given) continue;
      point.set_service_level(given->service_level);
      point.set_target(given->target);
    }
    return absl::OkStatus();
  }

  Office& office_;
  Intraday& intraday_;
  metrics::HistoryTables& history_;
  const absl::TimeZone zone_;
  const Plan plan_;
  const DayGrid grid_;
  const int minutes_;
  std::vector<Group> groups_;
  DayView view_;
};

}  // namespace

bool IsWanted(const DayOutlook::Group& group, const std::string& queue) {
  return queue.empty() ||
         std::find(group.queues().begin(), group.queues().end(), queue) != group.queues().end();
}

absl::StatusOr<DayView> ViewDay(Office& office, Intraday& intraday, metrics::HistoryTables& history,
                                const Eligible& eligible) {
  const absl::CivilDay day = intraday.today();
  WISSEL_ASSIGN_OR_RETURN(Plan plan,
                          office.OnStore([&](PlanStore& store) { return PlanOf(store, day); }));
  const int minutes =
      plan.forecasts.empty() ? kUsualInterval : plan.forecasts.front().head.interval_minutes();
  const DayGrid grid(day, Duration::Minutes(minutes), office.zone());
  return Viewer(office, intraday, history, std::move(plan), grid).View(eligible);
}

}  // namespace wissel::forecasting
