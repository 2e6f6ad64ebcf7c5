#include "tests/scheduling/small_problems.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "forecasting/core/scheduling/verifier.h"

namespace wissel::scheduling {
namespace {

using Duties = std::vector<std::optional<Duty>>;

// Every duty of a shift: its breaks wherever the rules let them.
std::vector<Duty> DutiesOf(const RosterProblem& problem, int index) {
  std::vector<Duty> duties{{index, {}}};
  const Shift& shift = problem.shifts[index];
  for (const BreakRule& rule : shift.breaks) {
    std::vector<Duty> longer;
    for (const Duty& duty : duties) {
      for (int at = rule.earliest_min; at <= rule.latest_min; at += *problem.interval_min) {
        longer.push_back(duty);
        longer.back().break_starts_min.push_back(shift.start_min + at);
      }
    }
    duties = std::move(longer);
  }
  return duties;
}

}  // namespace

void SmallProblems::AddRules(const RosterProblem& problem, Person& person) {
  const int days = problem.days;
  for (size_t s = 0; s < problem.shifts.size(); ++s) {
    if (Happens(85)) person.shifts.push_back(static_cast<int>(s));
  }
  if (Happens(60)) person.max_consecutive = Draw(1, 4);
  if (Happens(40)) person.min_consecutive = Draw(1, 2);
  if (Happens(40)) person.min_consecutive_off = Draw(1, 2);
  if (Happens(40)) person.min_rest_min = 60 * Draw(8, 14);
  if (Happens(40)) person.max_week_days = Draw(2, 5);
  if (Happens(40)) person.max_total_min = 60 * Draw(days * 2, days * 5);
  if (Happens(40)) person.min_total_min = 60 * Draw(4, days * 3);
  if (Happens(30)) person.max_week_min = 60 * Draw(12, 36);
  if (Happens(30)) person.min_week_min = 60 * Draw(4, 14);
  if (Happens(20)) person.max_day_min = 60 * Draw(4, 8);
  if (Happens(50)) person.limits.push_back({"weekends", {}, true, Draw(0, 1), {}});
  if (Happens(30)) person.limits.push_back({"weekends", {}, true, 0, Draw(1, 5)});
  if (Happens(40)) person.limits.push_back({"of shift 0", {0}, false, Draw(1, 3), {}});
  if (Happens(40)) person.limits.push_back({"of shift 1", {1}, false, Draw(0, 2), Draw(1, 5)});
  if (Happens(50)) {
    person.absent.push_back(Draw(0, days - 1));
    if (Happens(50)) person.absent_credit_min = 240;
  }
  if (Happens(20))
    person.pins.push_back(
        {Draw(0, days - 1), Happens(50) ? std::optional<int>(Draw(0, 1)) : std::nullopt, {}});
  if (Happens(20)) person.availabilities.push_back({Draw(0, days - 1), 0, 60 * Draw(10, 24)});
  for (int r = Draw(0, 3); r > 0; --r) {
    Request request;
    request.day = Draw(0, days - 1);
    if (Happens(70)) request.shifts = {Draw(0, static_cast<int>(problem.shifts.size()) - 1)};
    request.on = Happens(50);
    request.price = Draw(1, 6);
    person.requests.push_back(request);
  }
}

RosterProblem SmallProblems::ByShift(int people, int days, int shifts) {
  RosterProblem problem;
  problem.days = days;
  problem.queues = {"all"};
  for (int s = 0; s < shifts; ++s) {
    Shift shift;
    shift.id = shift.kind = fmt::format("s{}", s);
    shift.start_min = 60 * Draw(0, 16);
    shift.paid_min = 60 * (Happens(50) ? 8 : 4);
    shift.end_min = shift.start_min + shift.paid_min;
    if (s > 0 && Happens(50)) shift.not_followed_by = {0};
    problem.shifts.push_back(shift);
  }
  for (int slot = 0; slot < problem.slots(); ++slot) {
    problem.demand.push_back(
        {Draw(0, 2), static_cast<double>(Draw(1, 9)), static_cast<double>(Draw(0, 3))});
  }
  for (int p = 0; p < people; ++p) {
    Person person;
    person.id = fmt::format("p{}", p);
    person.queues = 1;
    AddRules(problem, person);
    problem.people.push_back(person);
  }
  return problem;
}

RosterProblem SmallProblems::ByInterval(int people, int days) {
  RosterProblem problem;
  problem.days = days;
  problem.queues = {"a", "b"};
  problem.interval_min = 240;
  problem.shifts = {{"short", "short", 480, 720, 240, {}, {}},
                    {"long", "long", 480, 1440, 720, {{"pause", 240, 480, 240}}, {}},
                    {"night", "night", 1200, 1680, 480, {}, {0}}};
  for (int slot = 0; slot < problem.slots(); ++slot) {
    for (int q = 0; q < 2; ++q) {
      problem.demand.push_back(
          {Draw(0, 2), static_cast<double>(Draw(1, 9)), static_cast<double>(Draw(0, 3))});
    }
  }
  for (int p = 0; p < people; ++p) {
    Person person;
    person.id = fmt::format("p{}", p);
    person.queues = static_cast<uint32_t>(Draw(1, 3));
    AddRules(problem, person);
    problem.people.push_back(person);
  }
  return problem;
}

void ForEachSchedule(const RosterProblem& problem,
                     const std::function<void(const Duties&)>& visit) {
  Duties duties(problem.days);
  const std::function<void(int)> go = [&](int day) {
    if (day == problem.days) return visit(duties);
    duties[day].reset();
    go(day + 1);
    for (size_t s = 0; s < problem.shifts.size(); ++s) {
      for (const Duty& duty : DutiesOf(problem, static_cast<int>(s))) {
        duties[day] = duty;
        go(day + 1);
      }
    }
  };
  go(0);
}

std::optional<double> CheapestOfAll(const RosterProblem& problem) {
  // Person by person what keeps the rules, then all of them together.
  std::vector<std::vector<Duties>> allowed;
  for (const Person& person : problem.people) {
    RosterProblem alone = problem;
    alone.people = {person};
    for (Demand& demand : alone.demand) demand = {0, 0.0, 0};
    allowed.emplace_back();
    ForEachSchedule(alone, [&](const Duties& duties) {
      if (Verify(alone, {{duties}}).breaches.empty()) allowed.back().push_back(duties);
    });
  }
  std::optional<double> best;
  Roster roster;
  const std::function<void(size_t)> go = [&](size_t p) {
    if (p < allowed.size()) {
      for (const Duties& duties : allowed[p]) {
        roster.duties.push_back(duties);
        go(p + 1);
        roster.duties.pop_back();
      }
      return;
    }
    const double cost = Verify(problem, roster).cost.total();
    if (!best || cost < *best) best = cost;
  };
  go(0);
  return best;
}

}  // namespace wissel::scheduling
