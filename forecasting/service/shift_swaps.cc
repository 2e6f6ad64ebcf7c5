#include "forecasting/service/shift_swaps.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "forecasting/service/resources.h"
#include "forecasting/service/schedule_book.h"
#include "forecasting/service/schedule_changes.h"
#include "forecasting/service/schedule_check.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"
#include "wissel/v1/schedule.pb.h"

namespace wissel::forecasting {
namespace {

using rpc::Access;
using rpc::Context;
using rpc::Reply;
using rpc::Role;
using v1::Shift;
using v1::ShiftSwap;

constexpr size_t kMostSwaps = 10'000;
constexpr int64_t kLongestLook = 400;

// What a handler knows of the center, as of its call.
struct Scene {
  std::shared_ptr<const Directory> directory;
  absl::TimeZone zone;
  Instant now;
};
Scene SceneOf(Office& office) { return {office.directory(), office.zone(), office.shard().now()}; }

bool IsOpen(const ShiftSwap& swap) {
  return swap.state() == ShiftSwap::ASKED || swap.state() == ShiftSwap::AGREED;
}

absl::StatusOr<std::vector<Stored<ShiftSwap>>> Swaps(PlanStore& store) {
  return ReadAll<ShiftSwap>(store, kShiftSwaps, kMostSwaps);
}

// The agent's published shift of that name which has not begun.
absl::StatusOr<Published> FindComing(PlanStore& store, const Scene& scene, const std::string& agent,
                                     const std::string& name, std::string_view field) {
  const absl::CivilDay today =
      absl::ToCivilDay(absl::FromUnixMillis(scene.now.millis()), scene.zone);
  WISSEL_ASSIGN_OR_RETURN(
      const auto shifts,
      PublishedShifts(store, agent, {today - 1, today + kLongestLook}, scene.zone));
  for (const Published& one : shifts) {
    if (one.shift.name() != name) continue;
    if (StartOf(one.shift) > scene.now) return one;
    return Refuse(absl::StatusCode::kFailedPrecondition, field, "the shift has begun",
                  "a shift that is still to come");
  }
  return NoSuchName(field, name);
}

absl::Status CheckNobodyElseSwaps(PlanStore& store, const ShiftSwap& swap) {
  WISSEL_ASSIGN_OR_RETURN(const auto others, Swaps(store));
  const auto touches = [&](const ShiftSwap& other, const std::string& shift) {
    return !shift.empty() && (other.shift().name() == shift || other.for_shift().name() == shift);
  };
  for (const auto& [number, other] : others) {
    if (!IsOpen(other)) continue;
    if (!touches(other, swap.shift().name()) && !touches(other, swap.for_shift().name())) continue;
    return Refuse(absl::StatusCode::kFailedPrecondition, "shiftSwap.shift",
                  fmt::format("{} is about it already", other.name()), "withdraw that one first");
  }
  return absl::OkStatus();
}

// Who serves none of the queues of a colleague can do nothing in that colleague's place.
absl::Status CheckShareWork(const Eligible& eligible, const ShiftSwap& swap) {
  bool serves_any = false;
  for (const auto& [queue, agents] : eligible) {
    if (!std::binary_search(agents.begin(), agents.end(), swap.from_agent())) continue;
    if (std::binary_search(agents.begin(), agents.end(), swap.to_agent())) return absl::OkStatus();
    serves_any = true;
  }
  if (!serves_any) return absl::OkStatus();
  return Refuse(absl::StatusCode::kFailedPrecondition, "shiftSwap.toAgent",
                fmt::format("{} can serve none of the same queues", swap.to_agent()),
                "a colleague with the skills for one of them");
}

absl::StatusOr<ShiftSwap> Ask(PlanStore& store, const Scene& scene, const ShiftSwap& asked) {
  ShiftSwap swap;
  swap.set_from_agent(asked.from_agent());
  swap.set_to_agent(asked.to_agent());
  WISSEL_ASSIGN_OR_RETURN(
      const Published given,
      FindComing(store, scene, swap.from_agent(), asked.shift().name(), "shiftSwap.shift.name"));
  *swap.mutable_shift() = given.shift;
  if (asked.has_for_shift()) {
    WISSEL_ASSIGN_OR_RETURN(const Published taken,
                            FindComing(store, scene, swap.to_agent(), asked.for_shift().name(),
                                       "shiftSwap.forShift.name"));
    *swap.mutable_for_shift() = taken.shift;
  }
  WISSEL_RETURN_IF_ERROR(CheckNobodyElseSwaps(store, swap));
  WISSEL_ASSIGN_OR_RETURN(const uint64_t number, store.NextNumber(kShiftSwaps));
  swap.set_name(NameOf(kShiftSwaps, number));
  swap.set_state(ShiftSwap::ASKED);
  WriteTimestamp(scene.now, swap.mutable_create_time());
  WISSEL_RETURN_IF_ERROR(store.Put({kShiftSwaps, number}, swap));
  return swap;
}

// A shift of the desks in another agent's name.
absl::Status Move(PlanStore& store, const Published& what, const std::string& to,
                  const std::string& user, const std::string& reason, Instant now) {
  PublishedChange change{.schedule = what.schedule,
                         .from = what.shift,
                         .to = what.shift,
                         .user = user,
                         .reason = reason};
  change.to->set_agent(to);
  return ChangePublished(store, std::move(change), now).status();
}

// Which labour rules the shifts of both agents break, in the weeks around these days.
absl::StatusOr<std::vector<v1::BrokenRule>> BrokenFor(PlanStore& store, const ShiftSwap& swap,
                                                      const Days& days, absl::TimeZone zone) {
  ShiftsByAgent shifts;
  for (const std::string& agent : {swap.from_agent(), swap.to_agent()}) {
    WISSEL_ASSIGN_OR_RETURN(const auto published, PublishedShifts(store, agent, days, zone));
    for (const Published& one : published) shifts[agent].push_back(one.shift);
  }
  WISSEL_ASSIGN_OR_RETURN(const ScheduleScene rules,
                          RuleScene(store, {swap.from_agent(), swap.to_agent()}, days, zone));
  WISSEL_ASSIGN_OR_RETURN(Checked checked, Check(rules, shifts));
  return std::move(checked.broken);
}

// Moves the shifts, unless a labour rule breaks that held before. In the request's transaction:
// what is refused has moved nothing.
absl::Status CarryOut(PlanStore& store, const Scene& scene, const ShiftSwap& swap,
                      const std::string& user) {
  WISSEL_ASSIGN_OR_RETURN(const Published given,
                          FindComing(store, scene, swap.from_agent(), swap.shift().name(), "name"));
  std::optional<Published> taken;
  if (swap.has_for_shift()) {
    WISSEL_ASSIGN_OR_RETURN(
        taken, FindComing(store, scene, swap.to_agent(), swap.for_shift().name(), "name"));
  }
  // The two shifts may stand in different weeks, and in different schedules.
  absl::CivilDay first = LocalDaysOf(given.shift, scene.zone).first, last = first;
  if (taken) {
    const absl::CivilDay other = LocalDaysOf(taken->shift, scene.zone).first;
    first = std::min(first, other);
    last = std::max(last, other);
  }
  const Days days = WeeksAround(first, last);
  WISSEL_ASSIGN_OR_RETURN(const auto before, BrokenFor(store, swap, days, scene.zone));
  WISSEL_RETURN_IF_ERROR(Move(store, given, swap.to_agent(), user, swap.name(), scene.now));
  if (taken) {
    WISSEL_RETURN_IF_ERROR(Move(store, *taken, swap.from_agent(), user, swap.name(), scene.now));
  }
  WISSEL_ASSIGN_OR_RETURN(const auto after, BrokenFor(store, swap, days, scene.zone));
  const auto broken = NewlyBroken(before, after);
  if (broken.empty()) return absl::OkStatus();
  return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                fmt::format("the swap would break a labour rule: {}", broken.front().sentence()));
}

absl::Status NotYours() {
  return absl::PermissionDeniedError("this swap is for somebody else to decide");
}

// Who decides what: the agent who was asked, the one who asked (to withdraw), then the manager.
absl::StatusOr<ShiftSwap::State> NextState(const ShiftSwap& swap, const rpc::Caller& caller,
                                           bool approve) {
  const bool decides = caller.roles.Intersects({Role::kManager, Role::kPlanner, Role::kAdmin});
  if (!IsOpen(swap)) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name", "it is decided already");
  }
  if (decides && swap.state() == ShiftSwap::AGREED) {
    return approve ? ShiftSwap::APPROVED : ShiftSwap::DECLINED;
  }
  if (caller.agent == swap.from_agent() && !approve) return ShiftSwap::WITHDRAWN;
  if (caller.agent == swap.to_agent() && swap.state() == ShiftSwap::ASKED) {
    return approve ? ShiftSwap::AGREED : ShiftSwap::DECLINED;
  }
  if (decides) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  "the agent who was asked has not answered", "the same once they have");
  }
  return NotYours();
}

absl::StatusOr<ShiftSwap> Decide(PlanStore& store, const Scene& scene, const rpc::Caller& caller,
                                 const v1::DecideShiftSwapRequest& request) {
  WISSEL_ASSIGN_OR_RETURN(const uint64_t number, NumberOf(kShiftSwaps, request.name(), "name"));
  ShiftSwap swap;
  WISSEL_ASSIGN_OR_RETURN(const bool found, store.Get({kShiftSwaps, number}, &swap));
  if (!found) return NoSuchName("name", request.name());
  WISSEL_ASSIGN_OR_RETURN(const ShiftSwap::State state, NextState(swap, caller, request.approve()));
  if (state == ShiftSwap::APPROVED) {
    WISSEL_RETURN_IF_ERROR(CarryOut(store, scene, swap, caller.user));
  }
  swap.set_state(state);
  if (caller.agent.empty() || caller.agent != swap.to_agent()) swap.set_decided_by(caller.user);
  WISSEL_RETURN_IF_ERROR(store.Put({kShiftSwaps, number}, swap));
  return swap;
}

bool Concerns(const ShiftSwap& swap, const std::string& agent) {
  return agent.empty() || swap.from_agent() == agent || swap.to_agent() == agent;
}

absl::StatusOr<v1::ListShiftsResponse> Shifts(PlanStore& store, const std::string& agent,
                                              const Days& days, absl::TimeZone zone) {
  WISSEL_ASSIGN_OR_RETURN(const auto shown, PublishedShifts(store, agent, days, zone));
  v1::ListShiftsResponse response;
  for (const Published& one : shown) *response.add_shifts() = one.shift;
  return response;
}

void ListShifts(Office& office, const Context& context, const v1::ListShiftsRequest& request,
                Reply<v1::ListShiftsResponse> reply) {
  const auto agent = AgentMeant(context.caller, request.agent());
  if (!agent.ok()) return reply(agent.status());
  if (auto may = CheckMayBe(context.caller, *agent, Deed::kLook); !may.ok()) return reply(may);
  const auto known = FindByName<AgentId>(*office.directory(), *agent, "agent");
  if (!known.ok()) return reply(known.status());
  const auto days = ReadDays(request.start_date(), request.end_date(), kLongestLook);
  if (!days.ok()) return reply(days.status());
  office.Look(std::move(reply), [agent = *agent, days = *days, zone = office.zone()](
                                    PlanStore& store) { return Shifts(store, agent, days, zone); });
}

void CreateSwap(Office& office, const Context& context, const v1::CreateShiftSwapRequest& request,
                Reply<ShiftSwap> reply) {
  ShiftSwap swap = request.shift_swap();
  const auto from = AgentMeant(context.caller, swap.from_agent());
  if (!from.ok()) return reply(WithFieldRenamed(from.status(), "agent", "shiftSwap.fromAgent"));
  if (auto may = CheckMayBe(context.caller, *from, Deed::kAct); !may.ok()) return reply(may);
  swap.set_from_agent(*from);
  for (const auto& [agent, field] : {std::pair(swap.from_agent(), "shiftSwap.fromAgent"),
                                     std::pair(swap.to_agent(), "shiftSwap.toAgent")}) {
    const auto known = FindByName<AgentId>(*office.directory(), agent, field);
    if (!known.ok()) return reply(known.status());
  }
  if (swap.from_agent() == swap.to_agent()) {
    return reply(RefuseField("shiftSwap.toAgent", "is the same agent", "another agent"));
  }
  office.ChangeWithPeople(
      context, "CreateShiftSwap", request, std::move(reply),
      [swap, scene = SceneOf(office)](PlanStore& store,
                                      const Eligible& eligible) -> absl::StatusOr<ShiftSwap> {
        WISSEL_RETURN_IF_ERROR(CheckShareWork(eligible, swap));
        return Ask(store, scene, swap);
      });
}

void ListSwaps(Office& office, const Context& context, const v1::ListShiftSwapsRequest& request,
               Reply<v1::ListShiftSwapsResponse> reply) {
  const bool sees_all =
      context.caller.roles.Intersects({Role::kManager, Role::kPlanner, Role::kAdmin});
  const std::string agent = sees_all ? request.agent() : context.caller.agent;
  if (!sees_all && agent.empty()) {
    return reply(absl::PermissionDeniedError("you are not an agent of this center"));
  }
  office.Look(std::move(reply),
              [agent, open_only = request.open_only()](
                  PlanStore& store) -> absl::StatusOr<v1::ListShiftSwapsResponse> {
                WISSEL_ASSIGN_OR_RETURN(const auto swaps, Swaps(store));
                v1::ListShiftSwapsResponse response;
                for (const auto& [number, swap] : swaps) {
                  if (open_only && !IsOpen(swap)) continue;
                  if (Concerns(swap, agent)) *response.add_shift_swaps() = swap;
                }
                return response;
              });
}

}  // namespace

void RegisterShifts(rpc::MethodTable& table, Office& office) {
  const Access all = Access::Of({Role::kAgent, Role::kPlanner, Role::kManager, Role::kAdmin});
  table.Unary<v1::ListShiftsRequest, v1::ListShiftsResponse>(
      "wissel.v1.ScheduleService.ListShifts", all,
      [&office](const Context& context, const v1::ListShiftsRequest& request,
                Reply<v1::ListShiftsResponse> reply) {
        ListShifts(office, context, request, std::move(reply));
      });
  table.Unary<v1::CreateShiftSwapRequest, ShiftSwap>(
      "wissel.v1.ScheduleService.CreateShiftSwap", Access::Of({Role::kAgent, Role::kAdmin}),
      [&office](const Context& context, const v1::CreateShiftSwapRequest& request,
                Reply<ShiftSwap> reply) {
        CreateSwap(office, context, request, std::move(reply));
      });
  table.Unary<v1::ListShiftSwapsRequest, v1::ListShiftSwapsResponse>(
      "wissel.v1.ScheduleService.ListShiftSwaps", all,
      [&office](const Context& context, const v1::ListShiftSwapsRequest& request,
                Reply<v1::ListShiftSwapsResponse> reply) {
        ListSwaps(office, context, request, std::move(reply));
      });
  table.Unary<v1::DecideShiftSwapRequest, ShiftSwap>(
      "wissel.v1.ScheduleService.DecideShiftSwap", all,
      [&office](const Context& context, const v1::DecideShiftSwapRequest& request,
                Reply<ShiftSwap> reply) {
        office.Change(context, "DecideShiftSwap", request, std::move(reply),
                      [scene = SceneOf(office), caller = context.caller, request](
                          PlanStore& store) { return Decide(store, scene, caller, request); });
      });
}

}  // namespace wissel::forecasting
