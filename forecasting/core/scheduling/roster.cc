#include "forecasting/core/scheduling/roster.h"

#include <algorithm>
#include <cmath>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::scheduling {
namespace {

absl::Status CheckShift(const RosterProblem& problem, size_t index) {
  const Shift& shift = problem.shifts[index];
  const std::string field = fmt::format("shifts[{}]", index);
  const auto refuse = [&](std::string_view part, std::string_view message, std::string_view right) {
    return RefuseField(field + std::string(part), fmt::format("shift {}: {}", shift.id, message),
                       right);
  };
  if (shift.start_min < 0 || shift.start_min >= kMinutesPerDay) {
    return refuse(".start", "begins outside its day", "00:00 to 23:59");
  }
  if (shift.end_min < shift.start_min || shift.end_min > shift.start_min + kMinutesPerDay) {
    return refuse(".length", "lasts longer than a day", "at most 24 h");
  }
  if (!problem.interval_min) return absl::OkStatus();
  const int grid = *problem.interval_min;
  if (shift.start_min % grid != 0 || shift.end_min % grid != 0) {
    return refuse("", fmt::format("does not lie on the grid of {} minutes", grid),
                  "begin and end between two intervals");
  }
  int free_from = 0;
  for (const BreakRule& rule : shift.breaks) {
    if (rule.earliest_min % grid != 0 || rule.latest_min % grid != 0 || rule.minutes % grid != 0) {
      return refuse(".breaks",
                    fmt::format("{} does not lie on the grid of {} minutes", rule.name, grid),
                    "whole intervals");
    }
    if (rule.minutes <= 0 || rule.earliest_min < free_from || rule.latest_min < rule.earliest_min ||
        rule.latest_min + rule.minutes > shift.end_min - shift.start_min) {
      return refuse(".breaks",
                    fmt::format("the window of {} overlaps another, or the end", rule.name),
                    "windows one after the other, within the shift");
    }
    free_from = rule.latest_min + rule.minutes;
  }
  return absl::OkStatus();
}

bool IsPrice(double price) { return std::isfinite(price) && price >= 0; }

// Numbers that no rule of work has.
absl::Status CheckNumbers(const Person& person) {
  constexpr int kMostDays = 371;
  const std::string field = fmt::format("people[{}].rules", person.id);
  const auto refuse = [&](std::string_view right) {
    return RefuseField(field, fmt::format("{}: a rule is out of range", person.id), right);
  };
  for (const auto& minutes : {person.min_total_min, person.max_total_min, person.min_week_min,
                              person.max_week_min, person.max_day_min, person.min_rest_min}) {
    if (minutes && (*minutes < 0 || *minutes > kMostDays * kMinutesPerDay)) {
      return refuse("hours from 0 to those of a year");
    }
  }
  for (const auto& days : {person.max_week_days, person.max_consecutive, person.min_consecutive,
                           person.min_consecutive_off}) {
    if (days && (*days < 0 || *days > kMostDays)) return refuse("days from 0 to those of a year");
  }
  for (const CountLimit& limit : person.limits) {
    if (limit.most < 0 || !IsPrice(limit.price.value_or(0))) return refuse("a limit from 0 on");
  }
  for (const Request& request : person.requests) {
    if (!IsPrice(request.price)) return refuse("prices from 0 on");
  }
  if (!IsPrice(person.hour_price) || person.absent_credit_min < 0 ||
      person.absent_credit_min > kMinutesPerDay) {
    return refuse("hourPrice from 0 on, absentDayHours up to 24");
  }
  return absl::OkStatus();
}

absl::Status CheckPerson(const RosterProblem& problem, const Person& person) {
  const std::string field = fmt::format("people[{}]", person.id);
  const auto in_horizon = [&](int day) { return day >= 0 && day < problem.days; };
  const auto outside = [&](std::string_view part) {
    return RefuseField(field + std::string(part),
                       fmt::format("{}: a day outside the horizon", person.id),
                       fmt::format("the horizon has {} days", problem.days));
  };
  if (person.queues >> problem.queues.size() != 0 || person.queues == 0) {
    return RefuseField(field + ".queues", fmt::format("{} serves no queue", person.id),
                       "at least one queue of the problem");
  }
  for (const int day : person.absent) {
    if (!in_horizon(day)) return outside(".absent");
  }
  for (const Availability& window : person.availabilities) {
    if (!in_horizon(window.day)) return outside(".available");
  }
  for (const Request& request : person.requests) {
    if (!in_horizon(request.day)) return outside(".requests");
  }
  for (const Pin& pin : person.pins) {
    if (!in_horizon(pin.day)) return outside(".pins");
  }
  WISSEL_RETURN_IF_ERROR(CheckNumbers(person));
  const bool weekly = person.min_week_min.has_value();
  if (weekly && problem.days % kDaysPerWeek != 0) {
    return RefuseField("days", "hours a week are asked for, and the last week is not whole",
                       "whole weeks");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckProblem(const RosterProblem& problem) {
  if (problem.days <= 0) return RefuseField("days", "a horizon of no day", "at least 1");
  if (problem.queues.empty() || problem.queues.size() > kMostQueues) {
    return RefuseField("queues", fmt::format("{} queues", problem.queues.size()),
                       fmt::format("1 to {}", kMostQueues));
  }
  if (problem.interval_min &&
      (*problem.interval_min <= 0 || kMinutesPerDay % *problem.interval_min != 0)) {
    return RefuseField("intervalMinutes", "a day is no whole number of intervals",
                       "a divisor of 1440");
  }
  if (problem.demand.size() != static_cast<size_t>(problem.slots()) * problem.queues.size()) {
    return RefuseField("required", "not a number for each slot and queue", "one each");
  }
  for (const Demand& demand : problem.demand) {
    if (!IsPrice(demand.under_price.value_or(0)) || !IsPrice(demand.over_price)) {
      return RefuseField("queues", "a price is out of range", "prices from 0 on");
    }
  }
  for (size_t s = 0; s < problem.shifts.size(); ++s) {
    WISSEL_RETURN_IF_ERROR(CheckShift(problem, s));
  }
  for (const Person& person : problem.people) {
    WISSEL_RETURN_IF_ERROR(CheckPerson(problem, person));
  }
  return absl::OkStatus();
}

std::string DayName(int day) {
  static constexpr const char* kNames[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  return fmt::format("{} {}", kNames[day % kDaysPerWeek], day / kDaysPerWeek + 1);
}

std::string TimeName(int minutes) { return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60); }

}  // namespace wissel::scheduling
