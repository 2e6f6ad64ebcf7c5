#include "forecasting/service/labour_rules.h"

#include <set>
#include <utility>

#include "forecasting/service/resources.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

using rpc::Access;
using rpc::Context;
using rpc::Reply;
using rpc::Role;
using v1::LabourRules;
using v1::PlannedAgent;

constexpr std::string_view kRules = "labourRules";
constexpr std::string_view kPlannedAgents = "plannedAgents";
constexpr int kMinutesOfDay = 1440;
constexpr Duration kLongestShift = Duration::Hours(16);
constexpr Duration kWeek = Duration::Days(7);
// Shifts, breaks and starts lie on it; so do the intervals of what is required.
constexpr int kGridMinutes = 15;

v1::Contract ContractOf(const char* id, int fewest_hours, int most_hours, int days) {
  v1::Contract contract;
  contract.set_id(id);
  WriteDuration(Duration::Hours(fewest_hours), contract.mutable_fewest_weekly());
  WriteDuration(Duration::Hours(most_hours), contract.mutable_most_weekly());
  contract.set_most_days_weekly(days);
  WriteDuration(Duration::Hours(9), contract.mutable_longest_day());
  return contract;
}

void AddBreak(v1::ShiftKind& shift, int minutes, bool paid, int earliest, int latest) {
  v1::BreakRule* rule = shift.add_breaks();
  WriteDuration(Duration::Minutes(minutes), rule->mutable_length());
  rule->set_paid(paid);
  WriteDuration(Duration::Minutes(earliest), rule->mutable_earliest());
  WriteDuration(Duration::Minutes(latest), rule->mutable_latest());
}

// European working time: 11 hours of rest a day, one day off in seven (directive 2003/88/EC,
// articles 3 and 5); the rest is usual.
LabourRules UsualRules() {
  LabourRules rules;
  WriteDuration(Duration::Hours(11), rules.mutable_rest());
  rules.set_most_consecutive_days(6);
  rules.set_fewest_days_off(1);
  rules.set_fewest_free_weekends(1);
  *rules.add_contracts() = ContractOf("full-time", 30, 40, 5);
  *rules.add_contracts() = ContractOf("half-time", 16, 20, 5);
  v1::ShiftKind& day = *rules.add_shift_kinds();
  day.set_id("day");
  day.set_first_start_minute(7 * 60);
  day.set_last_start_minute(14 * 60);
  day.set_start_step_minutes(30);
  WriteDuration(Duration::Minutes(510), day.mutable_length());
  AddBreak(day, 15, true, 90, 150);
  AddBreak(day, 30, false, 210, 300);
  AddBreak(day, 15, true, 360, 435);
  v1::ShiftKind& half = *rules.add_shift_kinds();
  half.set_id("half");
  half.set_first_start_minute(7 * 60);
  half.set_last_start_minute(18 * 60);
  half.set_start_step_minutes(30);
  WriteDuration(Duration::Hours(4), half.mutable_length());
  AddBreak(half, 15, true, 90, 150);
  rules.set_etag("0");
  return rules;
}

absl::Status CheckOnGrid(Duration length, std::string_view field) {
  if (length.millis() % Duration::Minutes(kGridMinutes).millis() == 0) return absl::OkStatus();
  return RefuseField(field, "is no whole number of quarters of an hour",
                     fmt::format("a multiple of {} minutes", kGridMinutes));
}

absl::Status CheckWithin(int value, int least, int most, std::string_view field) {
  return ReadNumber(value, least, most, field).status();
}

absl::Status CheckContract(v1::Contract& contract) {
  WISSEL_RETURN_IF_ERROR(CheckGiven(contract.id(), 63, "id"));
  const Duration none = Duration::Millis(0);
  WISSEL_ASSIGN_OR_RETURN(const Duration most,
                          ReadDuration(contract.most_weekly(), none, kWeek, "mostWeekly"));
  WISSEL_ASSIGN_OR_RETURN(const Duration fewest,
                          ReadDuration(contract.fewest_weekly(), none, kWeek, "fewestWeekly"));
  if (fewest > most) {
    return RefuseField("fewestWeekly", "is more than the most", "at most mostWeekly");
  }
  WISSEL_RETURN_IF_ERROR(CheckWithin(contract.most_days_weekly(), 1, 7, "mostDaysWeekly"));
  return ReadDuration(contract.longest_day(), Duration::Hours(1), kLongestShift, "longestDay")
      .status();
}

absl::Status CheckBreaks(const v1::ShiftKind& shift, Duration length) {
  Duration free_from = Duration::Millis(0);
  for (int i = 0; i < shift.breaks_size(); ++i) {
    const v1::BreakRule& rule = shift.breaks(i);
    const auto within = [&]() -> absl::Status {
      WISSEL_ASSIGN_OR_RETURN(
          const Duration takes,
          ReadDuration(rule.length(), Duration::Minutes(kGridMinutes), length, "length"));
      WISSEL_RETURN_IF_ERROR(CheckOnGrid(takes, "length"));
      WISSEL_ASSIGN_OR_RETURN(const Duration earliest,
                              ReadDuration(rule.earliest(), free_from, length, "earliest"));
      WISSEL_RETURN_IF_ERROR(CheckOnGrid(earliest, "earliest"));
      WISSEL_ASSIGN_OR_RETURN(const Duration latest,
                              ReadDuration(rule.latest(), earliest, length - takes, "latest"));
      WISSEL_RETURN_IF_ERROR(CheckOnGrid(latest, "latest"));
      free_from = latest + takes;
      return absl::OkStatus();
    };
    WISSEL_RETURN_IF_ERROR(WithFieldPrefix(within(), fmt::format("breaks[{}]", i)));
  }
  return absl::OkStatus();
}

absl::Status CheckShift(const v1::ShiftKind& shift) {
  WISSEL_RETURN_IF_ERROR(CheckGiven(shift.id(), 63, "id"));
  WISSEL_RETURN_IF_ERROR(
      CheckWithin(shift.first_start_minute(), 0, kMinutesOfDay - 1, "firstStartMinute"));
  WISSEL_RETURN_IF_ERROR(CheckWithin(shift.last_start_minute(), shift.first_start_minute(),
                                     kMinutesOfDay - 1, "lastStartMinute"));
  WISSEL_RETURN_IF_ERROR(
      CheckWithin(shift.start_step_minutes(), kGridMinutes, kMinutesOfDay, "startStepMinutes"));
  for (const auto& [minutes, field] : {std::pair(shift.first_start_minute(), "firstStartMinute"),
                                       std::pair(shift.start_step_minutes(), "startStepMinutes")}) {
    WISSEL_RETURN_IF_ERROR(CheckOnGrid(Duration::Minutes(minutes), field));
  }
  WISSEL_ASSIGN_OR_RETURN(const Duration length, ReadDuration(shift.length(), Duration::Hours(1),
                                                              kLongestShift, "length"));
  WISSEL_RETURN_IF_ERROR(CheckOnGrid(length, "length"));
  return CheckBreaks(shift, length);
}

// Each is right, and none has the id of another. `field`: "contracts".
template <class List, class Check>
absl::Status CheckList(List* list, const char* field, const Check& check) {
  if (list->empty()) return RefuseField(field, "there is none", "at least one");
  std::set<std::string> ids;
  for (int i = 0; i < list->size(); ++i) {
    const std::string at = fmt::format("{}[{}]", field, i);
    WISSEL_RETURN_IF_ERROR(WithFieldPrefix(check((*list)[i]), at));
    if (!ids.insert((*list)[i].id()).second) {
      return RefuseField(at + ".id", "is that of another one", "an id of its own");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckRules(LabourRules& rules) {
  if (!rules.has_rest()) WriteDuration(Duration::Hours(11), rules.mutable_rest());
  WISSEL_RETURN_IF_ERROR(
      ReadDuration(rules.rest(), Duration::Millis(0), Duration::Hours(24), "rest").status());
  if (rules.most_consecutive_days() == 0) rules.set_most_consecutive_days(6);
  WISSEL_RETURN_IF_ERROR(CheckWithin(rules.most_consecutive_days(), 1, 14, "mostConsecutiveDays"));
  WISSEL_RETURN_IF_ERROR(CheckWithin(rules.fewest_days_off(), 0, 6, "fewestDaysOff"));
  WISSEL_RETURN_IF_ERROR(CheckWithin(rules.fewest_free_weekends(), 0, 4, "fewestFreeWeekends"));
  WISSEL_RETURN_IF_ERROR(CheckList(rules.mutable_contracts(), "contracts", CheckContract));
  return CheckList(rules.mutable_shift_kinds(), "shiftKinds", CheckShift);
}

absl::StatusOr<LabourRules> UpdateRules(PlanStore& store, LabourRules rules) {
  WISSEL_ASSIGN_OR_RETURN(const LabourRules now, LabourRulesIn(store));
  WISSEL_RETURN_IF_ERROR(CheckEtag(rules.etag(), now.etag()));
  rules.set_etag(NextEtag(now.etag()));
  WISSEL_RETURN_IF_ERROR(store.Put({kRules}, rules));
  return rules;
}

absl::Status CheckAgent(PlannedAgent& agent, const LabourRules& rules) {
  if (agent.contract().empty()) agent.set_contract(rules.contracts(0).id());
  bool known = false;
  for (const v1::Contract& contract : rules.contracts()) known |= contract.id() == agent.contract();
  if (!known) {
    return Refuse(absl::StatusCode::kNotFound, "contract",
                  fmt::format("there is no contract {}", Quoted(agent.contract())),
                  "the id of a contract of the labour rules");
  }
  for (int i = 0; i < agent.absences_size(); ++i) {
    v1::Absence& absence = *agent.mutable_absences(i);
    const auto days = ReadDays(absence.start_date(), absence.end_date(), 2000);
    if (!days.ok()) return WithFieldPrefix(days.status(), fmt::format("absences[{}]", i));
    absence.set_end_date(WriteDay(days->last));
  }
  for (int day : agent.days_off()) WISSEL_RETURN_IF_ERROR(CheckWithin(day, 1, 7, "daysOff"));
  if (agent.latest_minute() == 0) agent.set_latest_minute(kMinutesOfDay);
  WISSEL_RETURN_IF_ERROR(CheckWithin(agent.earliest_minute(), 0, kMinutesOfDay, "earliestMinute"));
  WISSEL_RETURN_IF_ERROR(CheckWithin(agent.latest_minute(), agent.earliest_minute(),
                                     kMinutesOfDay * 2, "latestMinute"));
  for (int i = 0; i < agent.wishes_size(); ++i) {
    const v1::ShiftWish& wish = agent.wishes(i);
    absl::Status status = ReadDay(wish.date(), "date").status();
    if (status.ok()) status = CheckWithin(wish.weight(), 1, 10, "weight");
    bool is_kind = wish.shift_kind().empty();
    for (const auto& kind : rules.shift_kinds()) is_kind |= kind.id() == wish.shift_kind();
    if (status.ok() && !is_kind) {
      status = Refuse(absl::StatusCode::kNotFound, "shiftKind",
                      fmt::format("there is no kind of shifts {}", Quoted(wish.shift_kind())),
                      "the id of a kind of shifts of the labour rules, or none: to be free");
    }
    if (!status.ok()) return WithFieldPrefix(status, fmt::format("wishes[{}]", i));
  }
  return absl::OkStatus();
}

absl::StatusOr<PlannedAgent> UpdateAgent(PlanStore& store, PlannedAgent agent) {
  WISSEL_ASSIGN_OR_RETURN(const LabourRules rules, LabourRulesIn(store));
  WISSEL_RETURN_IF_ERROR(WithFieldPrefix(CheckAgent(agent, rules), "plannedAgent"));
  PlannedAgent now;
  WISSEL_RETURN_IF_ERROR(store.Get({kPlannedAgents, 0, agent.agent()}, &now).status());
  WISSEL_RETURN_IF_ERROR(CheckEtag(agent.etag(), now.etag()));
  agent.set_etag(NextEtag(now.etag()));
  WISSEL_RETURN_IF_ERROR(store.Put({kPlannedAgents, 0, agent.agent()}, agent));
  return agent;
}

// Every agent of the center, those of whom nobody has said anything among them.
absl::StatusOr<v1::ListPlannedAgentsResponse> ListAgents(PlanStore& store,
                                                         const Directory& directory) {
  WISSEL_ASSIGN_OR_RETURN(const LabourRules rules, LabourRulesIn(store));
  WISSEL_ASSIGN_OR_RETURN(auto known, PlannedAgentsIn(store));
  v1::ListPlannedAgentsResponse response;
  directory.agents.ForEach([&](AgentId id, const AgentConfig&) {
    PlannedAgent& agent = *response.add_planned_agents();
    const std::string name = NameIn(directory, id);
    if (const auto found = known.find(name); found != known.end()) {
      agent = found->second;
      return;
    }
    agent.set_agent(name);
    agent.set_contract(rules.contracts(0).id());
    agent.set_latest_minute(kMinutesOfDay);
  });
  return response;
}

}  // namespace

absl::StatusOr<LabourRules> LabourRulesIn(PlanStore& store) {
  LabourRules rules;
  WISSEL_ASSIGN_OR_RETURN(const bool found, store.Get({kRules}, &rules));
  return found ? rules : UsualRules();
}

absl::StatusOr<std::map<std::string, PlannedAgent>> PlannedAgentsIn(PlanStore& store) {
  WISSEL_ASSIGN_OR_RETURN(const auto records, store.Parts(kPlannedAgents, 0));
  std::map<std::string, PlannedAgent> agents;
  for (const PlanRecord& record : records) {
    WISSEL_ASSIGN_OR_RETURN(agents[record.part], ReadRecord<PlannedAgent>(record));
  }
  return agents;
}

void RegisterLabourRules(rpc::MethodTable& table, Office& office) {
  const Access look = Access::Of({Role::kPlanner, Role::kManager, Role::kAdmin});
  const Access change = Access::Of({Role::kPlanner, Role::kAdmin});
  table.Unary<v1::GetLabourRulesRequest, LabourRules>(
      "wissel.v1.ScheduleService.GetLabourRules", look,
      [&office](const Context&, const v1::GetLabourRulesRequest&, Reply<LabourRules> reply) {
        office.Look(std::move(reply), LabourRulesIn);
      });
  table.Unary<v1::UpdateLabourRulesRequest, LabourRules>(
      "wissel.v1.ScheduleService.UpdateLabourRules", change,
      [&office](const Context& context, const v1::UpdateLabourRulesRequest& request,
                Reply<LabourRules> reply) {
        LabourRules rules = request.labour_rules();
        if (auto status = CheckRules(rules); !status.ok()) {
          return reply(WithFieldPrefix(status, "labourRules"));
        }
        office.Change(context, "UpdateLabourRules", request, std::move(reply),
                      [rules](PlanStore& store) { return UpdateRules(store, rules); });
      });
  table.Unary<v1::ListPlannedAgentsRequest, v1::ListPlannedAgentsResponse>(
      "wissel.v1.ScheduleService.ListPlannedAgents", look,
      [&office](const Context&, const v1::ListPlannedAgentsRequest&,
                Reply<v1::ListPlannedAgentsResponse> reply) {
        office.Look(std::move(reply), [directory = office.directory()](PlanStore& store) {
          return ListAgents(store, *directory);
        });
      });
  table.Unary<v1::UpdatePlannedAgentRequest, PlannedAgent>(
      "wissel.v1.ScheduleService.UpdatePlannedAgent", change,
      [&office](const Context& context, const v1::UpdatePlannedAgentRequest& request,
                Reply<PlannedAgent> reply) {
        const std::string& name = request.planned_agent().agent();
        const auto agent = FindByName<AgentId>(*office.directory(), name, "plannedAgent.agent");
        if (!agent.ok()) return reply(agent.status());
        office.Change(
            context, "UpdatePlannedAgent", request, std::move(reply),
            [request](PlanStore& store) { return UpdateAgent(store, request.planned_agent()); });
      });
}

}  // namespace wissel::forecasting
