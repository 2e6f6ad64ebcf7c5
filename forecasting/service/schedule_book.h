// Schedules in the store of plans: a head, and the shifts of each agent beside it; and which of the
// published ones says where an agent is on a day.
//
// On the store's thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/time.h"
#include "forecasting/service/resources.h"
#include "forecasting/store/plan_store.h"
#include "wissel/v1/schedule.pb.h"

namespace wissel::forecasting {

// By agent ("agents/anna"), in the order of their beginnings.
using ShiftsByAgent = std::map<std::string, std::vector<v1::Shift>>;

using StoredSchedule = Stored<v1::Schedule>;  // without shifts, cover and broken rules
// More than a center keeps.
inline constexpr size_t kMostSchedules = 10'000;

// First Monday to last Sunday.
Days DaysOf(const v1::Schedule& schedule);
Days LocalDaysOf(const v1::Shift& shift, absl::TimeZone zone);
Instant InstantOf(const google::protobuf::Timestamp& time);
Instant StartOf(const v1::Shift& shift);
Instant EndOf(const v1::Shift& shift);

// NOT_FOUND on `field`.
absl::StatusOr<StoredSchedule> FindSchedule(PlanStore& store, const std::string& name,
                                            std::string_view field);
absl::StatusOr<ShiftsByAgent> ShiftsOf(PlanStore& store, uint64_t schedule);

// Gives it a number and a name.
absl::StatusOr<StoredSchedule> AddSchedule(PlanStore& store, v1::Schedule head);
absl::Status PutHead(PlanStore& store, const StoredSchedule& schedule);
// "schedules/3/shifts/17", of one that there was not.
absl::StatusOr<std::string> NextShiftName(PlanStore& store, uint64_t schedule);
// Shifts without a name get one. An agent without shifts is left out.
absl::Status PutShifts(PlanStore& store, uint64_t schedule, const std::string& agent,
                       std::vector<v1::Shift>& shifts);

// The published schedule whose day it is; none: no published one covers it.
absl::StatusOr<std::optional<StoredSchedule>> PublishedOn(PlanStore& store, absl::CivilDay day);

// What the desks show: each day belongs to the schedule published last that covers it.
struct Published {
  uint64_t schedule = 0;
  v1::Shift shift;
};
absl::StatusOr<std::vector<Published>> PublishedShifts(PlanStore& store, const std::string& agent,
                                                       const Days& days, absl::TimeZone zone);
// The same of everybody, by agent.
absl::StatusOr<ShiftsByAgent> PublishedShifts(PlanStore& store, const Days& days,
                                              absl::TimeZone zone);

}  // namespace wissel::forecasting
