#include "forecasting/service/schedule_book.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

absl::CivilDay LocalDay(Instant t, absl::TimeZone zone) {
  return absl::ToCivilDay(absl::FromUnixMillis(t.millis()), zone);
}

void SortByStart(std::vector<v1::Shift>& shifts) {
  std::stable_sort(shifts.begin(), shifts.end(),
                   [](const v1::Shift& a, const v1::Shift& b) { return StartOf(a) < StartOf(b); });
}

// The published ones that cover some of these days, the one published last first.
absl::StatusOr<std::vector<StoredSchedule>> PublishedIn(PlanStore& store, const Days& days) {
  WISSEL_ASSIGN_OR_RETURN(auto schedules, ReadAll<v1::Schedule>(store, kSchedules, kMostSchedules));
  std::erase_if(schedules, [&](const StoredSchedule& schedule) {
    return !schedule.head.has_publish_time() || !DaysOf(schedule.head).Meet(days);
  });
  std::stable_sort(schedules.begin(), schedules.end(), [](const auto& a, const auto& b) {
    return InstantOf(a.head.publish_time()) > InstantOf(b.head.publish_time());
  });
  return schedules;
}

// The first of `schedules` that covers the day.
const StoredSchedule* CoverOf(const std::vector<StoredSchedule>& schedules, absl::CivilDay day) {
  for (const StoredSchedule& schedule : schedules) {
    if (DaysOf(schedule.head).Meet({day, day})) return &schedule;
  }
  return nullptr;
}

// Of one agent's shifts in one schedule: those that it shows on these days.
void AddShown(const std::vector<StoredSchedule>& schedules, const StoredSchedule& from,
              const v1::ListShiftsResponse& shifts, const Days& days, absl::TimeZone zone,
              std::vector<Published>& shown) {
  for (const v1::Shift& shift : shifts.shifts()) {
    const absl::CivilDay day = LocalDay(StartOf(shift), zone);
    if (!days.Meet({day, day}) || CoverOf(schedules, day) != &from) continue;
    shown.push_back({from.number, shift});
  }
}

}  // namespace

Days DaysOf(const v1::Schedule& schedule) {
  Days days;
  absl::ParseCivilTime(schedule.start_date(), &days.first);
  days.last = days.first + (schedule.weeks() * 7 - 1);
  return days;
}

Days LocalDaysOf(const v1::Shift& shift, absl::TimeZone zone) {
  return {LocalDay(StartOf(shift), zone), LocalDay(EndOf(shift) - Duration::Millis(1), zone)};
}

Instant InstantOf(const google::protobuf::Timestamp& time) {
  return Instant::FromMillis(time.seconds() * 1000 + time.nanos() / 1'000'000);
}
Instant StartOf(const v1::Shift& shift) { return InstantOf(shift.start_time()); }
Instant EndOf(const v1::Shift& shift) { return InstantOf(shift.end_time()); }

absl::StatusOr<StoredSchedule> FindSchedule(PlanStore& store, const std::string& name,
                                            std::string_view field) {
  StoredSchedule schedule;
  WISSEL_ASSIGN_OR_RETURN(schedule.number, NumberOf(kSchedules, name, field));
  WISSEL_ASSIGN_OR_RETURN(const bool found,
                          store.Get({kSchedules, schedule.number}, &schedule.head));
  if (!found) return NoSuchName(field, name);
  return schedule;
}

absl::StatusOr<ShiftsByAgent> ShiftsOf(PlanStore& store, uint64_t schedule) {
  WISSEL_ASSIGN_OR_RETURN(const auto records, store.Parts(kSchedules, schedule));
  ShiftsByAgent shifts;
  for (const PlanRecord& record : records) {
    WISSEL_ASSIGN_OR_RETURN(const auto list, ReadRecord<v1::ListShiftsResponse>(record));
    shifts[record.part] = {list.shifts().begin(), list.shifts().end()};
  }
  return shifts;
}

absl::StatusOr<StoredSchedule> AddSchedule(PlanStore& store, v1::Schedule head) {
  StoredSchedule schedule;
  WISSEL_ASSIGN_OR_RETURN(schedule.number, store.NextNumber(kSchedules));
  schedule.head = std::move(head);
  schedule.head.set_name(NameOf(kSchedules, schedule.number));
  WISSEL_RETURN_IF_ERROR(PutHead(store, schedule));
  return schedule;
}

absl::Status PutHead(PlanStore& store, const StoredSchedule& schedule) {
  return store.Put({kSchedules, schedule.number}, schedule.head);
}

absl::StatusOr<std::string> NextShiftName(PlanStore& store, uint64_t schedule) {
  const std::string names = fmt::format("{}/{}/shifts", kSchedules, schedule);
  WISSEL_ASSIGN_OR_RETURN(const uint64_t number, store.NextNumber(names));
  return NameOf(names, number);
}

absl::Status PutShifts(PlanStore& store, uint64_t schedule, const std::string& agent,
                       std::vector<v1::Shift>& shifts) {
  if (shifts.empty()) return store.DeletePart({kSchedules, schedule, agent});
  SortByStart(shifts);
  v1::ListShiftsResponse list;
  for (v1::Shift& shift : shifts) {
    if (shift.name().empty()) {
      WISSEL_ASSIGN_OR_RETURN(*shift.mutable_name(), NextShiftName(store, schedule));
    }
    *list.add_shifts() = shift;
  }
  return store.Put({kSchedules, schedule, agent}, list);
}

absl::StatusOr<std::optional<StoredSchedule>> PublishedOn(PlanStore& store, absl::CivilDay day) {
  WISSEL_ASSIGN_OR_RETURN(const auto schedules, PublishedIn(store, {day, day}));
  if (schedules.empty()) return std::nullopt;
  return schedules.front();
}

absl::StatusOr<std::vector<Published>> PublishedShifts(PlanStore& store, const std::string& agent,
                                                       const Days& days, absl::TimeZone zone) {
  WISSEL_ASSIGN_OR_RETURN(const auto schedules, PublishedIn(store, days));
  std::vector<Published> shown;
  for (const StoredSchedule& schedule : schedules) {
    v1::ListShiftsResponse list;
    WISSEL_RETURN_IF_ERROR(store.Get({kSchedules, schedule.number, agent}, &list).status());
    AddShown(schedules, schedule, list, days, zone, shown);
  }
  std::stable_sort(shown.begin(), shown.end(), [](const Published& a, const Published& b) {
    return StartOf(a.shift) < StartOf(b.shift);
  });
  return shown;
}

absl::StatusOr<ShiftsByAgent> PublishedShifts(PlanStore& store, const Days& days,
                                              absl::TimeZone zone) {
  WISSEL_ASSIGN_OR_RETURN(const auto schedules, PublishedIn(store, days));
  ShiftsByAgent all;
  for (const StoredSchedule& schedule : schedules) {
    WISSEL_ASSIGN_OR_RETURN(const auto records, store.Parts(kSchedules, schedule.number));
    for (const PlanRecord& record : records) {
      WISSEL_ASSIGN_OR_RETURN(const auto list, ReadRecord<v1::ListShiftsResponse>(record));
      std::vector<Published> shown;
      AddShown(schedules, schedule, list, days, zone, shown);
      for (Published& one : shown) all[record.part].push_back(std::move(one.shift));
    }
  }
  for (auto& [agent, shifts] : all) SortByStart(shifts);
  return all;
}

}  // namespace wissel::forecasting
