#include "forecasting/service/schedule_changes.h"

#include <utility>
#include <vector>

#include "forecasting/service/resources.h"
#include "router/service/convert_basics.h"

namespace wissel::forecasting {
namespace {

using rpc::Access;
using rpc::Context;
using rpc::Reply;
using rpc::Role;
using v1::ScheduleChange;
using v1::Shift;

constexpr size_t kMostListed = 1000;

absl::StatusOr<std::vector<Shift>> ShiftsIn(PlanStore& store, uint64_t schedule,
                                            const std::string& agent) {
  v1::ListShiftsResponse list;
  WISSEL_RETURN_IF_ERROR(store.Get({kSchedules, schedule, agent}, &list).status());
  return std::vector<Shift>(list.shifts().begin(), list.shifts().end());
}

absl::StatusOr<v1::ListScheduleChangesResponse> List(PlanStore& store,
                                                     const std::string& schedule) {
  WISSEL_ASSIGN_OR_RETURN(const auto all,
                          ReadAll<ScheduleChange>(store, kScheduleChanges, kMostListed));
  v1::ListScheduleChangesResponse response;
  for (const auto& [number, change] : all) {
    if (schedule.empty() || change.schedule() == schedule) {
      *response.add_schedule_changes() = change;
    }
  }
  return response;
}

}  // namespace

absl::StatusOr<ScheduleChange> ChangePublished(PlanStore& store, PublishedChange change,
                                               Instant now) {
  if (change.from) {
    const std::string& agent = change.from->agent();
    WISSEL_ASSIGN_OR_RETURN(auto shifts, ShiftsIn(store, change.schedule, agent));
    std::erase_if(shifts, [&](const Shift& one) { return one.name() == change.from->name(); });
    WISSEL_RETURN_IF_ERROR(PutShifts(store, change.schedule, agent, shifts));
  }
  if (change.to) {
    if (change.to->name().empty()) {
      WISSEL_ASSIGN_OR_RETURN(*change.to->mutable_name(), NextShiftName(store, change.schedule));
    }
    const std::string& agent = change.to->agent();
    WISSEL_ASSIGN_OR_RETURN(auto shifts, ShiftsIn(store, change.schedule, agent));
    shifts.push_back(*change.to);
    WISSEL_RETURN_IF_ERROR(PutShifts(store, change.schedule, agent, shifts));
  }
  WISSEL_ASSIGN_OR_RETURN(StoredSchedule schedule,
                          FindSchedule(store, NameOf(kSchedules, change.schedule), "name"));
  schedule.head.set_revision(schedule.head.revision() + 1);
  WISSEL_RETURN_IF_ERROR(PutHead(store, schedule));

  ScheduleChange record;
  WISSEL_ASSIGN_OR_RETURN(const uint64_t number, store.NextNumber(kScheduleChanges));
  record.set_name(NameOf(kScheduleChanges, number));
  WriteTimestamp(now, record.mutable_time());
  record.set_user(change.user);
  record.set_schedule(schedule.head.name());
  record.set_revision(schedule.head.revision());
  record.set_reason(change.reason);
  if (change.from) *record.mutable_from() = *std::move(change.from);
  if (change.to) *record.mutable_to() = *std::move(change.to);
  WISSEL_RETURN_IF_ERROR(store.Put({kScheduleChanges, number}, record));
  return record;
}

void RegisterScheduleChanges(rpc::MethodTable& table, Office& office) {
  table.Unary<v1::ListScheduleChangesRequest, v1::ListScheduleChangesResponse>(
      "wissel.v1.DayService.ListScheduleChanges",
      Access::Of({Role::kPlanner, Role::kManager, Role::kAdmin}),
      [&office](const Context&, const v1::ListScheduleChangesRequest& request,
                Reply<v1::ListScheduleChangesResponse> reply) {
        office.Look(std::move(reply), [schedule = request.schedule()](PlanStore& store) {
          return List(store, schedule);
        });
      });
}

}  // namespace wissel::forecasting
