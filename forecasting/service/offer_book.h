// Offers of overtime and time off in the store, and what the rules say of them.
//
// On the store's thread, but for what is pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecasting/service/schedule_book.h"
#include "forecasting/service/schedule_problem.h"
#include "forecasting/service/shift_piece.h"
#include "forecasting/store/plan_store.h"
#include "wissel/v1/day.pb.h"

namespace wissel::forecasting {

using StoredOffer = Stored<v1::ShiftOffer>;

// Newest first, each in the state that it has at `now`. Pure from there on.
absl::StatusOr<std::vector<StoredOffer>> OffersIn(PlanStore& store, Instant now);
absl::StatusOr<StoredOffer> FindOffer(PlanStore& store, const std::string& name, Instant now);
OfferedTime TimeOf(const v1::ShiftOffer& offer);

// Paid hours of that kind that each agent accepted in the last 28 days.
std::map<std::string, double> HoursLately(const std::vector<StoredOffer>& offers,
                                          v1::ShiftOffer::Kind kind, Instant now);

// Pure: what the changed shifts break, by agent, in the verifier's words. `scene` has the rules for
// these agents. Time off may make a week shorter than the contract says: that is the agent's will.
absl::StatusOr<std::map<std::string, std::string>> BrokenBy(const ScheduleScene& scene,
                                                            const ShiftsByAgent& before,
                                                            const ShiftsByAgent& after,
                                                            v1::ShiftOffer::Kind kind);

}  // namespace wissel::forecasting
