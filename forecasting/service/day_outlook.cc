#include "forecasting/service/day_outlook.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/status.h"
#include "forecasting/core/staffing/shared.h"
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

// The intervals of one local day, 23 to 25 hours of them.
struct Clock {
  absl::CivilDay day;
  absl::TimeZone zone;
  int minutes = kUsualInterval;
  int64_t midnight_s = 0;
  size_t count = 0;

  int64_t StartOf(size_t i) const { return midnight_s + static_cast<int64_t>(i) * minutes * 60; }
  // Quarter of an hour on the wall.
  size_t QuarterOf(size_t i) const {
    const absl::CivilMinute local = absl::ToCivilMinute(absl::FromUnixSeconds(StartOf(i)), zone);
    return static_cast<size_t>((local - absl::CivilMinute(day)) / kQuarter);
  }
  size_t quarters() const { return static_cast<size_t>(std::max(1, minutes / kQuarter)); }
};

Clock ClockOf(absl::CivilDay day, absl::TimeZone zone, int minutes) {
  const auto midnight = [&](absl::CivilDay of) {
    return absl::ToUnixSeconds(absl::FromCivil(absl::CivilSecond(of), zone));
  };
  Clock clock{day, zone, minutes, midnight(day), 0};
  clock.count = static_cast<size_t>((midnight(day + 1) - clock.midnight_s) / (minutes * 60));
  return clock;
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
void AddDay(const v1::IntradayForecast& forecast, const Clock& clock, SharedQueue& queue) {
  queue.day.resize(clock.count);
  for (const v1::ForecastPoint& point : forecast.points()) {
    const int64_t offset = point.start_time().seconds() - clock.midnight_s;
    const int64_t at = offset / (clock.minutes * 60);
    if (offset < 0 || at >= static_cast<int64_t>(clock.count)) continue;
    staffing::ForecastInterval& interval = queue.day[static_cast<size_t>(at)];
    interval.aht_s = std::max(1.0, SecondsIn(point.handle_time()));
    if (point.has_actual()) {
      interval.calls = static_cast<double>(point.actual());
      continue;
    }
    interval.calls = point.expected();
    interval.cv = RateSpreadOf(point);
  }
}

staffing::SharedOptions OptionsOf(const Plan& plan, int minutes) {
  staffing::SharedOptions options;
  options.interval_s = minutes * 60.0;
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
  Viewer(Office& office, Intraday& intraday, metrics::HistoryTables& history)
      : office_(office), intraday_(intraday), history_(history) {}

  absl::StatusOr<DayView> View(const Eligible& eligible) {
    WISSEL_RETURN_IF_ERROR(ReadPlan());
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
  absl::Status ReadPlan() {
    const absl::CivilDay day = intraday_.today();
    WISSEL_ASSIGN_OR_RETURN(plan_,
                            office_.OnStore([&](PlanStore& store) { return PlanOf(store, day); }));
    clock_ = ClockOf(
        day, office_.zone(),
        plan_.forecasts.empty() ? kUsualInterval : plan_.forecasts.front().head.interval_minutes());
    DayOutlook& outlook = view_.outlook;
    WriteTimestamp(office_.shard().now(), outlook.mutable_update_time());
    outlook.set_interval_minutes(clock_.minutes);
    if (plan_.schedule) outlook.set_schedule(plan_.schedule->head.name());
    outlook.set_required_staff(plan_.staff.name());
    return absl::OkStatus();
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
        const auto forecast = intraday_.Forecast(history_, plan_.forecasts, name, clock_.minutes);
        if (absl::IsNotFound(forecast.status())) {
          view_.outlook.add_unknown_queues(name);
          continue;
        }
        if (!forecast.ok()) return forecast.status();
        SharedQueue queue = QueueOf(plan_, name, directory->queues.Get(*id));
        AddDay(*forecast, clock_, queue);
        known.push_back(std::move(queue));
        names.push_back(name);
      }
      if (known.empty()) continue;
      WISSEL_ASSIGN_OR_RETURN(SharedStaff staff,
                              SharedStaff::Of(std::move(known), OptionsOf(plan_, clock_.minutes)));
      groups_.push_back({agents, std::move(names), std::move(staff)});
    }
    return absl::OkStatus();
  }

  absl::Status ReadPeople() {
    return office_.OnStore([&](PlanStore& store) -> absl::Status {
      const Days days = WeeksAround(clock_.day, clock_.day);
      WISSEL_ASSIGN_OR_RETURN(view_.shifts, PublishedShifts(store, days, clock_.zone));
      std::set<std::string> names;
      for (const Group& group : groups_) names.insert(group.agents.begin(), group.agents.end());
      for (const auto& [agent, list] : view_.shifts) names.insert(agent);
      WISSEL_ASSIGN_OR_RETURN(view_.scene, RuleScene(store, names, days, clock_.zone));
      return absl::OkStatus();
    });
  }

  Demand DemandOf(const Group& group) const {
    Demand demand;
    demand.name = group.queues.front();
    demand.queues = group.queues;
    demand.agents = group.agents;
    std::vector<int>& people = demand.required[clock_.day];
    people.resize(kQuartersOfDay);
    for (size_t i = 0; i < clock_.count; ++i) {
      const size_t from = clock_.QuarterOf(i);
      for (size_t q = from; q < from + clock_.quarters() && q < people.size(); ++q) {
        people[q] = group.staff.intervals()[i].required;
      }
    }
    return demand;
  }

  double PlannedIn(const v1::CoverSeries& cover, size_t i) const {
    const auto days = static_cast<size_t>(clock_.day - view_.scene.days.first);
    double people = 0;
    for (size_t q = 0; q < clock_.quarters(); ++q) {
      const size_t quarter = std::min<size_t>(clock_.QuarterOf(i) + q, kQuartersOfDay - 1);
      people += cover.planned(static_cast<int>(days * kQuartersOfDay + quarter));
    }
    return people / static_cast<double>(clock_.quarters());
  }

  absl::Status AddGroup(const Group& group, const v1::CoverSeries& cover) {
    const int64_t now_s = office_.shard().now().millis() / 1000;
    DayOutlook::Group& out = *view_.outlook.add_groups();
    for (const std::string& queue : group.queues) out.add_queues(queue);
    out.set_agents(static_cast<int>(group.agents.size()));
    for (size_t i = 0; i < clock_.count; ++i) {
      DayOutlook::Point& point = *out.add_points();
      point.mutable_start_time()->set_seconds(clock_.StartOf(i));
      point.set_over(clock_.StartOf(i + 1) <= now_s);
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
  Plan plan_;
  Clock clock_;
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
  return Viewer(office, intraday, history).View(eligible);
}

}  // namespace wissel::forecasting
