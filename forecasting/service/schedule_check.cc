#include "forecasting/service/schedule_check.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/scheduling/roster.h"
#include "forecasting/service/labour_rules.h"
#include "wissel/v1/staffing.pb.h"

namespace wissel::forecasting {
namespace {

constexpr int kMinutesOfDay = 1440;
// Breaks lie on quarters of an hour, so what is required is looked at by them too.
constexpr int kQuarter = 15;

bool IsAmong(const std::string& name, const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Series that the same agents serve are one demand. For one of several queues, as simulation has
// them, that is who can serve all of them.
class DemandReader {
 public:
  DemandReader(const v1::RequiredStaff& staff, const Eligible& eligible, const Days& days,
               absl::TimeZone zone)
      : staff_(staff), eligible_(eligible), days_(days), zone_(zone) {}

  absl::StatusOr<std::vector<Demand>> Read() {
    for (const v1::RequiredSeries& series : staff_.series()) Add(series);
    if (by_agents_.size() > scheduling::kMostQueues) {
      return Refuse(
          absl::StatusCode::kFailedPrecondition, "requiredStaff",
          fmt::format("its queues are served by {} different groups of agents", by_agents_.size()),
          fmt::format("at most {} groups: leave queues out, or plan a part of the agents",
                      scheduling::kMostQueues));
    }
    std::vector<Demand> demands;
    for (auto& [agents, demand] : by_agents_) demands.push_back(std::move(demand));
    return demands;
  }

 private:
  void Add(const v1::RequiredSeries& series) {
    const std::vector<std::string> list = WhoServeAll(series);
    if (list.empty()) return;  // nobody can be scheduled for it
    auto [at, is_new] = by_agents_.try_emplace(list);
    Demand& demand = at->second;
    if (is_new) {
      demand.name = fmt::format("group {}", by_agents_.size());
      demand.agents = list;
    }
    for (const std::string& queue : series.queues()) {
      if (!IsAmong(queue, demand.queues)) demand.queues.push_back(queue);
    }
    for (const v1::RequiredSeries::Point& point : series.points()) AddPoint(point, demand);
  }

  std::vector<std::string> WhoServeAll(const v1::RequiredSeries& series) const {
    std::vector<std::string> all;
    for (int i = 0; i < series.queues_size(); ++i) {
      const auto found = eligible_.find(series.queues(i));
      if (found == eligible_.end()) return {};
      if (i == 0) {
        all = found->second;
        continue;
      }
      std::erase_if(all, [&](const std::string& agent) {
        return !std::binary_search(found->second.begin(), found->second.end(), agent);
      });
    }
    return all;
  }

  void AddPoint(const v1::RequiredSeries::Point& point, Demand& demand) {
    const absl::CivilMinute local =
        absl::ToCivilMinute(absl::FromUnixSeconds(point.start_time().seconds()), zone_);
    const absl::CivilDay day(local);
    if (!days_.Meet({day, day})) return;
    std::vector<int>& people = demand.required[day];
    people.resize(static_cast<size_t>(kMinutesOfDay / kQuarter));
    const auto from = static_cast<size_t>((local - absl::CivilMinute(day)) / kQuarter);
    const auto quarters = static_cast<size_t>(staff_.interval_minutes() / kQuarter);
    for (size_t i = from; i < from + quarters && i < people.size(); ++i) {
      people[i] += point.required();
    }
  }

  const v1::RequiredStaff& staff_;
  const Eligible& eligible_;
  const Days days_;
  const absl::TimeZone zone_;
  std::map<std::vector<std::string>, Demand> by_agents_;
};

// Who is planned, with a contract of the rules.
absl::StatusOr<std::vector<v1::PlannedAgent>> AgentsFor(PlanStore& store,
                                                        const v1::LabourRules& rules,
                                                        const std::set<std::string>& names) {
  WISSEL_ASSIGN_OR_RETURN(const auto known, PlannedAgentsIn(store));
  std::vector<v1::PlannedAgent> agents;
  for (const std::string& name : names) {
    v1::PlannedAgent agent;
    if (const auto found = known.find(name); found != known.end()) agent = found->second;
    if (agent.left_out()) continue;
    agent.set_agent(name);
    const bool has_contract =
        std::any_of(rules.contracts().begin(), rules.contracts().end(),
                    [&](const v1::Contract& one) { return one.id() == agent.contract(); });
    if (!has_contract) agent.set_contract(rules.contracts(0).id());
    if (agent.latest_minute() == 0) agent.set_latest_minute(kMinutesOfDay);
    agents.push_back(std::move(agent));
  }
  return agents;
}

}  // namespace

absl::StatusOr<v1::RequiredStaff> FindStaff(PlanStore& store, const std::string& name) {
  WISSEL_ASSIGN_OR_RETURN(const uint64_t number, NumberOf(kRequiredStaff, name, "requiredStaff"));
  v1::RequiredStaff staff;
  WISSEL_ASSIGN_OR_RETURN(const bool found, store.Get({kRequiredStaff, number}, &staff));
  if (found) return staff;
  return Refuse(absl::StatusCode::kNotFound, "requiredStaff", fmt::format("there is no {}", name),
                "required staff that is kept");
}

absl::StatusOr<ScheduleScene> SceneFor(PlanStore& store, const v1::Schedule& head,
                                       const Eligible& eligible, absl::TimeZone zone,
                                       const ShiftsByAgent& shifts,
                                       const std::vector<std::string>& only) {
  ScheduleScene scene;
  scene.days = DaysOf(head);
  scene.zone = zone;
  scene.interval_minutes = kQuarter;
  WISSEL_ASSIGN_OR_RETURN(scene.rules, LabourRulesIn(store));
  if (!head.required_staff().empty()) {
    WISSEL_ASSIGN_OR_RETURN(const v1::RequiredStaff staff, FindStaff(store, head.required_staff()));
    WISSEL_ASSIGN_OR_RETURN(scene.demand, DemandReader(staff, eligible, scene.days, zone).Read());
  }
  std::set<std::string> names;
  for (const Demand& demand : scene.demand) {
    names.insert(demand.agents.begin(), demand.agents.end());
  }
  if (scene.demand.empty()) {
    for (const auto& [queue, agents] : eligible) names.insert(agents.begin(), agents.end());
  }
  if (!only.empty()) {
    const std::set<std::string> wanted(only.begin(), only.end());
    std::erase_if(names, [&](const std::string& name) { return !wanted.contains(name); });
  }
  for (const auto& [agent, list] : shifts) {
    if (!list.empty() && (only.empty() || IsAmong(agent, only))) names.insert(agent);
  }
  WISSEL_ASSIGN_OR_RETURN(scene.agents, AgentsFor(store, scene.rules, names));
  return scene;
}

absl::StatusOr<ScheduleScene> RuleScene(PlanStore& store, const std::set<std::string>& agents,
                                        const Days& days, absl::TimeZone zone) {
  ScheduleScene scene;
  scene.days = days;
  scene.zone = zone;
  scene.interval_minutes = kQuarter;
  WISSEL_ASSIGN_OR_RETURN(scene.rules, LabourRulesIn(store));
  WISSEL_ASSIGN_OR_RETURN(scene.agents, AgentsFor(store, scene.rules, agents));
  return scene;
}

Days WeeksAround(absl::CivilDay first, absl::CivilDay last) {
  return {absl::PrevWeekday(first + 1, absl::Weekday::monday) - 7,
          absl::NextWeekday(last - 1, absl::Weekday::sunday) + 7};
}

std::vector<v1::BrokenRule> NewlyBroken(const std::vector<v1::BrokenRule>& before,
                                        const std::vector<v1::BrokenRule>& after) {
  // Too few hours protect nobody: less of what was too little already is no new fault.
  const auto is_worse = [](const v1::BrokenRule& rule, const v1::BrokenRule& old) {
    return rule.kind() != v1::BrokenRule::WEEKLY_HOURS_TOO_FEW &&
           std::abs(rule.is() - rule.allowed()) > std::abs(old.is() - old.allowed());
  };
  std::vector<v1::BrokenRule> broken;
  for (const v1::BrokenRule& rule : after) {
    const bool stood = std::any_of(before.begin(), before.end(), [&](const v1::BrokenRule& old) {
      return old.kind() == rule.kind() && old.agent() == rule.agent() &&
             old.date() == rule.date() && !is_worse(rule, old);
    });
    if (!stood) broken.push_back(rule);
  }
  return broken;
}

}  // namespace wissel::forecasting
