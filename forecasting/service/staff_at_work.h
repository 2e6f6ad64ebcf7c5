// How many people of each kind are at work in each interval of a day: as required staff or a
// schedule has them, with what a planner changes about that.
//
// Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forecasting/service/agent_kinds.h"
#include "forecasting/service/day_grid.h"
#include "forecasting/service/schedule_book.h"
#include "wissel/v1/staffing.pb.h"

namespace wissel::forecasting {

// By kind, then interval.
using AtWork = std::vector<std::vector<int>>;

AtWork Nobody(const std::vector<AgentKind>& kinds, const DayGrid& grid);

// People of a group are of the kind of its agent; those of a queue are of the kinds that serve it,
// in proportion to how many there are of each.
AtWork AsRequired(const v1::RequiredStaff& staff, const std::vector<AgentKind>& kinds,
                  const DayGrid& grid);

// Who has a shift and no break through the middle of an interval is there for all of it.
// `left_out`: who has one and is of no kind.
AtWork AsScheduled(const ShiftsByAgent& shifts, const std::vector<AgentKind>& kinds,
                   const DayGrid& grid, std::vector<std::string>& left_out);

// INVALID_ARGUMENT or NOT_FOUND with the field, "changes[2].like".
absl::Status CheckChanges(const google::protobuf::RepeatedPtrField<v1::StaffChange>& changes,
                          const std::vector<AgentKind>& kinds);
// In their order. `expected`: whether contacts are, by interval.
void Change(const google::protobuf::RepeatedPtrField<v1::StaffChange>& changes,
            const std::vector<AgentKind>& kinds, const DayGrid& grid, absl::TimeZone zone,
            const std::vector<char>& expected, AtWork& people);

}  // namespace wissel::forecasting
