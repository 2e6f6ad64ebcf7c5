// Schedules of the store before the verifier: what of them breaks a labour rule, and how far they
// cover what is required.
//
// On the store's thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecasting/service/eligibility.h"
#include "forecasting/service/schedule_book.h"
#include "forecasting/service/schedule_problem.h"
#include "forecasting/store/plan_store.h"
#include "wissel/v1/staffing.pb.h"

namespace wissel::forecasting {

// NOT_FOUND on `requiredStaff`.
absl::StatusOr<v1::RequiredStaff> FindStaff(PlanStore& store, const std::string& name);

// What the schedule is about: its weeks, the labour rules, the required staff that it was made for,
// and its agents: those of `shifts`, and who can serve what is required (`only` these, where given;
// everybody, where nothing is required), but for who is left out of planning.
absl::StatusOr<ScheduleScene> SceneFor(PlanStore& store, const v1::Schedule& head,
                                       const Eligible& eligible, absl::TimeZone zone,
                                       const ShiftsByAgent& shifts,
                                       const std::vector<std::string>& only = {});

// The labour rules for these agents alone, but for who is left out of planning: nothing is
// required. `days` from a Monday to a Sunday.
absl::StatusOr<ScheduleScene> RuleScene(PlanStore& store, const std::set<std::string>& agents,
                                        const Days& days, absl::TimeZone zone);

// From the Monday before the week of the first to the Sunday after the week of the last: as far as
// rules reach.
Days WeeksAround(absl::CivilDay first, absl::CivilDay last);

// What a change of shifts breaks: rules that held before it, and those of which it breaks more.
std::vector<v1::BrokenRule> NewlyBroken(const std::vector<v1::BrokenRule>& before,
                                        const std::vector<v1::BrokenRule>& after);

}  // namespace wissel::forecasting
