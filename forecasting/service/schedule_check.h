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

namespace wissel::forecasting {

// What the schedule is about: its weeks, the labour rules, the agents who are not left out (`only`
// these, where given) and the required staff that it was made for.
absl::StatusOr<ScheduleScene> SceneFor(PlanStore& store, const v1::Schedule& head,
                                       const Eligible& eligible, absl::TimeZone zone,
                                       const std::vector<std::string>& only = {});

// Of these agents alone, without cover.
absl::StatusOr<std::vector<v1::BrokenRule>> BrokenRulesOf(PlanStore& store, uint64_t schedule,
                                                          const std::vector<std::string>& agents,
                                                          absl::TimeZone zone);

}  // namespace wissel::forecasting
