#include "forecasting/service/staffing_by_simulation.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/scheduling/roster.h"
#include "forecasting/core/simulation/search.h"
#include "forecasting/replications/replications.h"
#include "forecasting/service/simulated_center.h"
#include "forecasting/service/simulated_figures.h"
#include "router/service/convert_basics.h"

namespace wissel::forecasting {
namespace {

using simulation::Model;
using simulation::Tally;
using v1::RequiredSeries;

constexpr int kReplications = 10;
constexpr int kCheckReplications = 200;
constexpr int kMostLooks = 2000;  // a day
constexpr uint64_t kSeed = 1;

std::vector<PeopleOf> PeopleFor(const StaffSearch& search, const DayGrid& grid) {
  std::vector<PeopleOf> people;
  for (const StaffGroup& group : search.groups) {
    PeopleOf& of = people.emplace_back();
    of.kind = group.kind;
    of.people.assign(grid.intervals, 0);
    of.cost = 1 + search.cost_of_queue * static_cast<double>(group.queues.size() - 1);
    if (search.only_people_there) {
      of.most = static_cast<int>(group.people * (1 - search.shrinkage));
    }
  }
  return people;
}

// One day of one group, of all the replications of the check.
class GroupDay {
 public:
  GroupDay(const StaffSearch& search, size_t group, const std::vector<QueueDay>& queues,
           const std::vector<std::vector<Tally>>& check)
      : search_(search), group_(group), check_(check) {
    const auto& serves = search.groups[group].queues;
    for (size_t q = 0; q < queues.size(); ++q) {
      if (std::find(serves.begin(), serves.end(), queues[q].target.queue) == serves.end()) continue;
      of_.push_back(q);
      days_.push_back(&queues[q]);
    }
  }

  // False: nobody comes, and nobody has to be there.
  bool Write(const DayGrid& grid, size_t i, int required, RequiredSeries::Point& out) const {
    double contacts = 0, work_s = 0;
    for (const QueueDay* day : days_) {
      contacts += day->contacts[i];
      work_s += day->contacts[i] * day->handle_s[i];
    }
    if (contacts <= 0 && required == 0) return false;
    const double handle_s = contacts > 0 ? work_s / contacts : days_.front()->mean_handle_s;
    std::vector<Tally> of_interval;
    double busy_ms = 0;
    for (const auto& replication : check_) {
      of_interval.push_back(replication[i]);
      busy_ms += static_cast<double>(replication[i].groups[group_].busy_ms);
    }
    const double interval_s = grid.interval.seconds();
    const double load = busy_ms / 1000 / interval_s / static_cast<double>(check_.size());
    WriteTimestamp(grid.StartOf(i), out.mutable_start_time());
    WriteSeconds(handle_s, out.mutable_handle_time());
    out.set_contacts(load * interval_s / handle_s);
    out.set_load(load);
    out.set_required(required);
    out.set_paid(required / (1 - search_.shrinkage));
    out.set_service_level(
        EstimateQueues(of_interval, of_, staffing::ServiceLevel::kOfOffered).service_level.value);
    if (required > 0) out.set_occupancy(std::min(1.0, load / required));
    return true;
  }

 private:
  const StaffSearch& search_;
  const size_t group_;
  const std::vector<std::vector<Tally>>& check_;
  std::vector<size_t> of_;
  std::vector<const QueueDay*> days_;
};

class Run {
 public:
  Run(Office& office, const StaffSearch& search, LongRun& run, v1::RequiredStaff& staff)
      : office_(office), search_(search), run_(run), staff_(staff) {
    for (const StaffGroup& group : search.groups) {
      RequiredSeries& series = *staff.add_series();
      for (const std::string& queue : group.queues) series.add_queues(queue);
      series.set_like(search.kinds[group.kind].agents.front());
      series.set_people(group.people);
    }
  }

  absl::Status Go() {
    const int64_t days = search_.days.count();
    for (int64_t d = 0; d < days; ++d) {
      run_.Tell({d, days});
      const DayGrid grid(search_.days.first + d,
                         Duration::Minutes(search_.forecast.head.interval_minutes()),
                         office_.zone());
      WISSEL_RETURN_IF_ERROR(StaffDay(grid));
    }
    WriteReached();
    DropIdle();
    return absl::OkStatus();
  }

 private:
  absl::Status StaffDay(const DayGrid& grid) {
    WISSEL_ASSIGN_OR_RETURN(
        const std::vector<QueueDay> queues,
        QueueDaysOf(office_, search_.forecast, search_.scenario, search_.targets, grid, 1));
    const bool closed = std::all_of(queues.begin(), queues.end(), [](const QueueDay& day) {
      return std::all_of(day.contacts.begin(), day.contacts.end(), [](double n) { return n <= 0; });
    });
    if (closed) return absl::OkStatus();
    WISSEL_ASSIGN_OR_RETURN(Model model, CenterOf(*search_.rules, search_.kinds, queues, grid, grid,
                                                  PeopleFor(search_, grid)));
    simulation::RunPlan plan;
    plan.seed = kSeed;
    plan.threads = ThreadsOfARun();
    simulation::SearchOptions options;
    options.replications = kReplications;
    options.check_replications = kCheckReplications;
    options.surely = true;
    options.most_looks = kMostLooks;
    options.wanted = [this] { return !run_.cancelled(); };
    const auto found = FindStaff(
        std::move(model),
        [&](const Model& with, int from, int to) { return RunRange(with, plan, from, to); },
        options);
    if (!found.ok()) return OfDay(found.status(), grid.day);
    for (size_t g = 0; g < search_.groups.size(); ++g) {
      const GroupDay of_group(search_, g, queues, found->check);
      for (size_t i = 0; i < grid.intervals; ++i) {
        RequiredSeries::Point point;
        if (!of_group.Write(grid, i, found->staff[g][i], point)) continue;
        *staff_.mutable_series(static_cast<int>(g))->add_points() = std::move(point);
      }
    }
    reached_.resize(found->check.size());
    const std::vector<Tally> days = WholeDays(found->check);
    for (size_t r = 0; r < days.size(); ++r) reached_[r] += days[r];
    return absl::OkStatus();
  }

  static absl::Status OfDay(const absl::Status& status, absl::CivilDay day) {
    if (status.code() == absl::StatusCode::kCancelled) return status;
    return Refuse(status.code(), "",
                  fmt::format("{}: {}", WriteDay(day), std::string(status.message())),
                  WhatWouldBeRight(status));
  }

  void WriteReached() {
    for (size_t q = 0; q < search_.targets.size(); ++q) {
      if (reached_.empty()) return;
      const auto e = EstimateQueues(reached_, {q}, staffing::ServiceLevel::kOfOffered);
      v1::ReachedLevel& out = *staff_.add_reached();
      out.set_queue(search_.targets[q].queue);
      out.set_target(search_.targets[q].service_level);
      WriteFigure(e.service_level, out.mutable_service_level());
      WriteFigure(e.abandoned, out.mutable_abandoned());
    }
  }

  // Groups of whom nobody is needed.
  void DropIdle() {
    auto& all = *staff_.mutable_series();
    all.erase(std::remove_if(all.begin(), all.end(),
                             [](const RequiredSeries& series) {
                               return std::none_of(
                                   series.points().begin(), series.points().end(),
                                   [](const auto& point) { return point.required() > 0; });
                             }),
              all.end());
  }

  Office& office_;
  const StaffSearch& search_;
  LongRun& run_;
  v1::RequiredStaff& staff_;
  std::vector<Tally> reached_;  // by replication, all days together
};

}  // namespace

absl::StatusOr<std::vector<StaffGroup>> GroupsFor(const std::vector<AgentKind>& kinds,
                                                  const std::vector<Target>& targets) {
  std::map<std::vector<std::string>, StaffGroup> by_queues;
  for (size_t k = 0; k < kinds.size(); ++k) {
    std::vector<std::string> queues;
    for (const std::string& queue : kinds[k].queues) {
      const bool simulated = std::any_of(targets.begin(), targets.end(),
                                         [&](const Target& one) { return one.queue == queue; });
      if (simulated) queues.push_back(queue);
    }
    if (queues.empty()) continue;
    auto [at, is_new] = by_queues.try_emplace(queues, StaffGroup{k, 0, queues});
    StaffGroup& group = at->second;
    group.people += static_cast<int>(kinds[k].agents.size());
    if (kinds[k].agents.size() > kinds[group.kind].agents.size()) group.kind = k;
  }
  for (const Target& target : targets) {
    const bool served = std::any_of(by_queues.begin(), by_queues.end(), [&](const auto& entry) {
      return std::find(entry.first.begin(), entry.first.end(), target.queue) != entry.first.end();
    });
    if (served) continue;
    return Refuse(absl::StatusCode::kFailedPrecondition, "forecast",
                  fmt::format("nobody can serve {}", target.queue),
                  "an agent with what it asks for, or another method");
  }
  if (by_queues.size() > scheduling::kMostQueues) {
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "forecast",
        fmt::format("its queues are served by {} different groups of agents", by_queues.size()),
        fmt::format("at most {} groups, or another method", scheduling::kMostQueues));
  }
  std::vector<StaffGroup> groups;
  for (auto& [queues, group] : by_queues) groups.push_back(std::move(group));
  return groups;
}

absl::Status StaffBySimulation(Office& office, const StaffSearch& search, LongRun& run,
                               v1::RequiredStaff& staff) {
  return Run(office, search, run, staff).Go();
}

}  // namespace wissel::forecasting
