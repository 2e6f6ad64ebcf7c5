#include "forecasting/service/schedule_service.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "forecasting/service/resources.h"
#include "forecasting/service/schedule_book.h"
#include "forecasting/service/schedule_check.h"
#include "google/protobuf/empty.pb.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"
#include "router/service/pages.h"

namespace wissel::forecasting {
namespace {

using google::protobuf::Empty;
using rpc::Access;
using rpc::Context;
using rpc::Reply;
using rpc::Role;
using v1::Schedule;
using v1::Shift;

constexpr int kMostWeeks = 8;
constexpr int kMostChanges = 50'000;
constexpr Duration kLongestShift = Duration::Hours(24);
constexpr std::string_view kPublished = "schedules/published";

void WriteChecked(Checked checked, Schedule& schedule) {
  const v1::ScheduleFigures made = schedule.figures();
  *schedule.mutable_figures() = std::move(checked.figures);
  if (made.has_cost()) schedule.mutable_figures()->set_cost(made.cost());
  if (made.has_bound()) schedule.mutable_figures()->set_bound(made.bound());
  for (auto& rule : checked.broken) *schedule.add_broken_rules() = std::move(rule);
  for (auto& cover : checked.cover) *schedule.add_cover() = std::move(cover);
}

// A draft with a first Monday and a number of weeks.
absl::Status CheckHead(const Schedule& head) {
  WISSEL_ASSIGN_OR_RETURN(const absl::CivilDay start, ReadDay(head.start_date(), "startDate"));
  if (absl::GetWeekday(start) != absl::Weekday::monday) {
    return RefuseField(
        "startDate", fmt::format("{} is no Monday", head.start_date()),
        fmt::format("a Monday, as {}", WriteDay(absl::PrevWeekday(start, absl::Weekday::monday))));
  }
  WISSEL_RETURN_IF_ERROR(ReadNumber(head.weeks(), 1, kMostWeeks, "weeks").status());
  return CheckText(head.note(), 500, "note");
}

absl::StatusOr<Schedule> Create(PlanStore& store, const v1::CreateScheduleRequest& request,
                                const std::string& user, Instant now) {
  Schedule head;
  ShiftsByAgent shifts;
  if (!request.copy_of().empty()) {
    WISSEL_ASSIGN_OR_RETURN(const StoredSchedule from,
                            FindSchedule(store, request.copy_of(), "copyOf"));
    WISSEL_ASSIGN_OR_RETURN(shifts, ShiftsOf(store, from.number));
    head.set_start_date(from.head.start_date());
    head.set_weeks(from.head.weeks());
    head.set_required_staff(from.head.required_staff());
  } else {
    head.set_start_date(request.schedule().start_date());
    head.set_weeks(request.schedule().weeks());
    head.set_required_staff(request.schedule().required_staff());
  }
  head.set_note(request.schedule().note());
  WISSEL_RETURN_IF_ERROR(WithFieldPrefix(CheckHead(head), "schedule"));
  if (!head.required_staff().empty()) {
    WISSEL_RETURN_IF_ERROR(
        WithFieldPrefix(FindStaff(store, head.required_staff()).status(), "schedule"));
  }
  head.set_user(user);
  head.set_revision(1);
  WriteTimestamp(now, head.mutable_create_time());
  WISSEL_ASSIGN_OR_RETURN(const StoredSchedule made, AddSchedule(store, head));
  for (auto& [agent, list] : shifts) {
    for (Shift& shift : list) shift.clear_name();
    WISSEL_RETURN_IF_ERROR(PutShifts(store, made.number, agent, list));
  }
  return made.head;
}

absl::StatusOr<v1::ListSchedulesResponse> List(PlanStore& store,
                                               const v1::ListSchedulesRequest& request) {
  WISSEL_ASSIGN_OR_RETURN(const Page page, ReadPage(request.page_size(), request.page_token(), 0));
  const uint64_t before = request.page_token().empty() ? kFromNewest : page.from;
  WISSEL_ASSIGN_OR_RETURN(
      const auto schedules,
      ReadAll<Schedule>(store, kSchedules, static_cast<size_t>(page.size) + 1, before));
  v1::ListSchedulesResponse response;
  for (const StoredSchedule& schedule : schedules) {
    if (response.schedules_size() == page.size) {
      response.set_next_page_token(PageToken(schedule.number + 1, 0));
      break;
    }
    *response.add_schedules() = schedule.head;
  }
  return response;
}

// The one that the desks show now, or next.
absl::StatusOr<StoredSchedule> FindPublished(PlanStore& store, Instant now, absl::TimeZone zone) {
  const absl::CivilDay today = absl::ToCivilDay(absl::FromUnixMillis(now.millis()), zone);
  WISSEL_ASSIGN_OR_RETURN(const auto schedules,
                          ReadAll<Schedule>(store, kSchedules, kMostSchedules));
  const StoredSchedule* best = nullptr;
  const auto rank = [&](const StoredSchedule& one) {
    const Days days = DaysOf(one.head);
    const int64_t ahead = std::max<int64_t>(days.first - today, 0);
    return std::tuple(ahead, -one.head.publish_time().seconds(), -static_cast<int64_t>(one.number));
  };
  for (const StoredSchedule& one : schedules) {
    if (!one.head.has_publish_time() || DaysOf(one.head).last < today) continue;
    if (best == nullptr || rank(one) < rank(*best)) best = &one;
  }
  if (best == nullptr) {
    return Refuse(absl::StatusCode::kNotFound, "name",
                  "no schedule of these or coming weeks is published");
  }
  return *best;
}

absl::StatusOr<Schedule> Get(PlanStore& store, const Eligible& eligible, const std::string& name,
                             Instant now, absl::TimeZone zone) {
  absl::StatusOr<StoredSchedule> found =
      name == kPublished ? FindPublished(store, now, zone) : FindSchedule(store, name, "name");
  if (!found.ok()) return found.status();
  Schedule schedule = found->head;
  WISSEL_ASSIGN_OR_RETURN(const ShiftsByAgent shifts, ShiftsOf(store, found->number));
  WISSEL_ASSIGN_OR_RETURN(const ScheduleScene scene,
                          SceneFor(store, schedule, eligible, zone, shifts));
  for (const auto& [agent, list] : shifts) {
    for (const Shift& shift : list) *schedule.add_shifts() = shift;
  }
  WISSEL_ASSIGN_OR_RETURN(Checked checked, Check(scene, shifts));
  WriteChecked(std::move(checked), schedule);
  return schedule;
}

absl::Status CheckShift(const Shift& shift, const Days& days, absl::TimeZone zone,
                        const Directory& directory) {
  WISSEL_RETURN_IF_ERROR(FindByName<AgentId>(directory, shift.agent(), "agent").status());
  WISSEL_ASSIGN_OR_RETURN(const Instant start, ReadTimestamp(shift.start_time(), "startTime"));
  WISSEL_ASSIGN_OR_RETURN(const Instant end, ReadTimestamp(shift.end_time(), "endTime"));
  if (end <= start || end - start > kLongestShift) {
    return RefuseField("endTime", "does not come after the beginning, or a day later",
                       "up to 24 hours after startTime");
  }
  if (start.millis() % 60'000 != 0 || end.millis() % 60'000 != 0) {
    return RefuseField("startTime", "is no whole minute", "whole minutes");
  }
  const Days of_shift = LocalDaysOf(shift, zone);
  if (!days.Meet({of_shift.first, of_shift.first})) {
    return RefuseField("startTime", "lies outside of the schedule's weeks",
                       fmt::format("{} to {}", WriteDay(days.first), WriteDay(days.last)));
  }
  Instant free_from = start;
  for (int i = 0; i < shift.breaks_size(); ++i) {
    const std::string field = fmt::format("breaks[{}]", i);
    WISSEL_ASSIGN_OR_RETURN(const Instant from,
                            ReadTimestamp(shift.breaks(i).start_time(), field + ".startTime"));
    WISSEL_ASSIGN_OR_RETURN(const Instant to,
                            ReadTimestamp(shift.breaks(i).end_time(), field + ".endTime"));
    if (from < free_from || to <= from || to > end) {
      return RefuseField(field, "lies outside of the shift, or in another break",
                         "breaks within the shift, one after the other");
    }
    free_from = to;
  }
  return absl::OkStatus();
}

// `is_new`: of those that are put, which replace nothing.
absl::Status Apply(const v1::ChangeShiftsRequest& request, const std::vector<bool>& is_new,
                   ShiftsByAgent& shifts, std::set<std::string>& touched) {
  std::map<std::string, std::string> owner;  // agent by name of shift
  for (const auto& [agent, list] : shifts) {
    for (const Shift& shift : list) owner[shift.name()] = agent;
  }
  const auto take = [&](const std::string& name, const std::string& field) -> absl::Status {
    const auto found = owner.find(name);
    if (found == owner.end()) return NoSuchName(field, name);
    auto& list = shifts[found->second];
    std::erase_if(list, [&](const Shift& one) { return one.name() == name; });
    touched.insert(found->second);
    owner.erase(found);
    return absl::OkStatus();
  };
  for (int i = 0; i < request.delete__size(); ++i) {
    WISSEL_RETURN_IF_ERROR(take(request.delete_(i), fmt::format("delete[{}]", i)));
  }
  for (int i = 0; i < request.put_size(); ++i) {
    const Shift& shift = request.put(i);
    if (!is_new[static_cast<size_t>(i)]) {
      WISSEL_RETURN_IF_ERROR(take(shift.name(), fmt::format("put[{}].name", i)));
    }
    shifts[shift.agent()].push_back(shift);
    touched.insert(shift.agent());
  }
  return absl::OkStatus();
}

// Names for those that are new, before they are put.
absl::Status NameShifts(PlanStore& store, uint64_t schedule, v1::ChangeShiftsRequest& request) {
  for (Shift& shift : *request.mutable_put()) {
    if (!shift.name().empty()) continue;
    WISSEL_ASSIGN_OR_RETURN(*shift.mutable_name(), NextShiftName(store, schedule));
  }
  return absl::OkStatus();
}

absl::Status CheckRevision(const StoredSchedule& schedule, int64_t revision) {
  if (revision == schedule.head.revision()) return absl::OkStatus();
  return Refuse(absl::StatusCode::kAborted, "revision", "somebody has changed it since",
                fmt::format("the newest, {}, once it is seen", schedule.head.revision()));
}

absl::StatusOr<v1::ChangeShiftsResponse> Change(PlanStore& store, const Eligible& eligible,
                                                v1::ChangeShiftsRequest request,
                                                const Directory& directory, absl::TimeZone zone) {
  WISSEL_ASSIGN_OR_RETURN(StoredSchedule schedule,
                          FindSchedule(store, request.schedule(), "schedule"));
  if (schedule.head.has_publish_time()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "schedule", "it is published",
                  "a copy of it, changed and published in its place");
  }
  WISSEL_RETURN_IF_ERROR(CheckRevision(schedule, request.revision()));
  const Days days = DaysOf(schedule.head);
  for (int i = 0; i < request.put_size(); ++i) {
    WISSEL_RETURN_IF_ERROR(WithFieldPrefix(CheckShift(request.put(i), days, zone, directory),
                                           fmt::format("put[{}]", i)));
  }
  WISSEL_ASSIGN_OR_RETURN(ShiftsByAgent shifts, ShiftsOf(store, schedule.number));
  std::vector<bool> is_new;
  for (const Shift& shift : request.put()) is_new.push_back(shift.name().empty());
  WISSEL_RETURN_IF_ERROR(NameShifts(store, schedule.number, request));
  std::set<std::string> touched;
  WISSEL_RETURN_IF_ERROR(Apply(request, is_new, shifts, touched));
  v1::ChangeShiftsResponse response;
  *response.mutable_shifts() = request.put();
  for (const std::string& agent : touched) {
    WISSEL_RETURN_IF_ERROR(PutShifts(store, schedule.number, agent, shifts[agent]));
  }
  WISSEL_ASSIGN_OR_RETURN(const ScheduleScene scene,
                          SceneFor(store, schedule.head, eligible, zone, shifts));
  WISSEL_ASSIGN_OR_RETURN(Checked checked, Check(scene, shifts));
  schedule.head.set_revision(schedule.head.revision() + 1);
  *schedule.head.mutable_figures() = checked.figures;
  WISSEL_RETURN_IF_ERROR(PutHead(store, schedule));
  response.set_revision(schedule.head.revision());
  *response.mutable_figures() = std::move(checked.figures);
  for (auto& rule : checked.broken) *response.add_broken_rules() = std::move(rule);
  for (auto& cover : checked.cover) *response.add_cover() = std::move(cover);
  return response;
}

absl::StatusOr<Schedule> Publish(PlanStore& store, const Eligible& eligible,
                                 const v1::PublishScheduleRequest& request, Instant now,
                                 absl::TimeZone zone) {
  WISSEL_ASSIGN_OR_RETURN(StoredSchedule schedule, FindSchedule(store, request.name(), "name"));
  WISSEL_RETURN_IF_ERROR(CheckRevision(schedule, request.revision()));
  WISSEL_ASSIGN_OR_RETURN(const ShiftsByAgent shifts, ShiftsOf(store, schedule.number));
  WISSEL_ASSIGN_OR_RETURN(const ScheduleScene scene,
                          SceneFor(store, schedule.head, eligible, zone, shifts));
  WISSEL_ASSIGN_OR_RETURN(Checked checked, Check(scene, shifts));
  if (!checked.broken.empty() && !request.despite_broken_rules()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                  fmt::format("{} rules are broken, the first: {}", checked.broken.size(),
                              checked.broken.front().sentence()),
                  "mend them, or publish despite them");
  }
  WriteTimestamp(now, schedule.head.mutable_publish_time());
  schedule.head.set_revision(schedule.head.revision() + 1);
  WriteChecked(std::move(checked), schedule.head);
  schedule.head.clear_cover();
  schedule.head.clear_broken_rules();
  WISSEL_RETURN_IF_ERROR(PutHead(store, schedule));
  return schedule.head;
}

absl::StatusOr<Empty> Delete(PlanStore& store, const std::string& name) {
  WISSEL_ASSIGN_OR_RETURN(const StoredSchedule schedule, FindSchedule(store, name, "name"));
  WISSEL_RETURN_IF_ERROR(store.Delete(kSchedules, schedule.number).status());
  return Empty();
}

// What two shifts of an agent say, but for their names.
std::string Content(Shift shift) {
  shift.clear_name();
  return shift.SerializeAsString();
}

absl::StatusOr<v1::DiffSchedulesResponse> Diff(PlanStore& store,
                                               const v1::DiffSchedulesRequest& request,
                                               absl::TimeZone zone) {
  WISSEL_ASSIGN_OR_RETURN(const StoredSchedule from, FindSchedule(store, request.from(), "from"));
  WISSEL_ASSIGN_OR_RETURN(const StoredSchedule to, FindSchedule(store, request.to(), "to"));
  // By agent and day: an agent works one shift a day.
  std::map<std::pair<std::string, absl::CivilDay>, v1::DiffSchedulesResponse::Change> days;
  WISSEL_ASSIGN_OR_RETURN(const ShiftsByAgent before, ShiftsOf(store, from.number));
  WISSEL_ASSIGN_OR_RETURN(const ShiftsByAgent after, ShiftsOf(store, to.number));
  for (const auto& [agent, list] : before) {
    for (const Shift& shift : list) {
      *days[{agent, LocalDaysOf(shift, zone).first}].mutable_from() = shift;
    }
  }
  for (const auto& [agent, list] : after) {
    for (const Shift& shift : list) {
      *days[{agent, LocalDaysOf(shift, zone).first}].mutable_to() = shift;
    }
  }
  v1::DiffSchedulesResponse response;
  for (auto& [key, change] : days) {
    if (change.has_from() && change.has_to() && Content(change.from()) == Content(change.to())) {
      continue;
    }
    change.set_agent(key.first);
    *response.add_changes() = std::move(change);
  }
  return response;
}

void RegisterReading(rpc::MethodTable& table, Office& office, Access look) {
  table.Unary<v1::ListSchedulesRequest, v1::ListSchedulesResponse>(
      "wissel.v1.ScheduleService.ListSchedules", look,
      [&office](const Context&, const v1::ListSchedulesRequest& request,
                Reply<v1::ListSchedulesResponse> reply) {
        office.Look(std::move(reply), [request](PlanStore& store) { return List(store, request); });
      });
  table.Unary<v1::GetScheduleRequest, Schedule>(
      "wissel.v1.ScheduleService.GetSchedule", look,
      [&office](const Context&, const v1::GetScheduleRequest& request, Reply<Schedule> reply) {
        office.LookAtPeople(std::move(reply),
                            [name = request.name(), now = office.shard().now(),
                             zone = office.zone()](PlanStore& store, const Eligible& eligible) {
                              return Get(store, eligible, name, now, zone);
                            });
      });
  table.Unary<v1::DiffSchedulesRequest, v1::DiffSchedulesResponse>(
      "wissel.v1.ScheduleService.DiffSchedules", look,
      [&office](const Context&, const v1::DiffSchedulesRequest& request,
                Reply<v1::DiffSchedulesResponse> reply) {
        office.Look(std::move(reply), [request, zone = office.zone()](PlanStore& store) {
          return Diff(store, request, zone);
        });
      });
}

}  // namespace

void RegisterSchedules(rpc::MethodTable& table, Office& office) {
  const Access change = Access::Of({Role::kPlanner, Role::kAdmin});
  RegisterReading(table, office, Access::Of({Role::kPlanner, Role::kManager, Role::kAdmin}));
  table.Unary<v1::CreateScheduleRequest, Schedule>(
      "wissel.v1.ScheduleService.CreateSchedule", change,
      [&office](const Context& context, const v1::CreateScheduleRequest& request,
                Reply<Schedule> reply) {
        office.Change(context, "CreateSchedule", request, std::move(reply),
                      [request, user = context.caller.user, now = office.shard().now()](
                          PlanStore& store) { return Create(store, request, user, now); });
      });
  table.Unary<v1::ChangeShiftsRequest, v1::ChangeShiftsResponse>(
      "wissel.v1.ScheduleService.ChangeShifts", change,
      [&office](const Context& context, const v1::ChangeShiftsRequest& request,
                Reply<v1::ChangeShiftsResponse> reply) {
        if (request.put_size() + request.delete__size() > kMostChanges) {
          return reply(RefuseField("put", "these are too many at once",
                                   fmt::format("at most {}", kMostChanges)));
        }
        office.ChangeWithPeople(context, "ChangeShifts", request, std::move(reply),
                                [request, directory = office.directory(), zone = office.zone()](
                                    PlanStore& store, const Eligible& eligible) {
                                  return Change(store, eligible, request, *directory, zone);
                                });
      });
  table.Unary<v1::PublishScheduleRequest, Schedule>(
      "wissel.v1.ScheduleService.PublishSchedule", change,
      [&office](const Context& context, const v1::PublishScheduleRequest& request,
                Reply<Schedule> reply) {
        office.ChangeWithPeople(context, "PublishSchedule", request, std::move(reply),
                                [request, now = office.shard().now(), zone = office.zone()](
                                    PlanStore& store, const Eligible& eligible) {
                                  return Publish(store, eligible, request, now, zone);
                                });
      });
  table.Unary<v1::DeleteScheduleRequest, Empty>(
      "wissel.v1.ScheduleService.DeleteSchedule", change,
      [&office](const Context& context, const v1::DeleteScheduleRequest& request,
                Reply<Empty> reply) {
        office.Change(context, "DeleteSchedule", request, std::move(reply),
                      [name = request.name()](PlanStore& store) { return Delete(store, name); });
      });
}

}  // namespace wissel::forecasting
