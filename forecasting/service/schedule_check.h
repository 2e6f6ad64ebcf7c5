// Schedules of the store before the verifier: what of them breaks a labour rule, and how far they
// cover what is required.
//
// On the store's thread.
#pragma once

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

// Of these agents alone, without cover.
absl::StatusOr<std::vector<v1::BrokenRule>> BrokenRulesOf(PlanStore& store, uint64_t schedule,
                                                          const std::vector<std::string>& agents,
                                                          absl::TimeZone zone);

}  // namespace wissel::forecasting
